package dev.lungo.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Handlers of signals. Those that faults raise the JVM has for itself: whoever puts one of their
 * own before it goes on to the JVM's for what is not theirs, with its arguments.
 *
 * <p>Specification: sigaction(2). The layouts below are those of the GNU C library on x86-64,
 * bits/sigaction.h, bits/types/siginfo_t.h and sys/ucontext.h.
 */
public final class SignalHandlers {
    public static final int SIGILL = 4;
    public static final int SIGBUS = 7;
    public static final int SIGFPE = 8;
    public static final int SIGSEGV = 11;

    /** In siginfo_t: the address that a memory access was to, or of the instruction. */
    public static final int SI_ADDR = 16;

    // In ucontext_t, uc_mcontext.gregs: what the registers were, and will be again.
    public static final int UC_RBP = 120;
    public static final int UC_RIP = 168;
    public static final int UC_EFLAGS = 176;

    // struct sigaction.
    private static final long SIGACTION_BYTES = 152;
    private static final long SA_HANDLER = 0;
    private static final long SA_FLAGS = 136;

    private static final int SA_SIGINFO = 4;

    /** No address of a function: SIG_DFL and SIG_IGN. */
    private static final long SIG_IGN = 1;

    /** A function that can be called as a handler: it looks at no argument and does nothing. */
    private static final MemorySegment HARMLESS =
            Linker.nativeLinker().defaultLookup().findOrThrow("getpid");

    private SignalHandlers() {}

    /** The host address of the function that handles a signal, or 0 if none does. */
    public static long current(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            long handler = action(arena, signal).get(JAVA_LONG, SA_HANDLER);
            return handler > SIG_IGN ? handler : 0;
        }
    }

    /**
     * Has a function handle a signal, in all else as the current one does, with the arguments of
     * SA_SIGINFO. It stays for the life of the process.
     *
     * @param handler its host address
     */
    public static void replace(int signal, long handler) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = action(arena, signal);
            action.set(JAVA_LONG, SA_HANDLER, handler);
            action.set(JAVA_INT, SA_FLAGS, action.get(JAVA_INT, SA_FLAGS) | SA_SIGINFO);
            call(signal, action, MemorySegment.NULL);
        }
    }

    private static MemorySegment action(Arena arena, int signal) {
        MemorySegment action = arena.allocate(SIGACTION_BYTES, Long.BYTES);
        call(signal, MemorySegment.NULL, action);
        return action;
    }

    /**
     * Has a signal do nothing but interrupt what its thread waits for in the kernel. It stays for
     * the life of the process.
     */
    public static void interruptOnly(int signal) {
        replace(signal, HARMLESS.address());
    }

    private static void call(int signal, MemorySegment action, MemorySegment former) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = arena.allocate(Linker.Option.captureStateLayout());
            long result =
                    (long)
                            Calls.SIGACTION.invokeExact(
                                    captured,
                                    (long) signal,
                                    action.address(),
                                    former.address(),
                                    0L,
                                    0L,
                                    0L);
            if ((int) result != 0) {
                throw new IllegalStateException("the host refuses a handler of signal " + signal);
            }
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    private static final class Calls {
        // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact)
        private static final MethodHandle SIGACTION = Libc.ofSixLongs("sigaction");
    }
}
