package dev.lungo.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * System calls of Linux on x86-64, by the C library's syscall(2). Numbers are those of
 * asm/unistd_64.h.
 *
 * <p>An instance is where one thread at a time finds the errno of its calls. No call is a critical
 * one, since that would hold up garbage collection for as long as it lasts.
 */
final class Syscall {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int E2BIG = 7;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int ENODEV = 19;

    private static final long READ = 0;
    private static final long WRITE = 1;
    private static final long OPEN = 2;
    private static final long CLOSE = 3;
    private static final long MUNMAP = 11;
    private static final long IOCTL = 16;
    private static final long GETPID = 39;
    private static final long GETTID = 186;
    private static final long TGKILL = 234;
    private static final long EVENTFD2 = 290;

    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC = O_CLOEXEC;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();

    // long syscall(long number, ...)
    private static final MethodHandle SYSCALL = bind("syscall");
    // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
    private static final MethodHandle MMAP = bind("mmap");

    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURED);

    /** Does an ioctl(2): what it returns, or less than zero if it failed for {@link #errno}. */
    int ioctl(int file, long request, long argument) {
        return (int) call(IOCTL, file, request, argument, 0, 0);
    }

    /** Of the last call, if that failed. */
    int errno() {
        return captured.get(JAVA_INT, 0);
    }

    /** Opens a file to read and write: its descriptor, or less than zero. */
    int open(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int)
                    call(OPEN, arena.allocateFrom(name).address(), O_RDWR | O_CLOEXEC, 0, 0, 0);
        }
    }

    void close(int file) {
        call(CLOSE, file, 0, 0, 0, 0);
    }

    /** Maps the beginning of a file, shared: its host address. */
    long map(int file, long bytes) {
        long host = call(MMAP, 0, bytes, PROT_READ_WRITE, MAP_SHARED, file, 0);
        if (host == -1) {
            throw new KvmException("mmap", errno());
        }
        return host;
    }

    void unmap(long host, long bytes) {
        call(MUNMAP, host, bytes, 0, 0, 0);
    }

    /** A new eventfd(2), which is not waited for. */
    int eventFile() {
        int file = (int) call(EVENTFD2, 0, EFD_CLOEXEC | EFD_NONBLOCK, 0, 0, 0);
        if (file < 0) {
            throw new KvmException("eventfd", errno());
        }
        return file;
    }

    /** Reads so many bytes to a host address: how many there were, or less than zero. */
    long read(int file, long host, long bytes) {
        return call(READ, file, host, bytes, 0, 0);
    }

    long write(int file, long host, long bytes) {
        return call(WRITE, file, host, bytes, 0, 0);
    }

    /** The thread that calls. */
    int threadId() {
        return (int) call(GETTID, 0, 0, 0, 0, 0);
    }

    int processId() {
        return (int) call(GETPID, 0, 0, 0, 0, 0);
    }

    /** Sends a signal to a thread; one that is no more is none of our concern. */
    void kill(int process, int thread, int signal) {
        call(TGKILL, process, thread, signal, 0, 0);
    }

    private long call(long number, long a, long b, long c, long d, long e) {
        return call(SYSCALL, number, a, b, c, d, e);
    }

    private long call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) function.invokeExact(captured, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError("a downcall declares no checked exception", thrown);
        }
    }

    // The shape is the one by which the host's room maps memory, so that it is linked already.
    // SAFETY: whoever calls passes what the function asks for, and addresses of memory that it
    // holds; so many integers go in registers, whatever their widths. No variadic argument is a
    // floating-point number.
    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name) {
        return Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow(name),
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                                JAVA_LONG),
                        Linker.Option.captureCallState("errno"));
    }
}
