package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.ExtendedConstants;
import dev.lungo.cpu.fp.ExtendedConversion;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.cpu.fp.PackedDecimal;
import dev.lungo.isa.Instruction;

/** FLD, FILD and FBLD from memory. SDM 2A under their names. */
public final class Load extends X87Op {
    /** What lies in memory. */
    public enum Format {
        SINGLE(4),
        DOUBLE(8),
        EXTENDED(10),
        INTEGER16(2),
        INTEGER32(4),
        INTEGER64(8),
        DECIMAL(10);

        final int bytes;

        Format(int bytes) {
            this.bytes = bytes;
        }
    }

    private final Format format;

    public Load(Lowering at, Instruction instruction, Format format) {
        super(at, instruction);
        this.format = format;
    }

    @Override
    void perform(Processor cpu, Fpu fpu) {
        long linear = forLoad(cpu, format.bytes);
        long low = cpu.mmu.load(linear, Math.min(format.bytes, 8));
        int high = format.bytes == 10 ? cpu.mmu.load16(cpu.wrapLinear(linear + 8)) : 0;
        if (!fpu.isEmpty(7)) {
            if (fpu.stackFault(true)) {
                pushIndefinite(fpu);
            }
            return;
        }
        FloatEnv env = fpu.begin();
        switch (format) {
            case SINGLE -> ExtendedConversion.fromBinary32(env, (int) low);
            case DOUBLE -> ExtendedConversion.fromBinary64(env, low);
            case EXTENDED -> {
                env.signExponent = high;
                env.significand = low;
            }
            case INTEGER16 -> ExtendedConversion.fromInteger(env, (short) low);
            case INTEGER32 -> ExtendedConversion.fromInteger(env, low << 32 >> 32);
            case INTEGER64 -> ExtendedConversion.fromInteger(env, low);
            case DECIMAL -> PackedDecimal.load(env, high, low);
        }
        if (fpu.settle(INVALID)) {
            fpu.turn(-1);
            deliver(fpu, 0);
        }
    }

    /** FLD ST(i). */
    public static final class Register extends X87Op {
        private final int from;

        public Register(Lowering at, Instruction instruction, int from) {
            super(at, instruction);
            this.from = from;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            boolean underflow = fpu.isEmpty(from);
            if (underflow || !fpu.isEmpty(7)) {
                if (fpu.stackFault(!underflow)) {
                    pushIndefinite(fpu);
                }
                return;
            }
            int se = fpu.signExponent(from);
            long significand = fpu.significand(from);
            fpu.begin();
            fpu.settle(0);
            fpu.turn(-1);
            fpu.set(0, se, significand);
        }
    }

    /** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ. */
    public static final class Constant extends X87Op {
        private final ExtendedConstants constant;

        public Constant(Lowering at, Instruction instruction, ExtendedConstants constant) {
            super(at, instruction);
            this.constant = constant;
        }

        @Override
        void perform(Processor cpu, Fpu fpu) {
            if (!fpu.isEmpty(7)) {
                if (fpu.stackFault(true)) {
                    pushIndefinite(fpu);
                }
                return;
            }
            constant.load(fpu.begin());
            fpu.settle(0);
            fpu.turn(-1);
            deliver(fpu, 0);
        }
    }
}
