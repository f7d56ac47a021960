package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Instruction;

/**
 * Functions of ST(0) and ST(1): FSCALE, FPREM and FPREM1, whose result replaces ST(0); FYL2X,
 * FYL2XP1 and FPATAN, whose result replaces both.
 */
public final class TopTwo extends X87Op {
    private final Binary.Operation operation;
    private final boolean remainder;
    private final boolean pops;

    public TopTwo(
            Lowering at,
            Instruction instruction,
            Binary.Operation operation,
            boolean remainder,
            boolean pops) {
        super(at, instruction);
        this.operation = operation;
        this.remainder = remainder;
        this.pops = pops;
    }

    @Override
    void perform(Processor cpu, Fpu fpu) {
        int destination = pops ? 1 : 0;
        if (fpu.isEmpty(0) || fpu.isEmpty(1)) {
            boolean masked = fpu.stackFault(false);
            clearC2(fpu);
            if (masked) {
                setIndefinite(fpu, destination);
                if (pops) {
                    fpu.pop();
                }
            }
            return;
        }
        FloatEnv env = fpu.begin();
        operation.apply(
                env,
                fpu.signExponent(0),
                fpu.significand(0),
                fpu.signExponent(1),
                fpu.significand(1));
        boolean delivers = fpu.settle(PRE_COMPUTATION);
        clearC2(fpu);
        if (!delivers) {
            return;
        }
        if (remainder && (env.signExponent & 0x7FFF) != 0x7FFF) { // not a NaN
            fpu.setConditions(env.condition);
        }
        deliver(fpu, destination);
        if (pops) {
            fpu.pop();
        }
    }

    /** A remainder that is not computed leaves the quotient's bits, but is complete. */
    private void clearC2(Fpu fpu) {
        if (remainder) {
            fpu.setStatusWord(fpu.statusWord() & ~Fpu.C2);
        }
    }
}
