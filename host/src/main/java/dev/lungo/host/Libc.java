package dev.lungo.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Mapping memory by the C library: mmap(2), munmap(2), madvise(2), mprotect(2). Addresses are
 * longs. Constants are those of Linux on x86-64, asm-generic/mman.h.
 */
final class Libc {
    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;
    static final int PROT_EXEC = 4;
    static final int MAP_PRIVATE = 0x02;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_NORESERVE = 0x4000;
    static final int MADV_DONTNEED = 4;
    static final int MADV_HUGEPAGE = 14;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
    private static final MethodHandle MMAP = ofSixLongs("mmap");

    private Libc() {}

    /**
     * A function of the C library that takes at most six integers or addresses, by one shape for
     * all: it is linking a shape, not a function, that takes time. What a function does not look at
     * is zero, and of an int only the low half counts, also of what is returned.
     */
    // SAFETY: so many integers go in registers, whatever their widths. System V ABI, AMD64
    // Architecture Processor Supplement, "Parameter Passing".
    @SuppressWarnings("restricted")
    static MethodHandle ofSixLongs(String name) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                        JAVA_LONG),
                Linker.Option.captureCallState("errno"));
    }

    /** What a downcall has thrown, to be thrown on: none declares a checked exception. */
    static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException runtime) {
            return runtime;
        }
        throw new AssertionError("a downcall declares no checked exception", e);
    }

    /** A new private, anonymous mapping: its host address. */
    static long map(long bytes, int protection, int furtherFlags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = arena.allocate(CAPTURED);
            long result =
                    (long)
                            MMAP.invokeExact(
                                    captured,
                                    0L,
                                    bytes,
                                    (long) protection,
                                    (long) (MAP_PRIVATE | MAP_ANONYMOUS | furtherFlags),
                                    -1L,
                                    0L);
            if (result == -1) {
                throw new HostException(
                        "mapping " + bytes + " bytes of memory", (int) ERRNO.get(captured, 0L));
            }
            return result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static void unmap(long host, long bytes) {
        TwoLongs.MUNMAP.call("unmapping memory", host, bytes, 0);
    }

    static void advise(long host, long bytes, int advice) {
        TwoLongs.MADVISE.call("advising on memory", host, bytes, advice);
    }

    static void protect(long host, long bytes, int protection) {
        TwoLongs.MPROTECT.call("protecting memory", host, bytes, protection);
    }

    /** The functions of an address, a length and at most an int, linked when first used. */
    private enum TwoLongs {
        MUNMAP("munmap"),
        MADVISE("madvise"),
        MPROTECT("mprotect");

        private final MethodHandle handle;

        // SAFETY: int madvise(void *addr, size_t length, int advice), mprotect the same with its
        // protection; munmap(void *addr, size_t length) does not look at the third register.
        @SuppressWarnings("restricted")
        TwoLongs(String name) {
            handle =
                    LINKER.downcallHandle(
                            LINKER.defaultLookup().findOrThrow(name),
                            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
                            Linker.Option.captureCallState("errno"));
        }

        void call(String request, long host, long bytes, int argument) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment captured = arena.allocate(CAPTURED);
                int result = (int) handle.invokeExact(captured, host, bytes, argument);
                if (result != 0) {
                    throw new HostException(request, (int) ERRNO.get(captured, 0L));
                }
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }
    }
}
