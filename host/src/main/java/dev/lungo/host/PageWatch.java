package dev.lungo.host;

/**
 * What those who access guest memory directly agree on: processors that keep something of what it
 * holds, such as lowered or translated code, and have to hear of writes to it.
 *
 * <p>For each page of RAM there are two sets of watchers, 64 bits each. Its <em>holders</em> keep
 * something of it, and are told of every write. Its <em>writers</em> may have a way to write to it
 * that is not reported: a write tag in a TLB. A page that is held has no writers, once {@link
 * #watch} has returned.
 *
 * <p>That needs no lock. Who wants to write enters itself as a writer, and then looks whether there
 * is a holder; who wants to hold enters itself as a holder, and then looks for writers, whom it
 * asks to give up; who has written looks for holders after that. Each puts a fence between the two.
 */
public final class PageWatch {
    /** How many watchers there can be. */
    public static final int MOST_WATCHERS = 64;

    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_BYTES = 1 << PAGE_SHIFT;

    // Of the table, for each page, in the order in which they lie in host memory.

    public static final int ENTRY_BYTES = 16;
    public static final int HOLDERS = 0;
    public static final int WRITERS = 8;

    /** Somebody who keeps things that depend on what memory holds. All is for any thread. */
    public interface Watcher {
        /** These guest-physical bytes of RAM, on one page that it holds, have been written. */
        void written(long guestPhysical, int bytes);

        /** All of memory has changed. */
        void allWritten();

        /** It must soon be no {@linkplain #isWriter writer} of this page, a number, any more. */
        void protect(long page);

        /** It must soon access no memory until {@link #exclusively} is done. */
        void stop();

        /** Whether it accesses no memory now. */
        boolean isStopped();

        /** Its own thread waits for another watcher: it does what it has been asked to. */
        void serve();
    }

    private final long table;
    private final long lowPages;
    private final long highBase;
    private final long pages;

    /** Written at construction of the machine, before any of them runs. */
    private final Watcher[] watchers = new Watcher[MOST_WATCHERS];

    private int count;

    /** Held by who is alone. */
    private final Object alone = new Object();

    /** Somebody is alone, or is about to be. */
    private volatile boolean stopping;

    /**
     * @param table the host address of {@link #ENTRY_BYTES} for each page, zeros
     * @param lowPages so many pages lie at guest-physical zero
     * @param highBase the number of the page at which the others lie
     */
    PageWatch(long table, long lowPages, long highBase, long pages) {
        this.table = table;
        this.lowPages = lowPages;
        this.highBase = highBase;
        this.pages = pages;
    }

    /** Where the table is, a host address: for who {@link #admit admits} itself. */
    public long address() {
        return table;
    }

    /** Returns the watcher's number. */
    public synchronized int add(Watcher watcher) {
        if (count == MOST_WATCHERS) {
            throw new IllegalStateException("there are " + count + " watchers of memory already");
        }
        watchers[count] = watcher;
        return count++;
    }

    /** The host address of what is known of a page, or 0 if it is not RAM. */
    private long entry(long page) {
        long index = page < lowPages ? page : page - highBase + lowPages;
        boolean high = page >= highBase && index < pages;
        return page < lowPages || high ? table + index * ENTRY_BYTES : 0;
    }

    /** Whether a write to this guest-physical address must be reported by {@link #written}. */
    public boolean isWatched(long guestPhysical) {
        long entry = entry(guestPhysical >>> PAGE_SHIFT);
        return entry != 0 && Raw.getLong(entry + HOLDERS) != 0;
    }

    /** A watcher has come to hold something of this page, and is no writer itself. */
    public void watch(int watcher, long page) {
        long entry = entry(page);
        if (entry == 0) {
            throw new IllegalArgumentException("no RAM at page " + Long.toHexString(page));
        }
        Raw.orLong(entry + HOLDERS, 1L << watcher);
        long others = Raw.getLongVolatile(entry + WRITERS) & ~(1L << watcher);
        for (long left = others; left != 0; left &= left - 1) {
            watchers[Long.numberOfTrailingZeros(left)].protect(page);
        }
        while ((Raw.getLongVolatile(entry + WRITERS) & others) != 0) {
            watchers[watcher].serve();
            HostThread.giveWay();
        }
    }

    /** A watcher holds nothing of this page any more. */
    public void release(int watcher, long page) {
        long entry = entry(page);
        if (entry != 0) {
            Raw.andLong(entry + HOLDERS, ~(1L << watcher));
        }
    }

    /**
     * Makes a watcher one that may write to this guest-physical address without a word, if nobody
     * holds the page, which must be RAM for that. Says whether it may.
     */
    public boolean admit(int watcher, long guestPhysical) {
        long entry = entry(guestPhysical >>> PAGE_SHIFT);
        if (entry == 0) {
            return true;
        }
        if (Raw.getLong(entry + HOLDERS) != 0) {
            return false;
        }
        long bit = 1L << watcher;
        if ((Raw.getLong(entry + WRITERS) & bit) == 0) {
            Raw.orLong(entry + WRITERS, bit);
            if (Raw.getLongVolatile(entry + HOLDERS) != 0) {
                Raw.andLong(entry + WRITERS, ~bit);
                return false;
            }
        }
        return true;
    }

    /** Whether the watcher has been {@link #admit admitted} to this page. */
    public boolean isWriter(int watcher, long page) {
        long entry = entry(page);
        return entry != 0 && (Raw.getLong(entry + WRITERS) & 1L << watcher) != 0;
    }

    /** The watcher has no way left to write to this page without a word. */
    public void dismiss(int watcher, long page) {
        long entry = entry(page);
        if (entry != 0) {
            Raw.andLong(entry + WRITERS, ~(1L << watcher));
        }
    }

    /** These guest-physical bytes have been written, on whatever pages. */
    public void written(long guestPhysical, long bytes) {
        if (count == 0) {
            return;
        }
        Raw.fence();
        long end = guestPhysical + bytes;
        for (long at = guestPhysical; at < end; ) {
            long next = Math.min(end, (at | PAGE_BYTES - 1) + 1);
            long entry = entry(at >>> PAGE_SHIFT);
            long holders = entry == 0 ? 0 : Raw.getLong(entry + HOLDERS);
            for (; holders != 0; holders &= holders - 1) {
                watchers[Long.numberOfTrailingZeros(holders)].written(at, (int) (next - at));
            }
            at = next;
        }
    }

    /** All of memory has changed. */
    void allWritten() {
        for (int i = 0; i < count; i++) {
            watchers[i].allWritten();
        }
    }

    // One alone.

    /** Does something while all watchers are stopped, as the one that calls is, too. */
    public void exclusively(Runnable action) {
        synchronized (alone) {
            stopping = true;
            try {
                for (int i = 0; i < count; i++) {
                    watchers[i].stop();
                }
                for (int i = 0; i < count; i++) {
                    while (!watchers[i].isStopped()) {
                        HostThread.giveWay();
                    }
                }
                action.run();
            } finally {
                stopping = false;
            }
        }
    }

    /** Whether a watcher that has just begun to access memory must stop, and {@link #await}. */
    public boolean isStopping() {
        return stopping;
    }

    /** For a watcher that is stopped: returns when nobody is alone any more. */
    public void await() {
        while (stopping) {
            synchronized (alone) {
                // whoever was alone has let go of it
            }
        }
    }
}
