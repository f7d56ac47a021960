package dev.lungo.fuzz;

import dev.lungo.machine.Clock;
import dev.lungo.machine.RunLoopHost;
import dev.lungo.machine.Timers;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A host whose time passes as the guest asks for it, and whose guests get only so many beats of an
 * engine and so many sleeps. All of it is on one thread, so that an input gives the same run again.
 */
final class SimulatedHost implements RunLoopHost, Clock {
    private static final int MOST_BEATS = 60;
    private static final int MOST_SLEEPS = 500;
    private static final long NANOS_PER_BEAT = 100_000;

    private final Deque<Runnable> posted = new ArrayDeque<>();
    private Runnable end = () -> {};
    private Runnable ring = () -> {};
    private long alarm = Timers.NEVER;
    private long now;
    private int beats;
    private int sleeps;

    /** What ends the machine when its time is over. */
    void onEnd(Runnable action) {
        end = action;
    }

    @Override
    public long nanos() {
        return now += 50;
    }

    @Override
    public void beat() {
        now += NANOS_PER_BEAT;
        ringIfDue();
        if (++beats >= MOST_BEATS) {
            end.run();
        }
        if (beats >= 2 * MOST_BEATS) {
            throw new AssertionError("the machine was told to end, and goes on");
        }
    }

    private void ringIfDue() {
        if (alarm <= now) {
            alarm = Timers.NEVER;
            ring.run();
        }
    }

    @Override
    public void post(Runnable action) {
        posted.add(action);
    }

    @Override
    public @Nullable Runnable poll() {
        return posted.poll();
    }

    @Override
    public void start(int cpu, Runnable body) {
        throw new UnsupportedOperationException("one processor, on one thread");
    }

    @Override
    public void sleepUntil(int cpu, long nanos) {
        if (!posted.isEmpty()) {
            return;
        }
        if (nanos == Timers.NEVER || ++sleeps >= MOST_SLEEPS) {
            end.run();
        } else {
            now = Math.max(now, nanos);
        }
    }

    @Override
    public void wake(int cpu) {}

    @Override
    public void alarm(int cpu, long nanos, Runnable action) {
        alarm = nanos;
        ring = action;
    }
}
