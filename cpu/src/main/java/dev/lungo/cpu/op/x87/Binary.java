package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/**
 * FADD, FSUB, FSUBR, FMUL, FDIV, FDIVR in all their forms. SDM 2A under their names: the
 * destination is the first operand, or ST(0) where the other is in memory.
 */
public final class Binary extends X87Op {
    /** A computation on two 80-bit operands. */
    @FunctionalInterface
    public interface Operation {
        void apply(FloatEnv env, int aSe, long aSig, int bSe, long bSig);
    }

    private final Operation operation;
    private final boolean reversed;
    private final Source source;
    private final int destination;
    private final int other;
    private final boolean pops;

    /**
     * @param reversed whether the destination is the operation's second operand
     * @param integer whether a memory operand is an integer
     */
    public Binary(
            Lowering at,
            Instruction instruction,
            Operation operation,
            boolean reversed,
            boolean integer,
            boolean pops) {
        super(at, instruction);
        this.operation = operation;
        this.reversed = reversed;
        this.pops = pops;
        source = Source.of(instruction, integer);
        destination = source == Source.REGISTER ? number(instruction, 0) : 0;
        other = source == Source.REGISTER ? number(instruction, 1) : 0;
    }

    private static int number(Instruction instruction, int operand) {
        return ((Operand.Register) instruction.operand(operand)).number();
    }

    @Override
    void perform(Processor cpu, Fpu fpu) {
        long value = source == Source.REGISTER ? 0 : source.load(cpu, forLoad(cpu, source.bytes));
        boolean underflow =
                fpu.isEmpty(destination) || (source == Source.REGISTER && fpu.isEmpty(other));
        if (underflow) {
            if (fpu.stackFault(false)) {
                setIndefinite(fpu, destination);
                pop(fpu);
            }
            return;
        }
        FloatEnv env = fpu.begin();
        int se;
        long significand;
        if (source == Source.REGISTER) {
            se = fpu.signExponent(other);
            significand = fpu.significand(other);
        } else {
            source.widen(env, value);
            se = env.signExponent;
            significand = env.significand;
        }
        int toSe = fpu.signExponent(destination);
        long toSignificand = fpu.significand(destination);
        if (reversed) {
            operation.apply(env, se, significand, toSe, toSignificand);
        } else {
            operation.apply(env, toSe, toSignificand, se, significand);
        }
        if (fpu.settle(PRE_COMPUTATION)) {
            deliver(fpu, destination);
            pop(fpu);
        }
    }

    private void pop(Fpu fpu) {
        if (pops) {
            fpu.pop();
        }
    }
}
