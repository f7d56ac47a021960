package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Instruction;

/** FSQRT, FRNDINT, FCHS, FABS, F2XM1, FSIN and FCOS: ST(0) becomes a function of ST(0). */
public final class Unary extends X87Op {
    /** A computation on one 80-bit operand. */
    @FunctionalInterface
    public interface Operation {
        void apply(FloatEnv env, int signExponent, long significand);
    }

    private final Operation operation;
    private final boolean setsC2;

    /**
     * @param setsC2 whether C2 says that the operand was out of range
     */
    public Unary(Lowering at, Instruction instruction, Operation operation, boolean setsC2) {
        super(at, instruction);
        this.operation = operation;
        this.setsC2 = setsC2;
    }

    private void clearC2(Fpu fpu) {
        if (setsC2) {
            fpu.setStatusWord(fpu.statusWord() & ~Fpu.C2);
        }
    }

    @Override
    void perform(Processor cpu, Fpu fpu) {
        if (fpu.isEmpty(0)) {
            boolean masked = fpu.stackFault(false);
            clearC2(fpu);
            if (masked) {
                setIndefinite(fpu, 0);
            }
            return;
        }
        FloatEnv env = fpu.begin();
        operation.apply(env, fpu.signExponent(0), fpu.significand(0));
        boolean delivers = fpu.settle(PRE_COMPUTATION);
        clearC2(fpu);
        fpu.setStatusWord(fpu.statusWord() | env.condition);
        if (delivers && env.condition == 0) {
            deliver(fpu, 0);
        }
    }
}
