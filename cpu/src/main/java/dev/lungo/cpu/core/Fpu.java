package dev.lungo.cpu.core;

import dev.lungo.cpu.fp.ExtendedComparison;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.ExceptionVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * x87's registers as instructions see them: a stack, its tags, control and status word.
 *
 * <p>SDM 1, "x87 FPU Execution Environment". The registers themselves lie in the off-heap {@link
 * State}. Of a register's tag only whether it is empty is kept; FNSTENV and FNSAVE look at the
 * register for the rest.
 */
public final class Fpu {
    // Bits of the status word beside the exceptions.
    public static final int STACK_FAULT = 1 << 6;
    public static final int SUMMARY = 1 << 7;
    public static final int C0 = ExtendedComparison.C0;
    public static final int C1 = ExtendedComparison.C1;
    public static final int C2 = ExtendedComparison.C2;
    public static final int C3 = ExtendedComparison.C3;
    public static final int BUSY = 1 << 15;

    private static final int TOP_SHIFT = 11;
    private static final int TOP = 7 << TOP_SHIFT;

    private static final int IMAGE_BYTES = 128;
    private static final int RESERVED_CONTROL = 0xE0C0;
    private static final int ALWAYS_SET = 0x40;
    private static final int CONTROL_AFTER_INIT = 0x37F;
    private static final int EMPTY = 3;
    private static final int ALL_EMPTY = 0xFFFF;

    /** The sign and exponent that a write to an MMX register leaves. */
    private static final int MMX_EXPONENT = 0xFFFF;

    /** What the operation under way depends on and leaves behind. */
    public final FloatEnv env = new FloatEnv();

    /** Held so that its memory stays. */
    private final MemorySegment imageMemory = Arena.ofAuto().allocate(IMAGE_BYTES, 8);

    /** The host address of room for a state image on its way to or from guest memory. */
    public final long image = imageMemory.address();

    private final Processor cpu;
    private final long state;

    /** The FERR# pin. */
    private boolean ferr;

    Fpu(Processor cpu) {
        this.cpu = cpu;
        state = cpu.state;
    }

    public int controlWord() {
        return Raw.getInt(state + State.FCW) & 0xFFFF;
    }

    /** Sets the control word; unmasking an exception that is flagged makes it pending. */
    public void setControlWord(int value) {
        Raw.putInt(state + State.FCW, (value & 0xFFFF & ~RESERVED_CONTROL) | ALWAYS_SET);
        setStatusWord(statusWord());
    }

    public int statusWord() {
        return Raw.getInt(state + State.FSW) & 0xFFFF;
    }

    /** Sets the status word, with the summary bits as flags and masks have them. */
    public void setStatusWord(int value) {
        boolean pending = (value & ~controlWord() & FloatEnv.ALL) != 0;
        int others = value & ~(SUMMARY | BUSY) & 0xFFFF;
        Raw.putInt(state + State.FSW, pending ? others | SUMMARY | BUSY : others);
        statusChanged();
    }

    /** To be called after changes of the status word: FERR# goes when the summary bit does. */
    void statusChanged() {
        if (ferr && (Raw.getInt(state + State.FSW) & SUMMARY) == 0) {
            ferr = false;
            cpu.coprocessorError.ferr(cpu.index, false);
        }
    }

    /** RESET#. */
    void reset() {
        ferr = false;
    }

    /** Two bits a physical register: empty (11b) or, whatever it holds, valid (00b). */
    public int tagWord() {
        return Raw.getInt(state + State.FTW) & 0xFFFF;
    }

    public void setTagWord(int value) {
        int empty = value & value >> 1 & 0x5555;
        Raw.putInt(state + State.FTW, empty * EMPTY);
    }

    /** SDM 2A, "FINIT/FNINIT". The registers keep what they hold. */
    public void initialize() {
        Raw.putInt(state + State.FCW, CONTROL_AFTER_INIT);
        Raw.putInt(state + State.FSW, 0);
        statusChanged();
        setTagWord(ALL_EMPTY);
        Raw.putInt(state + State.FOP, 0);
        Raw.putInt(state + State.FCS, 0);
        Raw.putInt(state + State.FDS, 0);
        Raw.putLong(state + State.FIP, 0);
        Raw.putLong(state + State.FDP, 0);
    }

