package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr3;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/**
 * Instructions for the operating system alone (and SMSW, which is older than that idea). SDM 3A,
 * "Privileged Instructions".
 *
 * <p>MONITOR and MWAIT raise #UD, since CPUID does not have them, and RSM since there is no system
 * management mode. There are no caches, so that nothing is left of the instructions that empty
 * them.
 */
public final class Privileged {
    private Privileged() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case HLT -> new SystemOp.Last(instruction, Privileged::halt);
            case INVD, WBINVD, WBNOINVD -> new SystemOp.Plain(instruction, Privileged::emptyCaches);
            case CLTS -> new SystemOp.Last(instruction, Privileged::clearTaskSwitched);
            case SMSW -> new StoreMachineStatusWord(instruction, at.place(instruction.operand(0)));
            case LMSW -> new LoadMachineStatusWord(instruction, at.place(instruction.operand(0)));
            case RDMSR -> new SystemOp.Plain(instruction, Privileged::readMsr);
            case WRMSR -> new SystemOp.Last(instruction, Privileged::writeMsr);
            case SWAPGS -> new SystemOp.Plain(instruction, Privileged::swapGs);
            case INVLPG ->
                    new InvalidatePage(
                            instruction, at.address((Operand.Memory) instruction.operand(0)));
            case INVPCID ->
                    new InvalidatePcid(
                            instruction,
                            at.place(instruction.operand(0)),
                            at.address((Operand.Memory) instruction.operand(1)));
            default -> new Lowering.Raise(ExceptionVector.UD);
        };
    }

    /** MOV to and from control and debug registers. */
    static Op lowerMove(Lowering at, Instruction instruction) {
        return SystemMoves.lower(at, instruction);
    }

    private static void halt(Processor cpu, Instruction instruction) {
        SystemOp.requireCpl0(cpu);
        cpu.intercept(instruction, 0);
        cpu.raise(Pending.ASLEEP);
    }

    private static void emptyCaches(Processor cpu, Instruction instruction) {
        SystemOp.requireCpl0(cpu);
        cpu.intercept(instruction, 0);
    }

    private static void clearTaskSwitched(Processor cpu, Instruction instruction) {
        SystemOp.requireCpl0(cpu);
        cpu.intercept(instruction, 0);
        cpu.control.clearTaskSwitched();
    }

    private static void readMsr(Processor cpu, Instruction instruction) {
        SystemOp.requireCpl0(cpu);
        int msr = SystemOp.low(cpu, SystemOp.RCX);
        cpu.intercept(instruction, msr);
        SystemOp.setEdxEax(cpu, cpu.msrs.read(msr));
    }

    private static void writeMsr(Processor cpu, Instruction instruction) {
        SystemOp.requireCpl0(cpu);
        int msr = SystemOp.low(cpu, SystemOp.RCX);
        cpu.intercept(instruction, msr);
        cpu.msrs.write(msr, SystemOp.edxEax(cpu));
    }

    private static void swapGs(Processor cpu, Instruction instruction) {
        SystemOp.requireCpl0(cpu);
        long gsBase = cpu.state + State.segmentBase(Segments.GS);
        long base = Raw.getLong(gsBase);
        Raw.putLong(gsBase, Raw.getLong(cpu.state + State.KERNEL_GS_BASE));
        Raw.putLong(cpu.state + State.KERNEL_GS_BASE, base);
    }

    /** A register gets as much of CR0 as it has room for; memory the low 16 bits. */
    private static final class StoreMachineStatusWord extends Op {
        private final Instruction instruction;
        private final Place destination;

        StoreMachineStatusWord(Instruction instruction, Place destination) {
            this.instruction = instruction;
            this.destination = destination;
        }

        @Override
        public void execute(Processor cpu) {
            if (cpu.cpl != 0 && (cpu.system.cr4 & Cr4.UMIP) != 0) {
                throw SystemOp.generalProtection(cpu);
            }
            cpu.intercept(instruction, 0);
            destination.set(cpu, cpu.system.cr0);
        }
    }

    private static final class LoadMachineStatusWord extends Op.Serializing {
        private final Instruction instruction;
        private final Place source;

        LoadMachineStatusWord(Instruction instruction, Place source) {
            this.instruction = instruction;
            this.source = source;
        }

        @Override
        protected void perform(Processor cpu) {
            SystemOp.requireCpl0(cpu);
            int value = (int) source.get(cpu);
            cpu.intercept(instruction, value);
            cpu.control.loadMachineStatusWord(value);
        }
    }

    /** The address is looked at by nobody: neither limits nor canonical form matter. */
    private static final class InvalidatePage extends Op.Serializing {
        private final Instruction instruction;
        private final Address address;

        InvalidatePage(Instruction instruction, Address address) {
            this.instruction = instruction;
            this.address = address;
        }

        @Override
        protected void perform(Processor cpu) {
            SystemOp.requireCpl0(cpu);
            int segment = address.segment();
            boolean based = !cpu.is64() || segment == Segments.FS || segment == Segments.GS;
            long base = based ? cpu.segments.base(segment) : 0;
            long linear = cpu.wrapLinear(base + address.offset());
            cpu.intercept(instruction, linear);
            cpu.mmu.invalidate(linear);
        }
    }

    /** SDM 2A, "INVPCID Descriptor" (figure 3-24) and the four types below it. */
    private static final class InvalidatePcid extends Op.Serializing {
        private static final int INDIVIDUAL_ADDRESS = 0;
        private static final int SINGLE_CONTEXT = 1;
        private static final int ALL_WITH_GLOBALS = 2;
        private static final int ALL = 3;

        private final Instruction instruction;
        private final Place type;
        private final Address descriptor;

        InvalidatePcid(Instruction instruction, Place type, Address descriptor) {
            this.instruction = instruction;
            this.type = type;
            this.descriptor = descriptor;
        }

        @Override
        protected void perform(Processor cpu) {
            SystemOp.requireCpl0(cpu);
            long wanted = type.get(cpu);
            long at = descriptor.forLoad(cpu, 16);
            cpu.intercept(instruction, wanted);
            long pcid = cpu.mmu.load64(at);
            long linear = cpu.mmu.load64(cpu.wrapLinear(at + 8));
            if (Long.compareUnsigned(wanted, ALL) > 0 || (pcid & ~Cr3.PCID) != 0) {
                throw SystemOp.generalProtection(cpu);
            }
            if (wanted <= SINGLE_CONTEXT && pcid != 0 && (cpu.system.cr4 & Cr4.PCIDE) == 0) {
                throw SystemOp.generalProtection(cpu);
            }
            if (wanted == INDIVIDUAL_ADDRESS) {
                if (!cpu.isCanonicalBase(linear)) {
                    throw SystemOp.generalProtection(cpu);
                }
                cpu.mmu.invalidate(linear);
            } else {
                cpu.mmu.flush(wanted != ALL_WITH_GLOBALS);
            }
        }
    }
}
