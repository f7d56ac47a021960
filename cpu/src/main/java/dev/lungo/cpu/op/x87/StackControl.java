package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.Extended;
import dev.lungo.cpu.fp.ExtendedComparison;
import dev.lungo.isa.Instruction;

/** What moves, examines or frees registers without computing. SDM 2A under their names. */
public final class StackControl {
    private StackControl() {}

    /** FXCH. */
    public static final class Exchange extends X87Op {
        private final int other;

        public Exchange(Lowering at, Instruction instruction, int other) {
            super(at, instruction);
            this.other = other;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            if (fpu.isEmpty(0) || fpu.isEmpty(other)) {
                if (!fpu.stackFault(false)) {
                    return;
                }
                if (fpu.isEmpty(0)) {
                    setIndefinite(fpu, 0);
                }
                if (fpu.isEmpty(other)) {
                    setIndefinite(fpu, other);
                }
            } else {
                fpu.begin();
                fpu.settle(0);
            }
            int se = fpu.signExponent(0);
            long significand = fpu.significand(0);
            fpu.set(0, fpu.signExponent(other), fpu.significand(other));
            fpu.set(other, se, significand);
        }
    }

    /** FCMOVcc. */
    public static final class ConditionalMove extends X87Op {
        private final int other;
        private final int condition;

        /**
         * @param condition as in {@link Flags#condition}
         */
        public ConditionalMove(Lowering at, Instruction instruction, int other, int condition) {
            super(at, instruction);
            this.other = other;
            this.condition = condition;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            if (fpu.isEmpty(0) || fpu.isEmpty(other)) {
                if (fpu.stackFault(false)) {
                    setIndefinite(fpu, 0);
                }
                return;
            }
            if (Flags.condition(cpu.state, condition)) {
                fpu.set(0, fpu.signExponent(other), fpu.significand(other));
            }
        }
    }

    /** FCHS and FABS: bits of the sign, of whatever ST(0) holds. */
    public static final class Sign extends X87Op {
        private final boolean clears;

        /**
         * @param clears whether the sign is cleared, and not inverted
         */
        public Sign(Lowering at, Instruction instruction, boolean clears) {
            super(at, instruction);
            this.clears = clears;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            if (fpu.isEmpty(0)) {
                if (fpu.stackFault(false)) {
                    setIndefinite(fpu, 0);
                }
                return;
            }
            fpu.begin();
            fpu.settle(0);
            int se = fpu.signExponent(0);
            fpu.set(0, clears ? se & ~Extended.SIGN : se ^ Extended.SIGN, fpu.significand(0));
        }
    }

    /** FXAM. */
    public static final class Examine extends X87Op {
        public Examine(Lowering at, Instruction instruction) {
            super(at, instruction);
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            fpu.setConditions(
                    ExtendedComparison.examine(
                            fpu.signExponent(0), fpu.significand(0), fpu.isEmpty(0)));
        }
    }

    /** FFREE and FFREEP. */
    public static final class Free extends X87Op {
        private final int register;
        private final boolean pops;

        public Free(Lowering at, Instruction instruction, int register, boolean pops) {
            super(at, instruction);
            this.register = register;
            this.pops = pops;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            fpu.begin();
            fpu.settle(0);
            fpu.setEmpty(register);
            if (pops) {
                fpu.pop();
            }
        }
    }

    /** FINCSTP and FDECSTP; with nothing to turn, FNOP. */
    public static final class Turn extends X87Op {
        private final int by;

        public Turn(Lowering at, Instruction instruction, int by) {
            super(at, instruction);
            this.by = by;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            if (by != 0) {
                fpu.begin();
                fpu.settle(0);
                fpu.turn(by);
            }
        }
    }
}
