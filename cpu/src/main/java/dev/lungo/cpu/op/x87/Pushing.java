package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Instruction;

/**
 * FXTRACT, FPTAN and FSINCOS: two results of ST(0), of which the second replaces it, and the first
 * is pushed.
 */
public final class Pushing extends X87Op {
    private final Unary.Operation operation;
    private final boolean setsC2;

    /**
     * @param setsC2 whether C2 says that the operand was out of range
     */
    public Pushing(
            Lowering at, Instruction instruction, Unary.Operation operation, boolean setsC2) {
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
        boolean overflow = !fpu.isEmpty(7);
        if (fpu.isEmpty(0) || overflow) {
            boolean masked = fpu.stackFault(!fpu.isEmpty(0));
            clearC2(fpu);
            if (masked) {
                setIndefinite(fpu, 0);
                pushIndefinite(fpu);
            }
            return;
        }
        FloatEnv env = fpu.begin();
        operation.apply(env, fpu.signExponent(0), fpu.significand(0));
        boolean delivers = fpu.settle(PRE_COMPUTATION);
        clearC2(fpu);
        fpu.setStatusWord(fpu.statusWord() | env.condition);
        if (delivers && env.condition == 0) {
            fpu.set(0, env.secondSignExponent, env.secondSignificand);
            fpu.turn(-1);
            deliver(fpu, 0);
        }
    }
}
