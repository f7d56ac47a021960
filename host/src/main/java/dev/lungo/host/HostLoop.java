package dev.lungo.host;

import dev.lungo.machine.RunLoopHost;
import dev.lungo.machine.Timers;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Real time for a run loop: it sleeps by parking its thread, and a thread of ours is the alarm. */
public final class HostLoop implements RunLoopHost, AutoCloseable {
    /** Compared by identity: each is set once. */
    private static final class Alarm {
        private final long nanos;
        private final Runnable ring;

        Alarm(long nanos, Runnable ring) {
            this.nanos = nanos;
            this.ring = ring;
        }
    }

    private static final Alarm OFF = new Alarm(Timers.NEVER, () -> {});

    private final HostClock clock;
    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final Thread ticker;
    private volatile @Nullable Thread sleeper;
    private volatile boolean woken;
    private final AtomicReference<Alarm> alarm = new AtomicReference<>(OFF);
    private volatile boolean closed;

    /** When the ticker wakes by itself. */
    private volatile long tickerWakes;

    public HostLoop(HostClock clock) {
        this.clock = clock;
        clock.onBeat(this::ringIfDue);
        ticker = Thread.ofPlatform().name("lungo-ticker").daemon().start(this::tick);
    }

    @Override
    public void post(Runnable action) {
        posted.add(action);
        wake();
    }

    @Override
    public @Nullable Runnable poll() {
        return posted.poll();
    }

    @Override
    public void sleepUntil(long nanos) {
        sleeper = Thread.currentThread();
        if (!woken) {
            park(nanos);
        }
        sleeper = null;
        woken = false;
    }

    @Override
    public void wake() {
        woken = true;
        LockSupport.unpark(sleeper);
    }

    @Override
    public void alarm(long nanos, Runnable ring) {
        alarm.set(nanos == Timers.NEVER ? OFF : new Alarm(nanos, ring));
        if (nanos < tickerWakes) {
            LockSupport.unpark(ticker);
        }
    }

    private void park(long nanos) {
        if (nanos == Timers.NEVER) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, nanos - clock.nanos());
        }
    }

    private void tick() {
        while (!closed) {
            Alarm current = alarm.get();
            tickerWakes = current.nanos;
            if (alarm.get() != current) {
                continue; // whoever set it may have missed tickerWakes
            }
            if (current.nanos <= clock.nanos()) {
                ring(current);
            } else {
                park(current.nanos);
            }
        }
    }

    /** The thread that runs the guest looks too, since the ticker may not get its turn in time. */
    private void ringIfDue() {
        Alarm current = alarm.get();
        if (current.nanos <= clock.nanos()) {
            ring(current);
        }
    }

    private void ring(Alarm due) {
        if (alarm.compareAndSet(due, OFF)) {
            due.ring.run();
        }
    }

    /** Ends the thread. No alarm rings from then on. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(ticker);
    }
}
