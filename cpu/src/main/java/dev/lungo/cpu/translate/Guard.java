package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.BELOW;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDI;
import static dev.lungo.cpu.translate.HostCode.RDX;
import static dev.lungo.cpu.translate.HostCode.RSI;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;
import dev.lungo.host.ExecutableMemory;
import dev.lungo.host.Raw;
import dev.lungo.host.SignalHandlers;
import java.lang.foreign.Arena;

/**
 * Keeps a fault in translated code from ending the process: it leaves for Java by an exit of its
 * own. No fault should ever happen there; one that does is an error in an emitter.
 *
 * <p>The handler is machine code, since Java cannot run in one. What faults elsewhere is left to
 * the JVM's, which makes exceptions of some. The state keeps what is known of the fault.
 */
final class Guard {
    private static final int[] SIGNALS = {
        SignalHandlers.SIGSEGV, SignalHandlers.SIGBUS, SignalHandlers.SIGILL, SignalHandlers.SIGFPE
    };

    // Entries of the table of guarded code, which one without a beginning ends.
    private static final int BEGIN = 0;
    private static final int LENGTH = 8;
    private static final int RECOVERY = 16;
    private static final int STATE = 24;
    private static final int ENTRY_BYTES = 32;
    private static final int MOST_ENTRIES = 4096;

    private static final int R8 = 8;
    private static final int R9 = 9;

    private static final long TABLE =
            Arena.global().allocate((MOST_ENTRIES + 1L) * ENTRY_BYTES, Long.BYTES).address();

    private static int entries;

    private Guard() {}

    /**
     * Guards code for the life of the process.
     *
     * @param begin host address
     * @param recovery the host address at which to go on after a fault
     * @param state of the processor that the code belongs to
     */
    static synchronized void protect(long begin, long bytes, long recovery, long state) {
        if (entries == MOST_ENTRIES) {
            return; // a fault ends the process then
        }
        if (entries == 0) {
            install();
        }
        long entry = TABLE + (long) entries * ENTRY_BYTES;
        Raw.putLong(entry + LENGTH, bytes);
        Raw.putLong(entry + RECOVERY, recovery);
        Raw.putLong(entry + STATE, state + Frame.BIAS);
        Raw.putLong(entry + BEGIN, begin);
        entries++;
    }

    // It belongs to the process from now on.
    @SuppressWarnings("resource")
    private static void install() {
        HostCode code = new HostCode();
        ExecutableMemory memory = ExecutableMemory.map(4096);
        code.begin(memory.address());
        long[] handlers = new long[SIGNALS.length];
        for (int i = 0; i < SIGNALS.length; i++) {
            handlers[i] = code.here();
            handler(code, SignalHandlers.current(SIGNALS[i]));
        }
        memory.write(0, java.util.Arrays.copyOf(code.bytes(), code.length()));
        memory.seal();
        for (int i = 0; i < SIGNALS.length; i++) {
            if (SignalHandlers.current(SIGNALS[i]) != 0) {
                SignalHandlers.replace(SIGNALS[i], handlers[i]);
            }
        }
    }

    /** Entered with the signal in RDI, siginfo_t in RSI and ucontext_t in RDX. */
    private static void handler(HostCode code, long former) {
        code.constant(R8, TABLE);
        code.load(R9, RDX, SignalHandlers.UC_RIP);
        long next = code.here();
        code.load(RCX, R8, BEGIN);
        code.rr(0x85, 8, RCX, RCX); // test
        int notOurs = code.jccShort(ZERO);
        code.mov(RAX, R9);
        code.rr(0x2B, 8, RAX, RCX); // sub
        code.rm(0x3B, 8, RAX, R8, LENGTH); // cmp
        int ours = code.jccShort(BELOW);
        code.arithmetic(ADD, 8, R8, ENTRY_BYTES);
        code.jmp(next);

        code.landShort(notOurs);
        code.constant(RAX, former);
        code.rr(0xFF, 4, 4, RAX); // jmp

        code.landShort(ours);
        code.load(RAX, R8, STATE);
        code.store(RAX, Frame.at(State.FAULT_RIP), R9);
        code.store(RAX, Frame.at(State.FAULT_SIGNAL), RDI);
        code.load(RCX, RSI, SignalHandlers.SI_ADDR);
        code.store(RAX, Frame.at(State.FAULT_ADDRESS), RCX);
        code.load(RCX, RDX, SignalHandlers.UC_EFLAGS);
        code.store(RAX, Frame.at(State.FAULT_FLAGS), RCX);
        code.store(RDX, SignalHandlers.UC_RBP, RAX);
        code.load(RCX, R8, RECOVERY);
        code.store(RDX, SignalHandlers.UC_RIP, RCX);
        code.ret();
    }
}
