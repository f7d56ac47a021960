package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;

/**
 * Reads of the GDT and LDT, with what can go wrong in them. SDM 3A, "Segment Descriptor Tables".
 */
public final class DescriptorTables {
    private static final int LOCAL = 4;

    private final Processor cpu;

    /** 1 while an event is delivered that no instruction asked for: EXT in error codes. */
    int external;

    DescriptorTables(Processor cpu) {
        this.cpu = cpu;
    }

    public static boolean isNull(int selector) {
        return (selector & 0xFFFC) == 0;
    }

    /** To be thrown: an exception whose error code is a selector's index and table. */
    public GuestFault fault(ExceptionVector vector, int selector) {
        return cpu.fault(vector, selector & 0xFFFC | external);
    }

    /** Whether the table has all of so many bytes at this selector. */
    public boolean holds(int selector, int bytes) {
        int last = (selector & 0xFFF8) + bytes - 1;
        if ((selector & LOCAL) == 0) {
            return last <= cpu.system.gdtLimit;
        }
        return (cpu.segments.access[Segments.LDTR] & Segments.PRESENT) != 0
                && last <= (cpu.segments.limit[Segments.LDTR] & 0xFFFF_FFFFL);
    }

    private long address(int selector) {
        long base = (selector & LOCAL) == 0 ? cpu.system.gdtBase : cpu.segments.base(Segments.LDTR);
        return base + (selector & 0xFFF8);
    }

    /** The descriptor at a selector that the table {@link #holds}. */
    public long read(int selector) {
        return cpu.mmu.loadSystem(address(selector), 8);
    }

    /** The second eight bytes of a descriptor of 16. */
    public long readUpper(int selector) {
        return cpu.mmu.loadSystem(address(selector) + 8, 8);
    }

    /**
     * The descriptor at a selector.
     *
     * @throws GuestFault the vector, with the selector, if the table does not reach so far
     */
    public long fetch(int selector, ExceptionVector vector) {
        if (!holds(selector, 8)) {
            throw fault(vector, selector);
        }
        return read(selector);
    }

    /** Marks a code or data segment accessed, in its table, and returns what it is then. */
    public long access(int selector, long descriptor) {
        long accessed = descriptor | Descriptor.ACCESSED;
        if (accessed != descriptor) {
            cpu.mmu.setSystemBits(address(selector) + 5, Descriptor.ACCESSED >>> 40, true);
        }
        return accessed;
    }

    /** Marks a TSS busy or available. */
    public void setBusy(int selector, boolean busy) {
        cpu.mmu.setSystemBits(address(selector) + 5, Descriptor.BUSY >>> 40, busy);
    }
}
