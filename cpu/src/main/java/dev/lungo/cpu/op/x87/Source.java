package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.ExtendedConversion;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/** In which form an instruction's other operand is. */
enum Source {
    REGISTER(0),
    SINGLE(4),
    DOUBLE(8),
    INTEGER16(2),
    INTEGER32(4);

    final int bytes;

    Source(int bytes) {
        this.bytes = bytes;
    }

    /** Of an instruction whose memory operand, if it has one, is an integer or is not. */
    static Source of(Instruction instruction, boolean integer) {
        for (Operand operand : instruction.operands()) {
            if (operand instanceof Operand.Memory memory) {
                boolean small = memory.bytes() == (integer ? 2 : 4);
                return integer ? small ? INTEGER16 : INTEGER32 : small ? SINGLE : DOUBLE;
            }
        }
        return REGISTER;
    }

    /** What is in memory, not yet converted. */
    long load(Processor cpu, long linear) {
        return cpu.mmu.load(linear, bytes);
    }

    /** Makes an 80-bit operand of it, as the environment's result. */
    void widen(FloatEnv env, long value) {
        switch (this) {
            case REGISTER -> throw new IllegalStateException("a register needs no conversion");
            case SINGLE -> ExtendedConversion.widen32(env, (int) value);
            case DOUBLE -> ExtendedConversion.widen64(env, value);
            case INTEGER16 -> ExtendedConversion.fromInteger(env, (short) value);
            case INTEGER32 -> ExtendedConversion.fromInteger(env, value << 32 >> 32);
        }
    }
}
