package dev.lungo.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * A region of host memory into which machine code is written and from which it is then called.
 *
 * <p>The region is writable or executable, never both: it starts out writable, {@link #seal()}
 * makes it executable for good. It is unmapped by {@link #close()}, after which no handle into it
 * may be called.
 *
 * <p>Only x86-64 Linux hosts; {@link #isSupported()} tells. Not for one thread only: the caller
 * sees to it that a region is sealed before other threads call into it.
 */
public final class ExecutableMemory implements AutoCloseable {
    // Linux, include/uapi/asm-generic/mman-common.h.
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE = 0x02;
    private static final int MAP_ANONYMOUS = 0x20;

    private static final long PAGE_BYTES = 4096;

    private final MemorySegment memory;
    private boolean sealed;

    private ExecutableMemory(MemorySegment memory) {
        this.memory = memory;
    }

    /** Whether this host runs x86-64 code under Linux. */
    public static boolean isSupported() {
        String architecture = System.getProperty("os.arch");
        return System.getProperty("os.name").equals("Linux")
                && (architecture.equals("amd64") || architecture.equals("x86_64"));
    }

    /**
     * Maps a writable region, filled with zeros.
     *
     * @param bytes its size, rounded up to whole pages
     * @throws UnsupportedOperationException if the host is not x86-64 Linux
     * @throws IllegalStateException if the host refuses the mapping
     */
    public static ExecutableMemory map(long bytes) {
        if (!isSupported()) {
            throw new UnsupportedOperationException(
                    "machine code can be called only on x86-64 Linux, and this host is %s on %s"
                            .formatted(
                                    System.getProperty("os.arch"), System.getProperty("os.name")));
        }
        if (bytes <= 0) {
            throw new IllegalArgumentException("a region of " + bytes + " bytes");
        }
        long size = (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
        return new ExecutableMemory(Calls.map(size));
    }

    /** The region's size in bytes. */
    public long size() {
        return memory.byteSize();
    }

    /** The host address of its first byte. */
    public long address() {
        return memory.address();
    }

    /** Copies code into the region at this offset. Not possible once it is sealed. */
    public void write(long offset, byte[] code) {
        if (sealed) {
            throw new IllegalStateException("the region is executable, and so not writable");
        }
        MemorySegment.copy(code, 0, memory, JAVA_BYTE, offset, code.length);
    }

    /**
     * Makes the region executable, and no longer writable.
     *
     * @throws IllegalStateException if the host refuses
     */
    public void seal() {
        Calls.protect(memory, PROT_READ | PROT_EXEC);
        sealed = true;
    }

    /**
     * A handle of type {@code (long)void} that calls the code at this offset by the System V
     * convention, with its argument in RDI.
     *
     * <p>The code must preserve RBX, RBP, RSP and R12 to R15, MXCSR's and the x87 control word's
     * control bits, leave the x87 register stack empty and DF clear, and return with RET. Nothing
     * protects the virtual machine from code that does otherwise.
     */
    public MethodHandle entry(long offset) {
        if (!sealed) {
            throw new IllegalStateException("the region is not executable yet");
        }
        return MethodHandles.insertArguments(Calls.ENTER, 0, memory.asSlice(offset, 1));
    }

    @Override
    public void close() {
        Calls.unmap(memory);
    }

    /** The C library's calls; bound when the host is known to have them. */
    private static final class Calls {
        // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
        private static final MethodHandle MMAP =
                bind(
                        "mmap",
                        FunctionDescriptor.of(
                                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                                JAVA_LONG));
        // int mprotect(void *addr, size_t len, int prot)
        private static final MethodHandle MPROTECT =
                bind("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        // int munmap(void *addr, size_t length)
        private static final MethodHandle MUNMAP =
                bind("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

        // Code of ours. SAFETY: it is called only at addresses within a live, executable region;
        // what the code there does is the contract of entry().
        @SuppressWarnings("restricted")
        private static final MethodHandle ENTER =
                Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(JAVA_LONG));

        // SAFETY: each descriptor above is that of the C declaration over it.
        @SuppressWarnings("restricted")
        private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
        }

        // SAFETY: the kernel has just mapped this many bytes there, for nobody else; they stay
        // until close().
        @SuppressWarnings("restricted")
        private static MemorySegment map(long bytes) {
            try {
                var address =
                        (MemorySegment)
                                MMAP.invokeExact(
                                        MemorySegment.NULL,
                                        bytes,
                                        PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS,
                                        -1,
                                        0L);
                if (address.address() == -1) {
                    throw new IllegalStateException("the host refuses to map " + bytes + " bytes");
                }
                return address.reinterpret(bytes);
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }

        private static void protect(MemorySegment memory, int protection) {
            try {
                int result = (int) MPROTECT.invokeExact(memory, memory.byteSize(), protection);
                if (result != 0) {
                    throw new IllegalStateException("the host refuses executable memory");
                }
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }

        private static void unmap(MemorySegment memory) {
            try {
                int result = (int) MUNMAP.invokeExact(memory, memory.byteSize());
                if (result != 0) {
                    throw new IllegalStateException("the host refuses to unmap memory");
                }
            } catch (Throwable e) {
                throw Libc.unexpected(e);
            }
        }
    }
}
