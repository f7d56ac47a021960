package dev.lungo.conformance.hostcpu;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.GuestFault;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import org.jspecify.annotations.Nullable;

/** Runs one lowered instruction, without anything around it. */
final class InterpretingProcessor extends SoftProcessor {
    private static final int LONGEST = 15;
    private static final int NOP = 0x90;

    private Op op;

    /** The first page is for the instruction. */
    InterpretingProcessor(int slots, Guard guard) {
        super(1, slots, guard);
        op = lowered(new byte[0]);
    }

    @Override
    void prepare(byte[] instruction, long address) {
        op = lowered(instruction);
    }

    private Op lowered(byte[] instruction) {
        cpu.mmu.flush(false);
        cpu.setRip(base);
        for (int i = 0; i < LONGEST; i++) {
            Raw.putByte(base + i, i < instruction.length ? instruction[i] : NOP);
        }
        return cpu.code.single().first;
    }

    @Override
    boolean isOwn(long linear, int access) {
        return (linear & -PAGE) == base;
    }

    @Override
    long physical(long linear) {
        return linear - base;
    }

    @Override
    @Nullable ExceptionVector run(long in, long out) {
        long rip = Raw.getLong(in + Registers.TARGET);
        cpu.setRip(rip);
        ExceptionVector vector = null;
        try {
            op.execute(cpu);
        } catch (GuestFault fault) {
            vector = fault.vector;
            if (fault.nonCanonical && op.addressesStack()) {
                vector = ExceptionVector.SS;
            }
        }
        Registers.fromProcessor(cpu, out);
        long from = rip + op.end();
        Raw.putLong(out + Registers.TAKEN, cpu.rip() == from + HostCode.BRANCH_DISTANCE ? 1 : 0);
        return vector;
    }
}
