package dev.lungo.host;

import dev.lungo.machine.Clock;

/**
 * Guest time that follows the host's monotonic clock, can be stopped, and hides from the guest what
 * the host took from its processor: time never gets further ahead than {@link #MOST_AHEAD_NANOS} of
 * the last {@link #beat} while the guest runs, and of the end of a {@link #rest} while it does not.
 * A kernel that counts timer ticks against the TSC then finds the same ratio on a busy host as on
 * an idle one, and no tick is lost.
 *
 * <p>{@link #beat}, {@link #rest} and {@link #wake} are for the thread that runs the guest, the
 * others for any. Where an engine never says that its guest runs, nothing is hidden.
 */
public final class HostClock implements Clock {
    /** Longer than an engine takes from beat to beat, shorter than any timer tick of a guest. */
    static final long MOST_AHEAD_NANOS = 500_000;

    private static final long NO_LIMIT = Long.MAX_VALUE;
    private static final long NOT_STOPPED = Long.MIN_VALUE;

    /** What the host's clock is ahead by. */
    private volatile long hidden = System.nanoTime();

    /** The latest of the host's times that may be shown. */
    private volatile long latest = NO_LIMIT;

    /** The host's time when time was stopped. */
    private volatile long stoppedAt = NOT_STOPPED;

    private boolean beating;
    private volatile Runnable onBeat = () -> {};

    @Override
    public long nanos() {
        return shown() - hidden;
    }

    /** The host's time as far as the guest may know it. */
    private long shown() {
        return stoppedAt != NOT_STOPPED ? stoppedAt : Math.min(System.nanoTime(), latest);
    }

    @Override
    public void beat() {
        beating = true;
        settle();
        onBeat.run();
    }

    /**
     * The guest has nothing to run.
     *
     * @param nanos until when, by this clock; if it takes longer, that is hidden
     */
    synchronized void rest(long nanos) {
        if (beating) {
            long now = hide();
            boolean forLong = nanos > NO_LIMIT / 2;
            latest = forLong ? NO_LIMIT : Math.max(now, nanos + hidden) + MOST_AHEAD_NANOS;
        }
    }

    /** The rest is over. */
    void wake() {
        if (beating) {
            settle();
        }
    }

    private synchronized void settle() {
        latest = hide() + MOST_AHEAD_NANOS;
    }

    /** Hides what is beyond the latest time; returns the host's. */
    private synchronized long hide() {
        long now = stoppedAt != NOT_STOPPED ? stoppedAt : System.nanoTime();
        if (now > latest) {
            hidden += now - latest; // first: who looks meanwhile must not see more than later
        }
        return now;
    }

    /** What is to be called at each beat, by the thread that runs the guest. */
    void onBeat(Runnable listener) {
        onBeat = listener;
    }

    /** Time stands still. */
    public synchronized void stop() {
        if (stoppedAt == NOT_STOPPED) {
            stoppedAt = shown();
        }
    }

    /** Time goes on where it stopped. */
    public synchronized void resume() {
        if (stoppedAt != NOT_STOPPED) {
            long pause = System.nanoTime() - stoppedAt;
            hidden += pause;
            if (latest != NO_LIMIT) {
                latest += pause;
            }
            stoppedAt = NOT_STOPPED;
        }
    }
}
