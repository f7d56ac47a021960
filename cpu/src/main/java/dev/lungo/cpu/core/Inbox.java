package dev.lungo.cpu.core;

import dev.lungo.host.PageWatch;
import org.jspecify.annotations.Nullable;

/**
 * What other threads ask of a processor's caches: that its TLB lose write tags, and its code cache
 * what has been written to.
 *
 * <p>The caches belong to the thread that runs the guest, from {@link #enter} to {@link #leave}; it
 * finds what it has been asked when {@link Pending#REQUEST} sends it to {@link #attend}, at the
 * latest when it enters its next block. In between the processor is idle, and its caches belong to
 * whoever holds this monitor: whoever asks does it himself. Nobody takes another monitor under it.
 */
public final class Inbox implements PageWatch.Watcher {
    /** Beyond this, all lowered code is dropped instead. */
    private static final int MOST_WRITES = 256;

    private final Processor cpu;
    private final PageWatch watch;

    /** Of this watcher of memory. */
    public final int number;

    /** Who runs the guest, if anybody does. Written under this monitor. */
    private volatile @Nullable Thread runner;

    /** It stands in the middle of an instruction. For who holds this monitor. */
    private boolean isHalfway;

    // What has been asked, for who holds this monitor.
    private final long[] protect = new long[2 * PageWatch.MOST_WATCHERS];
    private int protects;
    private final long[] writtenAt = new long[MOST_WRITES];
    private final long[] writtenEnd = new long[MOST_WRITES];
    private int writes;
    private boolean all;
    private boolean moved;

    Inbox(Processor cpu, PageWatch watch) {
        this.cpu = cpu;
        this.watch = watch;
        number = watch.add(this);
    }

    // For the thread that runs the guest.

    /** Begins to run the guest; waits while somebody else is alone. */
    void enter() {
        begin();
        stopIfAsked();
    }

    /** Runs the guest no more for now. */
    synchronized void leave() {
        serveAll();
        runner = null;
    }

    private synchronized void begin() {
        runner = Thread.currentThread();
        serveAll();
    }

    /** Between blocks: does what has been asked, and waits while somebody else is alone. */
    void attend() {
        synchronized (this) {
            serveAll();
        }
        stopIfAsked();
    }

    private void stopIfAsked() {
        while (watch.isStopping()) {
            leave();
            watch.await();
            begin();
        }
    }

    /**
     * Does something while no other processor runs, in the middle of an instruction: what that is
     * made of must not go.
     */
    void alone(Runnable action) {
        halfway(true);
        try {
            watch.exclusively(() -> {
                halfway(false);
                try {
                    action.run();
                } finally {
                    halfway(true);
                }
            });
        } finally {
            halfway(false);
            while (watch.isStopping()) {
                halfway(true);
                watch.await();
                halfway(false);
            }
        }
    }

    private synchronized void halfway(boolean stops) {
        serve();
        isHalfway = stops;
        runner = stops ? null : Thread.currentThread();
    }

    // For all threads.

    /** Whether the thread that calls may change the processor: it runs it, or nobody does. */
    boolean isMine() {
        Thread current = runner;
        return current == null || current.equals(Thread.currentThread());
    }

    @Override
    public void written(long guestPhysical, int bytes) {
        if (Thread.currentThread().equals(runner)) {
            cpu.code.written(guestPhysical, bytes);
            return;
        }
        synchronized (this) {
            if (runner == null && !isHalfway) {
                cpu.code.written(guestPhysical, bytes);
                return;
            }
            note(guestPhysical, guestPhysical + bytes);
        }
        cpu.raise(Pending.REQUEST);
    }

    /** Pieces of one page that are written one behind the other become one. */
    private void note(long begin, long end) {
        int last = writes - 1;
        if (last >= 0 && writtenAt[last] >>> 12 == begin >>> 12) {
            writtenAt[last] = Math.min(writtenAt[last], begin);
            writtenEnd[last] = Math.max(writtenEnd[last], end);
        } else if (writes < MOST_WRITES) {
            writtenAt[writes] = begin;
            writtenEnd[writes++] = end;
        } else {
            all = true;
        }
    }

    @Override
    public void allWritten() {
        synchronized (this) {
            if (runner == null && !isHalfway) {
                cpu.code.clear();
                return;
            }
            all = true;
        }
        cpu.raise(Pending.REQUEST);
    }

    /** Memory of devices is not where it was: translations may lead to what is there no more. */
    void moved() {
        synchronized (this) {
            if (isMine() && !isHalfway) {
                cpu.mmu.flush(/* keepGlobal= */ false);
                return;
            }
            moved = true;
        }
        cpu.raise(Pending.REQUEST);
    }

    @Override
    public void protect(long page) {
        synchronized (this) {
            if (runner == null) {
                giveUp(page);
                return;
            }
            protect[protects++] = page; // each of the others waits for one, or has just done so
        }
        cpu.raise(Pending.REQUEST);
    }

    private void giveUp(long page) {
        cpu.mmu.protectFromWrites(page << 12);
        watch.dismiss(number, page);
    }

    @Override
    public void stop() {
        cpu.raise(Pending.REQUEST);
    }

    @Override
    public boolean isStopped() {
        return runner == null;
    }

    /** While code is looked up: the code cache must not change now. */
    @Override
    public synchronized void serve() {
        for (int i = 0; i < protects; i++) {
            giveUp(protect[i]);
        }
        protects = 0;
    }

    private void serveAll() {
        serve();
        if (moved) {
            moved = false;
            cpu.mmu.flush(/* keepGlobal= */ false);
        }
        if (all) {
            cpu.code.clear();
        } else {
            for (int i = 0; i < writes; i++) {
                cpu.code.written(writtenAt[i], (int) (writtenEnd[i] - writtenAt[i]));
            }
        }
        all = false;
        writes = 0;
    }
}
