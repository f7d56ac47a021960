package dev.lungo.host;

import dev.lungo.machine.RunLoopHost;
import dev.lungo.machine.Timers;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Real time for a run loop: a processor sleeps by parking its thread, and a thread rings alarms.
 */
public final class HostLoop implements RunLoopHost, AutoCloseable {
    private static final int MOST_CPUS = 64;

    /** Compared by identity: each is set once. */
    private static final class Alarm {
        private final long nanos;
        private final Runnable ring;

        Alarm(long nanos, Runnable ring) {
            this.nanos = nanos;
            this.ring = ring;
        }
    }

    /** Whoever waits on a processor's thread. */
    private static final class Sleeper {
        private volatile @Nullable Thread thread;
        private volatile boolean woken;
    }

    private static final Alarm OFF = new Alarm(Timers.NEVER, () -> {});

    private final HostClock clock;
    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final Thread ticker;
    private final Sleeper[] sleepers = new Sleeper[MOST_CPUS];
    private final AtomicReferenceArray<Alarm> alarms = new AtomicReferenceArray<>(MOST_CPUS);

    /** The processors that have alarms are those before this. */
    private volatile int used = 1;

    private volatile boolean closed;

    /** When the ticker wakes by itself, or later. */
    private volatile long tickerWakes;

    public HostLoop(HostClock clock) {
        this.clock = clock;
        for (int i = 0; i < MOST_CPUS; i++) {
            sleepers[i] = new Sleeper();
            alarms.set(i, OFF);
        }
        clock.onBeat(this::ringDue);
        ticker = Thread.ofPlatform().name("lungo-ticker").daemon().start(this::tick);
    }

    @Override
    public void post(Runnable action) {
        posted.add(action);
        wake(0);
    }

    @Override
    public @Nullable Runnable poll() {
        return posted.poll();
    }

    /** Before the machine runs, or by the thread of the first processor. */
    @Override
    public void start(int cpu, Runnable body) {
        used = Math.max(used, cpu + 1);
        Thread.ofPlatform().name("lungo-cpu-" + cpu).daemon().start(body);
    }

    @Override
    public void sleepUntil(int cpu, long nanos) {
        Sleeper sleeper = sleepers[cpu];
        sleeper.thread = Thread.currentThread();
        if (!sleeper.woken) {
            park(nanos);
        }
        sleeper.thread = null;
        sleeper.woken = false;
    }

    @Override
    public void wake(int cpu) {
        sleepers[cpu].woken = true;
        LockSupport.unpark(sleepers[cpu].thread);
    }

    @Override
    public void alarm(int cpu, long nanos, Runnable ring) {
        alarms.set(cpu, nanos == Timers.NEVER ? OFF : new Alarm(nanos, ring));
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
            tickerWakes = Timers.NEVER;
            long earliest = earliest();
            tickerWakes = earliest;
            if (earliest() < earliest) {
                continue; // whoever set it may have missed tickerWakes
            }
            if (earliest <= clock.nanos()) {
                ringDue();
            } else {
                park(earliest);
            }
        }
    }

    private long earliest() {
        long earliest = Timers.NEVER;
        for (int i = 0; i < used; i++) {
            earliest = Math.min(earliest, alarms.get(i).nanos);
        }
        return earliest;
    }

    /** Threads that run the guest look too, since the ticker may not get its turn in time. */
    private void ringDue() {
        long now = clock.nanos();
        for (int i = 0; i < used; i++) {
            Alarm due = alarms.get(i);
            if (due.nanos <= now && alarms.compareAndSet(i, due, OFF)) {
                due.ring.run();
            }
        }
    }

    /** Ends the thread. No alarm rings from then on. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(ticker);
    }
}
