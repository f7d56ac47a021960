package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Rflags;

/**
 * Instructions that change one flag: CLC, STC, CMC, CLD, STD, CLI, STI, CLAC, STAC. SDM 2A,
 * "CLI—Clear Interrupt Flag" (table 3-7) and SDM 2B, "STI—Set Interrupt Flag" (table 4-20) tell
 * when IF is VIF.
 */
public final class FlagControl {
    private FlagControl() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case CLC -> new Carry(false);
            case STC -> new Carry(true);
            case CMC -> new ComplementCarry();
            case CLD -> new Direction(0);
            case STD -> new Direction(Rflags.DF);
            case CLI -> new ClearInterrupts();
            case STI -> new SetInterrupts();
            case CLAC -> access(at, 0);
            case STAC -> access(at, Rflags.AC);
            default -> throw new IllegalArgumentException("not of this family: " + instruction);
        };
    }

    private static final class Carry extends Op {
        private final boolean set;

        Carry(boolean set) {
            this.set = set;
        }

        @Override
        public void execute(Processor cpu) {
            Flags.setCarry(cpu.state, set);
        }
    }

    private static final class ComplementCarry extends Op {
        @Override
        public void execute(Processor cpu) {
            Flags.setCarry(cpu.state, !Flags.cf(cpu.state));
        }
    }

    private static final class Direction extends Op {
        private final long value;

        Direction(long value) {
            this.value = value;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.flags.change(Rflags.DF, value);
        }
    }

    /** The flag that CLI and STI work on: IF, or VIF where it is virtual. */
    private static long interruptFlag(Processor cpu) {
        if (cpu.isReal() || cpu.cpl <= cpu.flags.iopl()) {
            return Rflags.IF;
        }
        boolean virtual =
                cpu.isVm86()
                        ? (cpu.system.cr4 & Cr4.VME) != 0
                        : cpu.cpl == 3 && (cpu.system.cr4 & Cr4.PVI) != 0;
        if (!virtual) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        return Rflags.VIF;
    }

    private static final class ClearInterrupts extends Op {
        @Override
        public void execute(Processor cpu) {
            cpu.flags.change(interruptFlag(cpu), 0);
        }
    }

    private static final class SetInterrupts extends Op.Shielding {
        @Override
        public void execute(Processor cpu) {
            long flag = interruptFlag(cpu);
            if (flag == Rflags.VIF && cpu.flags.has(Rflags.VIP)) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            if (!followed && flag == Rflags.IF && !cpu.flags.has(Rflags.IF)) {
                cpu.shadowInterrupts();
            }
            cpu.flags.change(0, flag);
        }
    }

    private static Op access(Lowering at, long value) {
        int forbidden = Mode.USER | Mode.VM86;
        return (at.mode() & forbidden) != 0
                ? new Lowering.Raise(ExceptionVector.UD)
                : new AccessCheck(value);
    }

    /** CLAC and STAC choose another set of translations, but leave the mode and blocks alone. */
    private static final class AccessCheck extends Op {
        private final long value;

        AccessCheck(long value) {
            this.value = value;
        }

        @Override
        public void execute(Processor cpu) {
            if (cpu.cpl != 0) {
                throw cpu.fault(ExceptionVector.UD, 0);
            }
            cpu.flags.change(Rflags.AC, value);
            cpu.updateMode();
        }
    }
}
