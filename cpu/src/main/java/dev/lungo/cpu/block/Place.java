package dev.lungo.cpu.block;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.Width;

/**
 * An integer operand of any width, in a register or in memory: for instructions that are not so
 * frequent that each of their forms deserves a class. Values are zero-extended.
 */
public abstract class Place {
    public final Width width;

    Place(Width width) {
        this.width = width;
    }

    public abstract long get(Processor cpu);

    /** As {@link #get}, faulting as {@link #update} would. */
    public abstract long getForUpdate(Processor cpu);

    /** Stores what an update computed, where {@link #getForUpdate} has just been. Never faults. */
    public abstract void update(Processor cpu, long value);

    /** Stores the low bits; a 32-bit register is zero-extended. */
    public abstract void set(Processor cpu, long value);

    public abstract boolean isMemory();

    /** The address rule of a place in memory. */
    public Address address() {
        throw new IllegalStateException("a register has no address");
    }

    /** A register, or a constant cell, at an absolute address. */
    static final class Cell extends Place {
        private final long at;

        Cell(Width width, long at) {
            super(width);
            this.at = at;
        }

        @Override
        public long get(Processor cpu) {
            return switch (width) {
                case BYTE -> Raw.getByte(at);
                case WORD -> Raw.getShort(at);
                case DWORD -> Raw.getInt(at) & 0xFFFF_FFFFL;
                case QWORD -> Raw.getLong(at);
            };
        }

        @Override
        public long getForUpdate(Processor cpu) {
            return get(cpu);
        }

        @Override
        public void set(Processor cpu, long value) {
            switch (width) {
                case BYTE -> Raw.putByte(at, (int) value);
                case WORD -> Raw.putShort(at, (int) value);
                case DWORD -> Raw.putLong(at, value & 0xFFFF_FFFFL);
                case QWORD -> Raw.putLong(at, value);
            }
        }

        @Override
        public void update(Processor cpu, long value) {
            set(cpu, value);
        }

        @Override
        public boolean isMemory() {
            return false;
        }
    }

    /** In memory. */
    static class Memory extends Place {
        private final Address address;

        /** Where {@link #getForUpdate} was. */
        long linear;

        Memory(Width width, Address address) {
            super(width);
            this.address = address;
        }

        @Override
        public long get(Processor cpu) {
            return cpu.mmu.load(address.forLoad(cpu, width.bytes()), width.bytes());
        }

        @Override
        public long getForUpdate(Processor cpu) {
            linear = address.forStore(cpu, width.bytes());
            return cpu.mmu.loadForUpdate(linear, width.bytes());
        }

        @Override
        public void update(Processor cpu, long value) {
            cpu.mmu.store(linear, width.bytes(), value);
        }

        @Override
        public void set(Processor cpu, long value) {
            cpu.mmu.store(address.forStore(cpu, width.bytes()), width.bytes(), value);
        }

        @Override
        public boolean isMemory() {
            return true;
        }

        @Override
        public Address address() {
            return address;
        }
    }

    /**
     * In memory, for an instruction with a LOCK prefix or XCHG: {@link #update} stores only where
     * nobody else has meanwhile, and otherwise has {@link Atomically} do all of it once more.
     */
    static final class Shared extends Memory {
        private long old;

        Shared(Width width, Address address) {
            super(width, address);
        }

        @Override
        public long getForUpdate(Processor cpu) {
            old = super.getForUpdate(cpu);
            return old;
        }

        @Override
        public void update(Processor cpu, long value) {
            if (!cpu.mmu.compareAndStore(linear, width.bytes(), old, value)) {
                throw new Atomically.Disturbed();
            }
        }
    }
}
