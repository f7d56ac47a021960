package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.core.XState;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;

/**
 * System registers that the operating system can hand over to programs: bases of FS and GS, PKRU,
 * XCR0 (to be read).
 */
public final class UserRegisters {
    private UserRegisters() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case RDFSBASE -> new ReadBase(Segments.FS, at.place(instruction.operand(0)));
            case RDGSBASE -> new ReadBase(Segments.GS, at.place(instruction.operand(0)));
            case WRFSBASE -> new WriteBase(Segments.FS, at.place(instruction.operand(0)));
            case WRGSBASE -> new WriteBase(Segments.GS, at.place(instruction.operand(0)));
            case RDPKRU -> new SystemOp.Plain(instruction, UserRegisters::readPkru);
            case WRPKRU -> new SystemOp.Last(instruction, UserRegisters::writePkru);
            case XGETBV -> new SystemOp.Plain(instruction, UserRegisters::readXcr);
            case XSETBV -> new SystemOp.Last(instruction, UserRegisters::writeXcr);
            default -> new Lowering.Raise(ExceptionVector.UD);
        };
    }

    private static void readPkru(Processor cpu, Instruction instruction) {
        SystemOp.requireCr4(cpu, Cr4.PKE);
        if (SystemOp.low(cpu, SystemOp.RCX) != 0) {
            throw SystemOp.generalProtection(cpu);
        }
        SystemOp.setEdxEax(cpu, cpu.system.pkru & 0xFFFF_FFFFL);
    }

    private static void writePkru(Processor cpu, Instruction instruction) {
        SystemOp.requireCr4(cpu, Cr4.PKE);
        if (SystemOp.low(cpu, SystemOp.RCX) != 0 || SystemOp.low(cpu, SystemOp.RDX) != 0) {
            throw SystemOp.generalProtection(cpu);
        }
        cpu.control.setPkru(SystemOp.low(cpu, SystemOp.RAX));
    }

    /** XCR0, or, for ECX = 1, which of its components are in use. */
    private static void readXcr(Processor cpu, Instruction instruction) {
        SystemOp.requireCr4(cpu, Cr4.OSXSAVE);
        switch (SystemOp.low(cpu, SystemOp.RCX)) {
            case 0 -> SystemOp.setEdxEax(cpu, cpu.system.xcr0);
            case 1 -> SystemOp.setEdxEax(cpu, cpu.system.xcr0 & XState.inUse(cpu));
            default -> throw SystemOp.generalProtection(cpu);
        }
    }

    private static void writeXcr(Processor cpu, Instruction instruction) {
        SystemOp.requireCr4(cpu, Cr4.OSXSAVE);
        SystemOp.requireCpl0(cpu);
        cpu.intercept(instruction, 0);
        if (SystemOp.low(cpu, SystemOp.RCX) != 0) {
            throw SystemOp.generalProtection(cpu);
        }
        cpu.control.setXcr0(SystemOp.edxEax(cpu));
    }

    private static final class ReadBase extends Op {
        private final int segment;
        private final Place destination;

        ReadBase(int segment, Place destination) {
            this.segment = segment;
            this.destination = destination;
        }

        @Override
        public void execute(Processor cpu) {
            SystemOp.requireCr4(cpu, Cr4.FSGSBASE);
            destination.set(cpu, Raw.getLong(cpu.state + State.segmentBase(segment)));
        }
    }

    private static final class WriteBase extends Op {
        private final int segment;
        private final Place source;

        WriteBase(int segment, Place source) {
            this.segment = segment;
            this.source = source;
        }

        @Override
        public void execute(Processor cpu) {
            SystemOp.requireCr4(cpu, Cr4.FSGSBASE);
            long base = source.get(cpu);
            if (!cpu.isCanonicalBase(base)) {
                throw SystemOp.generalProtection(cpu);
            }
            Raw.putLong(cpu.state + State.segmentBase(segment), base);
        }
    }
}
