package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import org.jspecify.annotations.Nullable;

/**
 * An operand that is read: a register, or memory, which is copied to the processor's scratch so
 * that one class of op serves both.
 */
final class Source {
    /** Absolute address of the operand's bytes, once {@link #fetch} has been called. */
    final long at;

    private final @Nullable Address address;
    private final int bytes;
    private final boolean aligned;

    private Source(long at, @Nullable Address address, int bytes, boolean aligned) {
        this.at = at;
        this.address = address;
        this.bytes = bytes;
        this.aligned = aligned;
    }

    static Source register(long cell) {
        return new Source(cell, null, 0, false);
    }

    /**
     * @param bytes 1, 2, 4, 8, 16 or 32
     * @param aligned whether an address that is no multiple of that is #GP(0)
     */
    static Source memory(long scratch, Address address, int bytes, boolean aligned) {
        return new Source(scratch, address, bytes, aligned);
    }

    boolean isMemory() {
        return address != null;
    }

    /** Where the operand's bytes are. Memory narrower than eight bytes is zero-extended to them. */
    long fetch(Processor cpu) {
        if (address != null) {
            load(cpu, address);
        }
        return at;
    }

    private void load(Processor cpu, Address from) {
        long linear = from.forLoad(cpu, bytes);
        if (aligned) {
            checkAlignment(cpu, linear, bytes);
        }
        if (bytes == 16) {
            Raw.putLong(at, cpu.mmu.load64(linear));
            Raw.putLong(at + 8, cpu.mmu.load64(cpu.wrapLinear(linear + 8)));
        } else if (bytes <= 8) {
            Raw.putLong(at, cpu.mmu.load(linear, bytes));
        } else {
            cpu.mmu.copyIn(linear, bytes, at);
        }
    }

    /** SDM 1, "Memory Alignment Requirements" and its kin: #GP(0), whatever RFLAGS.AC says. */
    static void checkAlignment(Processor cpu, long linear, int bytes) {
        if ((linear & (bytes - 1)) != 0) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
    }

    /** The scratch that results are made in, beside the one that memory is copied to. */
    static int result() {
        return State.SCRATCH + 32;
    }
}
