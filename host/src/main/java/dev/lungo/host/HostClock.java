package dev.lungo.host;

import dev.lungo.machine.Clock;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

/**
 * Guest time that follows the host's monotonic clock, can be stopped, and hides from the guest what
 * the host took from its processors: while guest instructions run, time never gets further ahead of
 * the last {@link #beat} of any processor than {@link #MOST_AHEAD_NANOS}. A kernel that counts
 * timer ticks against the TSC then finds the same ratio on a busy host as on an idle one.
 *
 * <p>Time does not go back for any thread, whoever looks: what it is made of is only seen together,
 * since a version is looked at before and after. It lies outside of the heap, so that machine code
 * can look at the time as {@link #nanos} does: see {@link #address}.
 */
public final class HostClock implements Clock {
    /** Longer than an engine takes from beat to beat, shorter than any timer tick of a guest. */
    public static final int MOST_AHEAD_NANOS = 2_000_000;

    // What the time is made of, a long each, in bytes from the address.

    /** Odd while what follows is changed, under this monitor. */
    public static final int VERSION = 0;

    /** How many processors execute guest instructions. */
    public static final int RUNNING = 8;

    /** Not zero if time is stopped, and then the host's time when it was. */
    public static final int STOPPED = 16;

    public static final int STOPPED_AT = 24;

    /** What the host's clock is ahead by. */
    public static final int HIDDEN = 32;

    /** The host's time at the last beat; it grows, also without the monitor. */
    public static final int LAST_BEAT = 40;

    private static final int BYTES = 64;

    /** The host's clock by its number in {@code <time.h>}: that of {@link System#nanoTime}. */
    public static final int CLOCK_MONOTONIC = 1;

    private final MemorySegment made = Arena.ofAuto().allocate(BYTES, BYTES);
    private final long address = made.address();

    private volatile Runnable onBeat = () -> {};

    public HostClock() {
        long now = System.nanoTime();
        set(HIDDEN, now);
        set(LAST_BEAT, now);
    }

    /**
     * The host address of what the time is made of, valid as long as this object is. While nobody
     * has stopped it and a processor runs, the time is what {@code clock_gettime} says of {@link
     * #CLOCK_MONOTONIC}, at most {@link #MOST_AHEAD_NANOS} after the last beat as it was before
     * that was asked, less what is hidden, if the version is the same before and after, and even.
     */
    public long address() {
        return address;
    }

    /** The host address of the function {@code clock_gettime}. POSIX, "clock_getres". */
    public static long reader() {
        return Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime").address();
    }

    @Override
    public long nanos() {
        for (; ; ) {
            long before = get(VERSION);
            long shown = shown() - get(HIDDEN);
            if ((before & 1) == 0 && get(VERSION) == before) {
                return shown;
            }
            Thread.onSpinWait();
        }
    }

    /** The host's time as far as the guest may know it. */
    private long shown() {
        if (get(STOPPED) != 0) {
            return get(STOPPED_AT);
        }
        boolean limited = get(RUNNING) != 0;
        long most = get(LAST_BEAT) + MOST_AHEAD_NANOS;
        long now = System.nanoTime();
        return limited ? Math.min(now, most) : now;
    }

    @Override
    public void begin() {
        settle(1);
        onBeat.run();
    }

    @Override
    public void beat() {
        long last = get(LAST_BEAT);
        long now = System.nanoTime();
        if (now - last > MOST_AHEAD_NANOS) {
            settle(0);
        } else if (now > last) {
            // If that fails, somebody else has just done so.
            Raw.compareAndSet(address + LAST_BEAT, Long.BYTES, last, now);
        }
        onBeat.run();
    }

    @Override
    public void rest() {
        settle(-1);
    }

    /** A beat, however late; what was too long is hidden. So many more processors run then. */
    private synchronized void settle(int more) {
        changeVersion();
        hideGap();
        set(RUNNING, get(RUNNING) + more);
        changeVersion();
    }

    private void hideGap() {
        long now = System.nanoTime();
        long last = beatAt(now);
        if (get(RUNNING) != 0 && get(STOPPED) == 0) {
            set(HIDDEN, get(HIDDEN) + Math.max(0, now - last - MOST_AHEAD_NANOS));
        }
    }

    /** The last beat is not before now any more. Returns when it was. */
    private long beatAt(long now) {
        for (; ; ) {
            long last = get(LAST_BEAT);
            if (Raw.compareAndSet(address + LAST_BEAT, Long.BYTES, last, Math.max(last, now))) {
                return last;
            }
        }
    }

    /** What is to be called at each beat, by the thread that runs the guest. */
    void onBeat(Runnable listener) {
        onBeat = listener;
    }

    /** Time stands still. */
    public synchronized void stop() {
        if (get(STOPPED) == 0) {
            changeVersion();
            set(STOPPED_AT, shown());
            set(STOPPED, 1);
            changeVersion();
        }
    }

    /** Time goes on where it stopped. */
    public synchronized void resume() {
        if (get(STOPPED) != 0) {
            changeVersion();
            long now = System.nanoTime();
            set(HIDDEN, get(HIDDEN) + now - get(STOPPED_AT));
            beatAt(now);
            set(STOPPED, 0);
            changeVersion();
        }
    }

    /** Before and after a change of anything but the last beat. */
    private void changeVersion() {
        set(VERSION, get(VERSION) + 1);
    }

    private long get(int what) {
        return Raw.getLongVolatile(address + what);
    }

    private void set(int what, long value) {
        Raw.putLongVolatile(address + what, value);
    }
}
