package dev.lungo.conformance.hostcpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lungo.host.ExecutableMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The oracle: runs single instructions on the host's own processor, thousands in a call.
 *
 * <p>While a batch runs, the signals that exceptions become have a handler that knows the batch's
 * code and hands everything else to the virtual machine's own.
 */
final class HostProcessor implements AutoCloseable {
    // struct sigaction of glibc on x86-64.
    private static final int SIGACTION_BYTES = 152;
    private static final int SA_FLAGS = 136;
    private static final int SA_SIGINFO = 4;
    private static final int SA_ONSTACK = 0x0800_0000;
    private static final int SS_DISABLE = 2;
    private static final int STACK_BYTES = 1 << 16;
    private static final int CODE_BYTES = 1 << 17;

    /** How many instructions fit into a batch. */
    static final int MOST_INSTRUCTIONS = 2048;

    private static final MethodHandle SIGACTION =
            bind("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SIGALTSTACK =
            bind("sigaltstack", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    private static final MethodHandle MPROTECT =
            bind("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment context = arena.allocate(HostCode.CONTEXT_BYTES, 64);
    private final MemorySegment action = arena.allocate(SIGACTION_BYTES, 8);
    private final MemorySegment[] previous = new MemorySegment[HostCode.SIGNALS.length];
    private final long[] handlers = new long[HostCode.SIGNALS.length];

    // The batch.
    private ExecutableMemory memory;
    private HostCode code;

    HostProcessor() {
        MemorySegment stack = arena.allocate(24, 8);
        stack.set(ADDRESS, 0, arena.allocate(STACK_BYTES, 64));
        stack.set(JAVA_LONG, 16, STACK_BYTES);
        alternateStack(stack);
        for (int i = 0; i < previous.length; i++) {
            previous[i] = arena.allocate(SIGACTION_BYTES, 8);
            handle(HostCode.SIGNALS[i], MemorySegment.NULL, previous[i]);
            handlers[i] = previous[i].get(JAVA_LONG, 0);
        }
        begin();
    }

    // SAFETY: the descriptors are those of int sigaction(int, const struct sigaction *, struct
    // sigaction *), int sigaltstack(const stack_t *, stack_t *) and int mprotect(void *, size_t,
    // int).
    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    private void begin() {
        memory = ExecutableMemory.map(CODE_BYTES);
        code = new HostCode(memory.address(), CODE_BYTES, handlers);
    }

    /** Adds an instruction to the batch; the result is the address that it will have. */
    long add(byte[] instruction) {
        return memory.address() + code.add(instruction);
    }

    /**
     * Runs as many cases as there are records, and begins another batch.
     *
     * @param in absolute address of the records to begin with
     * @param out absolute address of the records to be written
     */
    void run(long in, long out, int count) {
        memory.write(0, code.bytes());
        memory.seal();
        code.prepare(context.address(), memory.address(), in, out, count);
        call();
        memory.close();
        begin();
    }

    private void call() {
        for (int i = 0; i < previous.length; i++) {
            action.set(JAVA_LONG, 0, memory.address() + code.handler(i));
            action.set(JAVA_INT, SA_FLAGS, SA_SIGINFO | SA_ONSTACK);
            handle(HostCode.SIGNALS[i], action, MemorySegment.NULL);
        }
        try {
            memory.entry(0).invokeExact(context.address());
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            for (int i = 0; i < previous.length; i++) {
                handle(HostCode.SIGNALS[i], previous[i], MemorySegment.NULL);
            }
        }
    }

    private static void handle(int signal, MemorySegment action, MemorySegment former) {
        try {
            int result = (int) SIGACTION.invokeExact(signal, action, former);
            if (result != 0) {
                throw new AssertionError("sigaction: " + result);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Makes pages fault on every access. */
    static void forbid(long address, int bytes) {
        try {
            int result = (int) MPROTECT.invokeExact(address, (long) bytes, 0);
            if (result != 0) {
                throw new AssertionError("mprotect: " + result);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void alternateStack(MemorySegment stack) {
        try {
            int result = (int) SIGALTSTACK.invokeExact(stack, MemorySegment.NULL);
            if (result != 0) {
                throw new AssertionError("sigaltstack: " + result);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        MemorySegment none = arena.allocate(24, 8);
        none.set(JAVA_INT, 8, SS_DISABLE);
        alternateStack(none);
        memory.close();
        arena.close();
    }
}
