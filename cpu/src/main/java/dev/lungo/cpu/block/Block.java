package dev.lungo.cpu.block;

import org.jspecify.annotations.Nullable;

/**
 * A straight run of lowered instructions, up to a branch, the end of its page, or a limit.
 *
 * <p>Blocks are keyed by physical address and {@link dev.lungo.cpu.core.Mode mode}, not by where
 * they are mapped, so nothing in one depends on its linear address.
 */
public final class Block {
    public final Op[] ops;

    /** Guest-physical address of the first byte. */
    final long physical;

    /** Guest-physical address of the page that the last instruction crosses into, or -1. */
    final long spill;

    final int bytes;
    final int mode;

    /**
     * How many of {@link #ops} may run: all, or none once the code under them has been written to.
     * The interpreter looks at it after each instruction, so that a store into its own block takes
     * effect at the next one.
     */
    public int live;

    /** Where a taken branch leads, and where falling through does: see {@link #follow}. */
    private final Link taken = new Link();

    private final Link fallThrough = new Link();

    Block(Op[] ops, long physical, long spill, int bytes, int mode) {
        this.ops = ops;
        this.physical = physical;
        this.spill = spill;
        this.bytes = bytes;
        this.mode = mode;
        this.live = ops.length;
    }

    /** A remembered way to the next block. */
    private static final class Link {
        private @Nullable Block to;
        private long generation;
        private long rip;
    }

    /**
     * The block that the remembered branch leads to, if that still holds: a way into another page
     * holds as long as no translation has changed, and from the same linear address.
     *
     * @param generation of the processor's translations
     * @param rip of the branch's target
     */
    public @Nullable Block follow(boolean branch, long generation, long rip) {
        Link link = branch ? taken : fallThrough;
        Block to = link.to;
        if (to == null || to.live == 0 || link.generation != generation || link.rip != rip) {
            return null;
        }
        return to;
    }

    void link(boolean branch, Block to, long generation, long rip) {
        Link link = branch ? taken : fallThrough;
        link.to = to;
        link.generation = generation;
        link.rip = rip;
    }

    /** Whether any of these bytes, on one page, are code of this block. */
    boolean touches(long at, int count) {
        if (spill >= 0 && at >>> 12 == spill >>> 12) {
            long spilled = (physical + bytes) & 0xFFF;
            return at < spill + spilled;
        }
        return physical < at + count && at < physical + bytes;
    }

    void die() {
        live = 0;
    }
}
