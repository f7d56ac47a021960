package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import java.util.function.IntConsumer;

/**
 * The entries of a direct-mapped TLB off the heap, in sets, and what only Java has to know of each.
 * An entry begins with its tags, of which the first is what it is found by.
 */
final class TlbTable {
    /** No linear page. */
    static final long NO_TAG = -1;

    private static final int PAGE_SHIFT = 12;

    private final long base;
    private final int entries;
    private final int entryBytes;
    private final int tags;
    private final long[] physicalPage;
    private final byte[] pageShift;
    private final boolean[] isGlobal;
    private final Used local;
    private final Used global;

    /** The entries that may hold a translation, of one kind. */
    private static final class Used {
        final int[] entries;
        final boolean[] has;
        int count;

        Used(int most) {
            entries = new int[most];
            has = new boolean[most];
        }

        void add(int entry) {
            if (!has[entry]) {
                has[entry] = true;
                entries[count++] = entry;
            }
        }

        void clear() {
            for (int i = 0; i < count; i++) {
                has[entries[i]] = false;
            }
            count = 0;
        }
    }

    /**
     * @param base the host address of the first entry
     * @param entries of each set, a power of two
     * @param tags of each entry, a long each
     */
    TlbTable(long base, int entries, int entryBytes, int tags) {
        this.base = base;
        this.entries = entries;
        this.entryBytes = entryBytes;
        this.tags = tags;
        int all = State.TLB_SETS * entries;
        physicalPage = new long[all];
        pageShift = new byte[all];
        isGlobal = new boolean[all];
        local = new Used(all);
        global = new Used(all);
    }

    /** Where the translation of a linear address is, if there is one. */
    int index(int set, long linear) {
        return set * entries + ((int) (linear >>> PAGE_SHIFT) & entries - 1);
    }

    /** The host address of an entry. */
    long entry(int index) {
        return base + (long) index * entryBytes;
    }

    long tag(int index) {
        return Raw.getLong(entry(index));
    }

    long physicalPage(int index) {
        return physicalPage[index];
    }

    /**
     * Sets the first tag, and notes the rest.
     *
     * @param physical the page
     * @param shift the binary logarithm of the size of the page as the guest has it
     */
    void fill(int index, long tag, long physical, boolean isGlobal, int shift) {
        (isGlobal ? global : local).add(index);
        physicalPage[index] = physical;
        this.isGlobal[index] = isGlobal;
        pageShift[index] = (byte) shift;
        Raw.putLong(entry(index), tag);
    }

    void clear(int index) {
        for (int i = 0; i < tags; i++) {
            Raw.putLong(entry(index) + 8L * i, NO_TAG);
        }
    }

    void flush(boolean keepGlobal) {
        for (int i = 0; i < local.count; i++) {
            int index = local.entries[i];
            if (!isGlobal[index] || !keepGlobal) {
                clear(index);
            }
        }
        local.clear();
        if (!keepGlobal) {
            for (int i = 0; i < global.count; i++) {
                clear(global.entries[i]);
            }
            global.clear();
        }
    }

    /** Forgets the translations of the page, large or small, that holds this linear address. */
    void invalidate(long linear) {
        invalidate(local, linear);
        invalidate(global, linear);
    }

    private void invalidate(Used used, long linear) {
        for (int i = 0; i < used.count; i++) {
            int index = used.entries[i];
            int shift = pageShift[index];
            if (tag(index) >> shift == linear >> shift) {
                clear(index);
            }
        }
    }

    /** Does something to each entry that may lead to a physical page. */
    void eachOf(long physical, IntConsumer action) {
        eachOf(local, physical, action);
        eachOf(global, physical, action);
    }

    private void eachOf(Used used, long physical, IntConsumer action) {
        for (int i = 0; i < used.count; i++) {
            if (physicalPage[used.entries[i]] == physical) {
                action.accept(used.entries[i]);
            }
        }
    }

    void reset() {
        for (int i = 0; i < physicalPage.length; i++) {
            clear(i);
        }
        local.clear();
        global.clear();
    }
}
