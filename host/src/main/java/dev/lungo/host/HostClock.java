package dev.lungo.host;

import dev.lungo.machine.Clock;

/**
 * Guest time that follows the host's monotonic clock, can be stopped, and hides from the guest what
 * the host took from its processor: while guest instructions run, time never gets further ahead of
 * the last {@link #beat} than {@link #MOST_AHEAD_NANOS}. A kernel that counts timer ticks against
 * the TSC then finds the same ratio on a busy host as on an idle one.
 *
 * <p>{@link #beat} and {@link #rest} are for the thread that runs the guest, the others for any.
 */
public final class HostClock implements Clock {
    /** Longer than an engine takes from beat to beat, shorter than any timer tick of a guest. */
    static final long MOST_AHEAD_NANOS = 2_000_000;

    private static final long NOT_STOPPED = Long.MIN_VALUE;

    /** What the host's clock is ahead by. */
    private volatile long hidden = System.nanoTime();

    /** The host's time when time was stopped. */
    private volatile long stoppedAt = NOT_STOPPED;

    private volatile boolean running;
    private volatile long lastBeat;
    private volatile Runnable onBeat = () -> {};

    @Override
    public long nanos() {
        return shown() - hidden;
    }

    /** The host's time as far as the guest may know it. */
    private long shown() {
        if (stoppedAt != NOT_STOPPED) {
            return stoppedAt;
        }
        long now = System.nanoTime();
        return running ? Math.min(now, lastBeat + MOST_AHEAD_NANOS) : now;
    }

    @Override
    public void beat() {
        if (running) {
            settle();
        } else {
            running = true; // first: who looks meanwhile must not see more than is shown later
            lastBeat = System.nanoTime();
        }
        onBeat.run();
    }

    @Override
    public void rest() {
        settle();
        running = false;
    }

    private synchronized void settle() {
        long now = System.nanoTime();
        if (running && stoppedAt == NOT_STOPPED) {
            hidden += Math.max(0, now - lastBeat - MOST_AHEAD_NANOS);
        }
        lastBeat = now;
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
            long now = System.nanoTime();
            hidden += now - stoppedAt;
            lastBeat = now;
            stoppedAt = NOT_STOPPED;
        }
    }
}
