package dev.lungo.host;

import dev.lungo.machine.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Guest time that follows the host's monotonic clock, can be stopped, and hides from the guest what
 * the host took from its processors: while guest instructions run, time never gets further ahead of
 * the last {@link #beat} of any processor than {@link #MOST_AHEAD_NANOS}. A kernel that counts
 * timer ticks against the TSC then finds the same ratio on a busy host as on an idle one.
 *
 * <p>Time does not go back for any thread, whoever looks: what it is made of is only seen together,
 * since {@link #version} is looked at before and after.
 */
public final class HostClock implements Clock {
    /** Longer than an engine takes from beat to beat, shorter than any timer tick of a guest. */
    static final long MOST_AHEAD_NANOS = 2_000_000;

    private static final long NOT_STOPPED = Long.MIN_VALUE;

    /** Odd while what follows is changed, under this monitor. */
    private volatile int version;

    /** What the host's clock is ahead by. */
    private volatile long hidden = System.nanoTime();

    /** The host's time when time was stopped. */
    private volatile long stoppedAt = NOT_STOPPED;

    /** How many processors execute guest instructions. */
    private volatile int running;

    /** The host's time at the last beat; it grows, also without the monitor. */
    private final AtomicLong lastBeat = new AtomicLong(System.nanoTime());

    private volatile Runnable onBeat = () -> {};

    @Override
    public long nanos() {
        for (; ; ) {
            int before = version;
            long shown = shown() - hidden;
            if ((before & 1) == 0 && version == before) {
                return shown;
            }
            Thread.onSpinWait();
        }
    }

    /** The host's time as far as the guest may know it. */
    private long shown() {
        long stopped = stoppedAt;
        if (stopped != NOT_STOPPED) {
            return stopped;
        }
        boolean limited = running != 0;
        long most = lastBeat.get() + MOST_AHEAD_NANOS;
        long now = System.nanoTime();
        return limited ? Math.min(now, most) : now;
    }

    @Override
    public void begin() {
        synchronized (this) {
            version++;
            settle();
            running++;
            version++;
        }
        onBeat.run();
    }

    @Override
    public void beat() {
        long last = lastBeat.get();
        long now = System.nanoTime();
        if (now - last > MOST_AHEAD_NANOS) {
            synchronized (this) {
                version++;
                settle();
                version++;
            }
        } else if (now > last) {
            lastBeat.compareAndSet(last, now); // else somebody else has just done so
        }
        onBeat.run();
    }

    @Override
    public void rest() {
        synchronized (this) {
            version++;
            settle();
            running--;
            version++;
        }
    }

    /** A beat, however late; what was too long is hidden. */
    private synchronized void settle() {
        long now = System.nanoTime();
        long last = lastBeat.getAndAccumulate(now, Math::max);
        if (running != 0 && stoppedAt == NOT_STOPPED) {
            hidden += Math.max(0, now - last - MOST_AHEAD_NANOS);
        }
    }

    /** What is to be called at each beat, by the thread that runs the guest. */
    void onBeat(Runnable listener) {
        onBeat = listener;
    }

    /** Time stands still. */
    public void stop() {
        synchronized (this) {
            if (stoppedAt == NOT_STOPPED) {
                version++;
                stoppedAt = shown();
                version++;
            }
        }
    }

    /** Time goes on where it stopped. */
    public void resume() {
        synchronized (this) {
            if (stoppedAt != NOT_STOPPED) {
                version++;
                settle();
                long now = System.nanoTime();
                hidden += now - stoppedAt;
                lastBeat.accumulateAndGet(now, Math::max);
                stoppedAt = NOT_STOPPED;
                version++;
            }
        }
    }
}
