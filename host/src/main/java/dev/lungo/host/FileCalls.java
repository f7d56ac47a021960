package dev.lungo.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library's calls on file descriptors. All are linked with one shape, since the linker makes
 * code for each shape and that takes longer than the calls: four integer registers in, of which a
 * function with fewer arguments does not see the rest, and RAX out.
 */
final class FileCalls {
    static final MethodHandle OPEN = link("open");
    static final MethodHandle CLOSE = link("close");
    static final MethodHandle READ = link("read");
    static final MethodHandle WRITE = link("write");
    static final MethodHandle PREAD = link("pread");
    static final MethodHandle PWRITE = link("pwrite");
    static final MethodHandle LSEEK = link("lseek");
    static final MethodHandle FTRUNCATE = link("ftruncate");
    static final MethodHandle FDATASYNC = link("fdatasync");
    static final MethodHandle FALLOCATE = link("fallocate");
    static final MethodHandle FCNTL = link("fcntl");
    static final MethodHandle IOCTL = link("ioctl");
    static final MethodHandle POLL = link("poll");

    /** What one {@code read} or {@code write} carries at most. */
    static final int BUFFER_BYTES = 256 << 10;

    private static final int EINTR = 4;

    /** What a thread needs for a call: a place for errno, and one for data. */
    private static final ThreadLocal<FileCalls> MINE = ThreadLocal.withInitial(FileCalls::new);

    private final MemorySegment errno;
    private final MemorySegment data;

    private FileCalls() {
        Arena arena = Arena.ofAuto();
        errno = arena.allocate(Linker.Option.captureStateLayout());
        data = arena.allocate(BUFFER_BYTES, 4096);
    }

    static FileCalls mine() {
        return MINE.get();
    }

    // SAFETY: open(2), close(2), read(2), write(2), pread(2), pwrite(2), lseek(2), ftruncate(2),
    // fdatasync(2), fallocate(2), fcntl(2), ioctl(2) and poll(2) take at most four integers or
    // addresses. Those that are variadic find them in the same registers, and read no others.
    @SuppressWarnings("restricted")
    private static MethodHandle link(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.captureCallState("errno"));
    }

    /** A call whose result is long, such as ssize_t: begun again when a signal broke it off. */
    long call(MethodHandle function, long a, long b, long c, long d) {
        try {
            long result;
            do {
                result = (long) function.invokeExact(errno, a, b, c, d);
            } while (result == -1 && errno() == EINTR);
            return result;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /** A call whose result is int. */
    int callInt(MethodHandle function, long a, long b, long c, long d) {
        try {
            int result;
            do {
                result = (int) (long) function.invokeExact(errno, a, b, c, d);
            } while (result == -1 && errno() == EINTR);
            return result;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /** Of the last call that failed, errno(3). */
    int errno() {
        return errno.get(JAVA_INT, 0);
    }

    /** The host address of the data. */
    long data() {
        return data.address();
    }

    void put(byte[] from, int at, int bytes) {
        MemorySegment.copy(from, at, data, JAVA_BYTE, 0, bytes);
    }

    void get(byte[] into, int at, int bytes) {
        MemorySegment.copy(data, JAVA_BYTE, 0, into, at, bytes);
    }
}