    /**
     * #MF if an unmasked exception is pending: what all instructions begin with that wait. While
     * CR0.NE is clear, they assert FERR# instead and wait for the interrupt that comes of it, but
     * go on if IGNNE# is asserted.
     */
    public void checkPending() {
        if ((Raw.getInt(state + State.FSW) & SUMMARY) != 0) {
            report();
        }
    }

    private void report() {
        if ((cpu.system.cr0 & Cr0.NE) != 0) {
            throw cpu.fault(ExceptionVector.MF, 0);
        }
        if (!ferr) {
            ferr = true;
            cpu.coprocessorError.ferr(cpu.index, true);
        }
        if (!cpu.coprocessorError.ignne()) {
            throw cpu.waitForInterrupt();
        }
    }

    // The stack.

    public int top() {
        return (statusWord() >> TOP_SHIFT) & 7;
    }

    /** Turns the stack: +1 as a pop does, -1 as a push. */
    public void turn(int by) {
        int status = statusWord();
        Raw.putInt(state + State.FSW, (status & ~TOP) | ((status + (by << TOP_SHIFT)) & TOP));
    }

    /** The number of the physical register that is ST(i). */
    public int physical(int i) {
        return (top() + i) & 7;
    }

    private long cell(int i) {
        return state + State.X87 + 16L * physical(i);
    }

    public long significand(int i) {
        return Raw.getLong(cell(i));
    }

    public int signExponent(int i) {
        return Raw.getShort(cell(i) + 8);
    }

    public boolean isEmpty(int i) {
        return (tagWord() >> (2 * physical(i)) & 3) == EMPTY;
    }

    public void setEmpty(int i) {
        setTagWord(tagWord() | EMPTY << (2 * physical(i)));
    }

    /** Fills ST(i). */
    public void set(int i, int signExponent, long significand) {
        long cell = cell(i);
        Raw.putLong(cell, significand);
        Raw.putShort(cell + 8, signExponent);
        setTagWord(tagWord() & ~(EMPTY << (2 * physical(i))));
    }

    public void pop() {
        setEmpty(0);
        turn(1);
    }

    // An operation: begin, compute with env, settle; then deliver the result if it says so.

    /** Makes {@link #env} ready for an operation. */
    public FloatEnv begin() {
        env.setControlWord(controlWord());
        env.flags = 0;
        env.condition = 0;
        env.roundedUp = false;
        env.denormalOperand = false;
        return env;
    }

    /**
     * Records the exceptions of the operation, and C1; other condition codes stay.
     *
     * @param stopping exceptions that keep it from delivering its result while they are unmasked
     * @return whether it delivers
     */
    public boolean settle(int stopping) {
        int raised = env.recorded(env.flags);
        boolean delivers = (env.unmasked(raised) & stopping) == 0;
        int c1 = delivers && env.roundedUp ? C1 : 0;
        setStatusWord((statusWord() & ~C1) | raised | c1);
        return delivers;
    }

    /** Sets C0, C2, C3 and C1. */
    public void setConditions(int conditions) {
        Raw.putInt(state + State.FSW, (statusWord() & ~(C0 | C1 | C2 | C3)) | conditions);
    }

    /**
     * A push onto a register that is not empty ({@code overflow}), or the use of one that is.
     *
     * @return whether the masked response follows, in which the result is the indefinite QNaN
     */
    public boolean stackFault(boolean overflow) {
        int c1 = overflow ? C1 : 0;
        setStatusWord((statusWord() & ~C1) | FloatEnv.IE | STACK_FAULT | c1);
        return (controlWord() & FloatEnv.IE) != 0;
    }

    // MMX, whose registers are the significands of the physical ones.

    /** What every MMX instruction but EMMS does besides its work: all tags valid, TOP zero. */
    public void enterMmx() {
        checkPending();
        setTagWord(0);
        Raw.putInt(state + State.FSW, statusWord() & ~TOP);
    }

    /** What a write to an MMX register does to the rest of it. */
    public void wroteMmx(int register) {
        Raw.putShort(state + State.X87 + 16L * register + 8, MMX_EXPONENT);
    }

    /** EMMS. */
    public void leaveMmx() {
        enterMmx();
        setTagWord(ALL_EMPTY);
    }
}
