package dev.lungo.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Host memory for code that is written while other code in it runs. It is mapped twice, so that
 * nothing is ever writable and executable at one address. It stays for the life of the process.
 *
 * <p>Specification: memfd_create(2), mmap(2). Only x86-64 Linux hosts; {@link
 * ExecutableMemory#isSupported()} tells.
 */
public final class CodeMemory {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_SHARED = 1;

    private final long writable;
    private final long executable;
    private final long bytes;

    private CodeMemory(long writable, long executable, long bytes) {
        this.writable = writable;
        this.executable = executable;
        this.bytes = bytes;
    }

    /**
     * Maps so many bytes, which take up host memory only as they are written.
     *
     * @throws IllegalStateException if the host refuses
     */
    public static CodeMemory map(long bytes) {
        int file = Calls.memoryFile();
        Calls.resize(file, bytes);
        long writable = Calls.map(file, bytes, PROT_READ | PROT_WRITE);
        long executable = Calls.map(file, bytes, PROT_READ | PROT_EXEC);
        Calls.close(file);
        return new CodeMemory(writable, executable, bytes);
    }

    public long bytes() {
        return bytes;
    }

    /** The host address at which the first byte is executed. */
    public long executable() {
        return executable;
    }

    /** What leads from where a byte is executed to where it is written. */
    public long toWritable() {
        return writable - executable;
    }

    /**
     * Calls the code at a host address, by the System V convention, with two arguments; returns
     * what it leaves in RAX.
     */
    public static long call(long code, long first, long second) {
        try {
            return (long) Calls.ENTER.invokeExact(MemorySegment.ofAddress(code), first, second);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    private static final class Calls {
        // int memfd_create(const char *name, unsigned int flags)
        private static final MethodHandle MEMFD_CREATE =
                bind("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        // int ftruncate(int fd, off_t length)
        private static final MethodHandle FTRUNCATE =
                bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
        // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
        private static final MethodHandle MMAP =
                bind(
                        "mmap",
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                                JAVA_LONG));
        // int close(int fd)
        private static final MethodHandle CLOSE =
                bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

        // Code of ours. SAFETY: it is called only at addresses within mapped code memory; what the
        // code there does is the contract of call().
        @SuppressWarnings("restricted")
        private static final MethodHandle ENTER =
                Linker.nativeLinker()
                        .downcallHandle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

        // SAFETY: each descriptor above is that of the C declaration over it.
        @SuppressWarnings("restricted")
        private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
        }

        private static int memoryFile() {
            try (Arena arena = Arena.ofConfined()) {
                int file = (int) MEMFD_CREATE.invokeExact(arena.allocateFrom("lungo-code"), 0);
                if (file < 0) {
                    throw new IllegalStateException("the host refuses a file in memory");
                }
                return file;
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }

        private static void resize(int file, long bytes) {
            try {
                if ((int) FTRUNCATE.invokeExact(file, bytes) != 0) {
                    throw new IllegalStateException(
                            "the host refuses a file of " + bytes + " bytes in memory");
                }
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }

        private static long map(int file, long bytes, int protection) {
            try {
                long address = (long) MMAP.invokeExact(0L, bytes, protection, MAP_SHARED, file, 0L);
                if (address == -1) {
                    throw new IllegalStateException(
                            "the host refuses to map " + bytes + " bytes of code");
                }
                return address;
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }

        private static void close(int file) {
            try {
                int _ = (int) CLOSE.invokeExact(file);
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }
    }
}
