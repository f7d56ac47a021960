package dev.lungo.host;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Pages of guest memory whose writes matter to somebody: those that hold code which an engine has
 * translated. Whoever writes to guest memory, a processor or a device, says so here, and everybody
 * who keeps something of the page hears of it.
 *
 * <p>For one thread, as the machine is.
 */
public final class PageWatch {
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_BYTES = 1 << PAGE_SHIFT;

    /** Somebody who keeps things that depend on what memory holds. */
    public interface Watcher {
        /** From now on, writes to this page (a number, not an address) must be reported. */
        void protect(long page);

        /** Whether anything is kept of this page. */
        boolean holds(long page);

        /** These guest-physical bytes, on one watched page, have been written. */
        void written(long guestPhysical, int bytes);

        /** All of memory has changed. */
        void allWritten();
    }

    private final BitSet pages = new BitSet();
    private final List<Watcher> watchers = new ArrayList<>();

    public void add(Watcher watcher) {
        watchers.add(watcher);
    }

    private static int bit(long page) {
        return (int) page & Integer.MAX_VALUE;
    }

    /** Whether a write to this guest-physical address must be reported by {@link #written}. */
    public boolean isWatched(long guestPhysical) {
        return pages.get(bit(guestPhysical >>> PAGE_SHIFT));
    }

    /** A watcher has come to hold something of this page. */
    public void watch(long page) {
        if (!pages.get(bit(page))) {
            pages.set(bit(page));
            for (Watcher each : watchers) {
                each.protect(page);
            }
        }
    }

    /** A watcher holds nothing of this page any more. */
    public void release(long page) {
        for (Watcher each : watchers) {
            if (each.holds(page)) {
                return;
            }
        }
        pages.clear(bit(page));
    }

    /** These guest-physical bytes have been written, on whatever pages. */
    public void written(long guestPhysical, long bytes) {
        long end = guestPhysical + bytes;
        for (long at = guestPhysical; at < end; ) {
            long next = Math.min(end, (at | PAGE_BYTES - 1) + 1);
            if (isWatched(at)) {
                for (Watcher each : watchers) {
                    each.written(at, (int) (next - at));
                }
            }
            at = next;
        }
    }

    /** All of memory has changed. */
    void allWritten() {
        for (Watcher each : watchers) {
            each.allWritten();
        }
    }
}
