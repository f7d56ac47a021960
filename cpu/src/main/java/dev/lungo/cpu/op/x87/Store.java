package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.fp.Extended;
import dev.lungo.cpu.fp.ExtendedConversion;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.cpu.fp.PackedDecimal;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;

/**
 * FST, FSTP, FIST, FISTP, FISTTP and FBSTP to memory. SDM 2A under their names. Any unmasked
 * exception but PE keeps them from storing and popping.
 */
public final class Store extends X87Op {
    private static final int STOPPING =
            FloatEnv.IE | FloatEnv.DE | FloatEnv.ZE | FloatEnv.OE | FloatEnv.UE;

    private final Load.Format format;
    private final boolean truncates;
    private final boolean pops;

    public Store(
            Lowering at,
            Instruction instruction,
            Load.Format format,
            boolean truncates,
            boolean pops) {
        super(at, instruction);
        this.format = format;
        this.truncates = truncates;
        this.pops = pops;
    }

    @Override
    void perform(Processor cpu, Fpu fpu) {
        int bytes = format.bytes;
        long linear = forStore(cpu, bytes);
        cpu.mmu.probeStore(linear, bytes);
        int se = Extended.INDEFINITE_SIGN_EXPONENT;
        long significand = Extended.INDEFINITE_SIGNIFICAND;
        FloatEnv env = fpu.begin();
        boolean underflow = fpu.isEmpty(0);
        if (underflow) {
            if (!fpu.stackFault(false)) {
                return;
            }
        } else {
            se = fpu.signExponent(0);
            significand = fpu.significand(0);
        }
        long low = convert(env, se, significand);
        if (!underflow && !fpu.settle(STOPPING)) {
            return;
        }
        if (bytes == 10) {
            long scratch = cpu.state + State.SCRATCH;
            Raw.putLong(scratch, low);
            Raw.putShort(scratch + 8, env.signExponent);
            cpu.mmu.copyOut(linear, bytes, scratch);
        } else {
            cpu.mmu.store(linear, bytes, low);
        }
        if (pops) {
            fpu.pop();
        }
    }

    /** The low 64 bits of what is stored; those above are the sign and exponent of the result. */
    private long convert(FloatEnv env, int se, long significand) {
        int rounding = truncates ? FloatEnv.TOWARD_ZERO : env.rounding;
        return switch (format) {
            case SINGLE -> ExtendedConversion.toBinary32(env, se, significand);
            case DOUBLE -> ExtendedConversion.toBinary64(env, se, significand);
            case INTEGER16 -> ExtendedConversion.toInteger(env, se, significand, 16, rounding);
            case INTEGER32 -> ExtendedConversion.toInteger(env, se, significand, 32, rounding);
            case INTEGER64 -> ExtendedConversion.toInteger(env, se, significand, 64, rounding);
            case EXTENDED -> {
                env.signExponent = se;
                yield significand;
            }
            case DECIMAL -> {
                PackedDecimal.store(env, se, significand);
                yield env.significand;
            }
        };
    }

    /** FST and FSTP to ST(i). */
    public static final class Register extends X87Op {
        /** The opcode of D9 D8, as FOP has it without the number of a register. */
        private static final int ALIAS = 0x1D8;

        private final int to;
        private final boolean pops;

        /** The alias D9 D8 of FSTP ST(i), which merely pops where ST(0) is empty. */
        private final boolean undocumented;

        public Register(Lowering at, Instruction instruction, int to, boolean pops) {
            super(at, instruction);
            this.to = to;
            this.pops = pops;
            undocumented = (opcode & ~7) == ALIAS;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            if (fpu.isEmpty(0)) {
                if (undocumented) {
                    fpu.begin();
                    fpu.settle(0);
                } else if (fpu.stackFault(false)) {
                    setIndefinite(fpu, to);
                } else {
                    return;
                }
            } else {
                fpu.begin();
                fpu.settle(0);
                fpu.set(to, fpu.signExponent(0), fpu.significand(0));
            }
            if (pops) {
                fpu.pop();
            }
        }
    }
}
