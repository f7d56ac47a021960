package dev.lungo.cpu.block;

/** Something made from guest code, that holds as long as nobody writes to that code. */
public abstract class Code {
    /** Guest-physical address of the first byte. */
    public final long physical;

    /** Guest-physical address of the page that the last instruction crosses into, or -1. */
    final long spill;

    int bytes;

    /** See {@link dev.lungo.cpu.core.Mode}. */
    public final int mode;

    private boolean live = true;

    protected Code(long physical, long spill, int bytes, int mode) {
        this.physical = physical;
        this.spill = spill;
        this.bytes = bytes;
        this.mode = mode;
    }

    /** Whether the guest code is still what this was made from. */
    public final boolean isLive() {
        return live;
    }

    /** Whether its last instruction ends on another physical page. */
    final boolean crossesPages() {
        return spill >= 0 && spill >>> 12 != physical >>> 12;
    }

    /** Whether any of these bytes, on one page, are code of this. */
    final boolean touches(long at, int count) {
        if (spill >= 0 && at >>> 12 == spill >>> 12) {
            long spilled = (physical + bytes) & 0xFFF;
            if (at < spill + spilled) {
                return true;
            }
        }
        return physical < at + count && at < physical + bytes;
    }

    final void die() {
        live = false;
        died();
    }

    /** How many bytes it was made from. */
    public final int bytes() {
        return bytes;
    }

    /** How many bytes it was made from, where that was not known at first. */
    public final void bytes(int count) {
        bytes = count;
    }

    /** It must not be entered any more. */
    protected abstract void died();
}
