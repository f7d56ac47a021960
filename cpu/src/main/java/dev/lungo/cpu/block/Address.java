package dev.lungo.cpu.block;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;

/**
 * How an instruction computes the linear address of its memory operand. What is absent reads a cell
 * that is always zero, so that one straight sum serves every form.
 */
public final class Address {
    private final long base;
    private final long index;
    private final int shift;
    private final long displacement;
    private final long mask;
    private final long segmentBase;
    private final int segment;
    private final boolean checked;

    /**
     * @param base address of the cell that holds the base register
     * @param index likewise
     * @param mask cuts the effective address to the address size
     * @param checked whether the segment's limit and rights have to be looked at
     */
    Address(
            long base,
            long index,
            int shift,
            long displacement,
            long mask,
            long segmentBase,
            int segment,
            boolean checked) {
        this.base = base;
        this.index = index;
        this.shift = shift;
        this.displacement = displacement;
        this.mask = mask;
        this.segmentBase = segmentBase;
        this.segment = segment;
        this.checked = checked;
    }

    /** The effective address: the offset into the segment. */
    public long offset() {
        return Raw.getLong(base) + (Raw.getLong(index) << shift) + displacement & mask;
    }

    /** For a load of so many bytes. */
    public long forLoad(Processor cpu, int bytes) {
        return linear(cpu, 0, bytes, false);
    }

    /** For a store, or a load that a store follows. */
    public long forStore(Processor cpu, int bytes) {
        return linear(cpu, 0, bytes, true);
    }

    /**
     * As above, {@code more} bytes behind the operand's own address (bit strings, far pointers).
     */
    public long linear(Processor cpu, long more, int bytes, boolean store) {
        long offset = offset();
        if (more != 0) {
            offset = offset + more & mask;
        }
        return checked
                ? cpu.segments.check(segment, offset, bytes, store)
                : offset + Raw.getLong(segmentBase);
    }

    /** Number of the segment register. */
    public int segment() {
        return segment;
    }
}
