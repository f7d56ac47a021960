package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.HostThread;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/**
 * Instructions that change nothing here: NOP in its many forms, prefetches, fences (every access is
 * done when its instruction is), cache-line flushes, and shadow-stack instructions, of which those
 * in the NOP space are NOPs without CET and the rest are undefined.
 */
public final class Hints {
    private Hints() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case UD0, UD1, UD2 -> new Lowering.Raise(ExceptionVector.UD);
            case INCSSP, SAVEPREVSSP, RSTORSSP, WRSS, WRUSS, SETSSBSY, CLRSSBSY ->
                    new Lowering.Raise(ExceptionVector.UD);
            case CLFLUSH, CLFLUSHOPT, CLWB ->
                    new FlushLine(at.address((Operand.Memory) instruction.operand(0)));
            case PAUSE -> new Pause(instruction);
            case MFENCE -> new Fence();
            case SERIALIZE -> new SystemOp.Last(instruction, (_, _) -> {});
            default -> new Nothing();
        };
    }

    /** What spins for long waits for another processor, which may be waiting for a host's. */
    private static final class Pause extends Op {
        private static final int PATIENCE = 64;

        private final Instruction instruction;
        private int times;

        Pause(Instruction instruction) {
            this.instruction = instruction;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.intercept(instruction, 0);
            times++;
            if (times % PATIENCE == 0 && cpu.count > 1) {
                HostThread.giveWay();
            }
        }
    }

    /**
     * LFENCE and SFENCE order nothing that is not in order already: stores here are never weakly
     * ordered, but for those that translated code makes, which has the fences too.
     */
    private static final class Fence extends Op {
        @Override
        public void execute(Processor cpu) {
            Raw.fence();
        }
    }

    private static final class Nothing extends Op {
        @Override
        public void execute(Processor cpu) {}
    }

    /** The line is not read, but faults as a load of one byte would. */
    private static final class FlushLine extends Op {
        private final Address address;

        FlushLine(Address address) {
            this.address = address;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.mmu.probeLoad(address.forLoad(cpu, 1), 1);
        }
    }
}
