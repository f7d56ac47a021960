package dev.lungo.cpu.block;

import org.jspecify.annotations.Nullable;

/**
 * A straight run of lowered instructions, up to a branch, the end of its page, or a limit.
 *
 * <p>Blocks are keyed by physical address and {@link dev.lungo.cpu.core.Mode mode}, not by where
 * they are mapped, so nothing in one depends on its linear address.
 */
public final class Block extends Code {
    private final Op[] ops;

    /** The first op; the others hang behind it. */
    public final Op first;

    /** How many guest instructions the ops are. */
    public final int instructions;

    /** Whether the code cache keeps it, and will say when the code under it changes. */
    boolean kept;

    /** What it is translated to. */
    public @Nullable Code translation;

    /** How often it was entered before it was translated. */
    public int entries;

    // Where a taken branch leads, and where falling through does: see {@link #taken}.
    private @Nullable Block taken;
    private long takenGeneration;
    private long takenRip;
    private @Nullable Block fallThrough;
    private long fallThroughGeneration;
    private long fallThroughRip;

    Block(Op[] ops, long physical, long spill, int bytes, int mode) {
        super(physical, spill, bytes, mode);
        this.ops = ops;
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
        return to != null && takenRip == rip && takenGeneration == generation && to.isLive()
                ? to
                : null;
    }

    /** As {@link #taken}, for the branch not taken or the end of the block. */
    public @Nullable Block fallThrough(long generation, long rip) {
        Block to = fallThrough;
        return to != null
                        && fallThroughRip == rip
                        && fallThroughGeneration == generation
                        && to.isLive()
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

    /** How many ops it has. */
    int size() {
        return ops.length;
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
    @Override
    protected void died() {
        taken = null;
        fallThrough = null;
        for (Op each : ops) {
            each.next = null;
        }
    }
}
