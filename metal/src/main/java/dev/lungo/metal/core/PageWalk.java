package dev.lungo.metal.core;

import dev.lungo.isa.PageEntry;

/** What a walk of the guest's page tables went through. SDM 3A, "Accessed and Dirty Flags". */
final class PageWalk {
    private static final int MOST = 5;

    private final long[] places = new long[MOST];
    private int count;

    /** Whether every entry allows it. */
    boolean user;

    boolean writable;

    void begin() {
        count = 0;
        user = true;
        writable = true;
    }

    void through(long place, long entry) {
        places[count] = place;
        count++;
        user &= (entry & PageEntry.US) != 0;
        writable &= (entry & PageEntry.RW) != 0;
    }

    /**
     * Sets the accessed bits, and for a write the last entry's dirty bit, in tables not watched.
     */
    void mark(boolean write) {
        for (int i = 0; i < count; i++) {
            if (NestedMap.isOpen(places[i])) {
                int dirty = write && i == count - 1 ? (int) PageEntry.D : 0;
                Bare.or8(places[i], (int) PageEntry.A | dirty);
            }
        }
    }
}
