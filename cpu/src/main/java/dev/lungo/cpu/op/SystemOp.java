package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.GuestFault;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;

/** What system instructions have in common: none is hot, and most have no operands to lower. */
final class SystemOp {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;

    private SystemOp() {}

    /** The whole of an instruction, chosen when it is lowered. */
    @FunctionalInterface
    interface Action {
        void run(Processor cpu, Instruction instruction);
    }

    /** Runs inside a block. */
    static final class Plain extends Op {
        private final Instruction instruction;
        private final Action action;

        Plain(Instruction instruction, Action action) {
            this.instruction = instruction;
            this.action = action;
        }

        @Override
        public void execute(Processor cpu) {
            action.run(cpu, instruction);
        }
    }

    /** Ends its block. */
    static final class Last extends Op.Serializing {
        private final Instruction instruction;
        private final Action action;

        Last(Instruction instruction, Action action) {
            this.instruction = instruction;
            this.action = action;
        }

        @Override
        protected void perform(Processor cpu) {
            action.run(cpu, instruction);
        }
    }

    static GuestFault generalProtection(Processor cpu) {
        return cpu.fault(ExceptionVector.GP, 0);
    }

    static GuestFault undefined(Processor cpu) {
        return cpu.fault(ExceptionVector.UD, 0);
    }

    /** #GP(0) unless CPL is 0, as it always is in real mode and never in virtual-8086 mode. */
    static void requireCpl0(Processor cpu) {
        if (cpu.cpl != 0) {
            throw generalProtection(cpu);
        }
    }

    /** #UD unless these bits of CR4 are set. */
    static void requireCr4(Processor cpu, long bits) {
        if ((cpu.system.cr4 & bits) != bits) {
            throw undefined(cpu);
        }
    }

    /** The low half of a general register. */
    static int low(Processor cpu, int gpr) {
        return Raw.getInt(cpu.state + State.gpr(gpr));
    }

    static void setLow(Processor cpu, int gpr, int value) {
        Raw.putLong(cpu.state + State.gpr(gpr), value & 0xFFFF_FFFFL);
    }

    static long edxEax(Processor cpu) {
        return (long) low(cpu, RDX) << 32 | low(cpu, RAX) & 0xFFFF_FFFFL;
    }

    static void setEdxEax(Processor cpu, long value) {
        setLow(cpu, RAX, (int) value);
        setLow(cpu, RDX, (int) (value >>> 32));
    }
}
