package dev.lungo.metal.core;

/**
 * The nested map as one processor sees it while it executes a single instruction: the map of all,
 * but with some watched pages open to writes, or with copies in their places that take the writes
 * and are thrown away. The other processors go on seeing the map of all.
 */
public final class OpenPages {
    private static final int MOST = 4;
    private static final int TABLES = 1 + 3 * MOST;
    private static final long ALL = 0b111;
    private static final long LARGE = 1L << 7;
    private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;
    private static final long NO_EXECUTE = 1L << 63;

    private final long tables = Pages.take(TABLES);
    private final long copies = Pages.take(MOST);
    private final long[] pages = new long[MOST];
    private final boolean[] copied = new boolean[MOST];
    private int count;
    private int used;

    boolean isThere() {
        return tables != 0 && copies != 0;
    }

    public long root() {
        return tables;
    }

    public void clear() {
        count = 0;
        build();
    }

    /**
     * Opens one page more.
     *
     * @param copy whether writes go to a copy
     * @return false if it is one too many
     */
    boolean open(long guestPhysical, boolean copy) {
        long page = guestPhysical & -Pages.SIZE;
        for (int i = 0; i < count; i++) {
            if (pages[i] == page) {
                build(); // another processor has mapped what was missing
                return true;
            }
        }
        if (count == MOST) {
            return false;
        }
        pages[count] = page;
        copied[count] = copy;
        if (copy) {
            Bare.copy(copies + (long) count * Pages.SIZE, page, Pages.SIZE);
        }
        count++;
        build();
        return true;
    }

    /** Anew from the map of all, which may have grown. */
    void build() {
        used = 1;
        Bare.copy(tables, NestedMap.root(), Pages.SIZE);
        for (int i = 0; i < count; i++) {
            long pdpt = own(tables + (pages[i] >>> 39 & 511) * 8);
            long directory = own(pdpt + (pages[i] >>> 30 & 511) * 8);
            long table = own(directory + (pages[i] >>> 21 & 511) * 8);
            long leaf = table + (pages[i] >>> 12 & 511) * 8;
            long shown = copied[i] ? copies + (long) i * Pages.SIZE : pages[i];
            Bare.put64(leaf, Bare.get64(leaf) & ~ADDRESS | shown | ALL);
        }
    }

    /** The table behind an entry: made ours if it is that of all. A watched page is never large. */
    private long own(long entry) {
        long value = Bare.get64(entry);
        long table = value & ADDRESS;
        if (table >= tables && table < tables + (long) TABLES * Pages.SIZE) {
            return table;
        }
        long ours = tables + (long) used * Pages.SIZE;
        used++;
        if ((value & LARGE) == 0) {
            Bare.copy(ours, table, Pages.SIZE);
        }
        Bare.put64(entry, value & ~ADDRESS | ours);
        return ours;
    }

    /** AMD-V: no instruction can be fetched, so that an exit follows the delivery of an event. */
    public void forbidExecution() {
        for (int i = 0; i < 512; i++) {
            long entry = tables + i * 8L;
            if (Bare.get64(entry) != 0) {
                Bare.put64(entry, Bare.get64(entry) | NO_EXECUTE);
            }
        }
    }

    /** A word of the copy of a page, as the instruction has left it. */
    int copied32(long guestPhysical) {
        for (int i = 0; i < count; i++) {
            if (pages[i] == (guestPhysical & -Pages.SIZE) && copied[i]) {
                return Bare.get32(copies + (long) i * Pages.SIZE + (guestPhysical & 0xFFF));
            }
        }
        return 0;
    }
}
