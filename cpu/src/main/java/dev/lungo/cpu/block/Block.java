package dev.lungo.cpu.block;

import org.jspecify.annotations.Nullable;

/**
 * A straight run of lowered instructions, up to a branch, the end of its page, or a limit.
 *
 * <p>Blocks are keyed by physical address and {@link dev.lungo.cpu.core.Mode mode}, not by where
 * they are mapped, so nothing in one depends on its linear address.
 */
public final class Block {
    private final Op[] ops;

    /** The first op; the others hang behind it. */
    public final Op first;

    /** How many guest instructions the ops are. */
    public final int instructions;

    /** Guest-physical address of the first byte. */
    final long physical;

    /** Guest-physical address of the page that the last instruction crosses into, or -1. */
    final long spill;

    final int bytes;
    final int mode;

    private boolean live = true;

    /** Whether the code cache keeps it, and will say when the code under it changes. */
    boolean kept;

    // Where a taken branch leads, and where falling through does: see {@link #taken}.
    private @Nullable Block taken;
    private long takenGeneration;
    private long takenRip;
    private @Nullable Block fallThrough;
    private long fallThroughGeneration;
    private long fallThroughRip;

    Block(Op[] ops, long physical, long spill, int bytes, int mode) {
        this.ops = ops;
        this.physical = physical;
        this.spill = spill;
        this.bytes = bytes;
        this.mode = mode;
        this.first = ops[0];
        this.instructions = instructionsUpTo(ops[ops.length - 1]);
        for (int i = 1; i < ops.length; i++) {
            ops[i - 1].next = ops[i];
        }
    }

    /**
     * The block that the taken branch led to before, if that still holds: a way into another page
     * holds as long as no translation has changed, and from the same linear address.
     *
     * @param generation of the processor's translations
     * @param rip of the branch's target
     */
    public @Nullable Block taken(long generation, long rip) {
        Block to = taken;
        return to != null && takenRip == rip && takenGeneration == generation && to.live
                ? to
                : null;
    }

    /** As {@link #taken}, for the branch not taken or the end of the block. */
    public @Nullable Block fallThrough(long generation, long rip) {
        Block to = fallThrough;
        return to != null && fallThroughRip == rip && fallThroughGeneration == generation && to.live
                ? to
                : null;
    }

    void link(boolean branch, Block to, long generation, long rip) {
        if (branch) {
            taken = to;
            takenGeneration = generation;
            takenRip = rip;
        } else {
            fallThrough = to;
            fallThroughGeneration = generation;
            fallThroughRip = rip;
        }
    }

    /** Whether its last instruction ends on another physical page. */
    boolean crossesPages() {
        return spill >= 0 && spill >>> 12 != physical >>> 12;
    }

    /** Whether any of these bytes, on one page, are code of this block. */
    boolean touches(long at, int count) {
        if (spill >= 0 && at >>> 12 == spill >>> 12) {
            long spilled = (physical + bytes) & 0xFFF;
            if (at < spill + spilled) {
                return true;
            }
        }
        return physical < at + count && at < physical + bytes;
    }

    /** How many ops it has. */
    int size() {
        return ops.length;
    }

    /** Whether the code under it is still what it was lowered from. */
    public boolean isLive() {
        return live;
    }

    public boolean isLast(Op op) {
        return op.start() == ops[ops.length - 1].start();
    }

    /** How many guest instructions the ops before this one are. */
    public int instructionsBefore(Op op) {
        return instructionsUpTo(op) - op.instructions();
    }

    /** How many guest instructions this op and those before it are. */
    public int instructionsUpTo(Op op) {
        int sum = 0;
        for (Op each : ops) {
            if (each.start() > op.start()) {
                break;
            }
            sum += each.instructions();
        }
        return sum;
    }

    /** What it led to is not kept for its sake: somebody may still keep it. */
    void die() {
        live = false;
        taken = null;
        fallThrough = null;
        for (Op each : ops) {
            each.next = null;
        }
    }
}
