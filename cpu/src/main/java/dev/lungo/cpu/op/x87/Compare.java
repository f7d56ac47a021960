package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.Comparison;
import dev.lungo.cpu.fp.ExtendedComparison;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/**
 * FCOM, FUCOM, FICOM, FCOMI, FUCOMI and FTST in all their forms. SDM 2A under their names: the
 * outcome is recorded only if no invalid operation is unmasked, and operands are popped only if no
 * denormal operand is either.
 */
public final class Compare extends X87Op {
    /** Where the outcome goes, and what ST(0) is compared with. */
    public enum Kind {
        CONDITIONS,
        INTEGER,
        RFLAGS,
        ZERO
    }

    private final Kind kind;
    private final Source source;
    private final int other;
    private final boolean signalling;
    private final int pops;

    /**
     * @param signalling whether a quiet NaN is an invalid operand
     * @param pops how many registers are popped
     */
    public Compare(Lowering at, Instruction instruction, Kind kind, boolean signalling, int pops) {
        super(at, instruction);
        this.kind = kind;
        this.signalling = signalling;
        this.pops = pops;
        source = Source.of(instruction, kind == Kind.INTEGER);
        other = other(instruction);
    }

    /** The last operand if it is a register; without any, ST(1). */
    private static int other(Instruction instruction) {
        int last = instruction.operands().size() - 1;
        return last >= 0 && instruction.operand(last) instanceof Operand.Register register
                ? register.number()
                : 1;
    }

    @Override
    void perform(Processor cpu, Fpu fpu) {
        long value = source == Source.REGISTER ? 0 : source.load(cpu, forLoad(cpu, source.bytes));
        boolean withRegister = source == Source.REGISTER && kind != Kind.ZERO;
        if (fpu.isEmpty(0) || (withRegister && fpu.isEmpty(other))) {
            if (fpu.stackFault(false)) {
                record(cpu, fpu, Comparison.UNORDERED);
                pop(fpu);
            }
            return;
        }
        FloatEnv env = fpu.begin();
        int se = 0;
        long significand = 0;
        if (withRegister) {
            se = fpu.signExponent(other);
            significand = fpu.significand(other);
        } else if (kind != Kind.ZERO) {
            source.widen(env, value);
            se = env.signExponent;
            significand = env.significand;
        }
        int outcome =
                ExtendedComparison.compare(
                        env, fpu.signExponent(0), fpu.significand(0), se, significand, signalling);
        if (fpu.settle(INVALID)) {
            record(cpu, fpu, outcome);
            if (env.unmasked(env.flags) == 0) {
                pop(fpu);
            }
        }
    }

    private void record(Processor cpu, Fpu fpu, int outcome) {
        if (kind == Kind.RFLAGS) {
            Flags.setStatus(cpu.state, Comparison.statusFlags(outcome));
        } else {
            fpu.setConditions(ExtendedComparison.conditions(outcome));
        }
    }

    private void pop(Fpu fpu) {
        for (int i = 0; i < pops; i++) {
            fpu.pop();
        }
    }
}
