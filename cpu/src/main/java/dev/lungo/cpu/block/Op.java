package dev.lungo.cpu.block;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import org.jspecify.annotations.Nullable;

/**
 * An instruction made ready to run: operands resolved to addresses in the processor's state, or to
 * an effective-address rule; what the mode decides, decided.
 *
 * <p>{@link #execute} either does the whole instruction, or throws the processor's {@code
 * GuestFault} with nothing changed but what the manual says (REP iterations done, accessed bits).
 */
public abstract class Op {
    /** Where the instruction begins, in bytes from the beginning of its block. */
    protected int start;

    /** Where the next one begins. */
    protected int end;

    /**
     * The op behind this one in its block: none behind the last, nor once the code under the block
     * has been written to, so that a store into its own block takes effect at the next instruction.
     */
    public @Nullable Op next;

    private boolean hasStackOperand;

    /** Says whether a memory operand is relative to SS. */
    final void hasStackOperand(boolean does) {
        hasStackOperand = does;
    }

    final boolean hasStackOperand() {
        return hasStackOperand;
    }

    final void place(int from, int to) {
        start = from;
        end = to;
    }

    /** An exception in this instruction pushes the address of this byte of the block. */
    public final int start() {
        return start;
    }

    public final int end() {
        return end;
    }

    /** How many guest instructions this is. */
    public int instructions() {
        return 1;
    }

    public abstract void execute(Processor cpu);

    /**
     * Whether a non-canonical address in this instruction is #SS rather than #GP: it addresses the
     * stack, by its memory operand or implicitly.
     */
    public boolean addressesStack() {
        return hasStackOperand;
    }

    /** The last of a block: leaves the next instruction's address and, if known, block behind. */
    public abstract static class Ending extends Op {}

    /**
     * An instruction that shields the next from interrupts: STI. Where the next is in the same
     * block, it is the last there; otherwise the shield must be asked for.
     */
    public abstract static class Shielding extends Op {
        /** Whether the next instruction follows in this block. */
        protected boolean followed;

        final void follow() {
            followed = true;
        }
    }

    /**
     * An instruction after which nothing may be taken for granted, since it can change the mode,
     * translations, or what interrupts are open. Execution goes on behind it with a fresh look-up.
     */
    public abstract static class Serializing extends Ending {
        @Override
        public final void execute(Processor cpu) {
            Raw.fence();
            perform(cpu);
            cpu.continueAt(end);
        }

        protected abstract void perform(Processor cpu);
    }
}
