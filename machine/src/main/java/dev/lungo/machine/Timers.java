package dev.lungo.machine;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What devices want done at a later time. One processor's thread calls {@link #runDue}, and all
 * else is for any thread.
 *
 * <p>An action runs under the monitor of the timer's owner, and whoever sets or cancels a timer
 * holds that, too: so an action never runs that was cancelled or put off before. The fields here
 * are for who holds this object's own monitor, under which nobody takes another but a host's.
 */
public final class Timers {
    /** No deadline at all. */
    public static final long NEVER = Long.MAX_VALUE;

    /** One thing to do, at one time at most. */
    public final class Timer {
        private final Object owner;
        private final Runnable action;
        private long deadline = NEVER;

        /** It was due, and nobody has set or cancelled it since. */
        private boolean fires;

        private Timer(Object owner, Runnable action) {
            this.owner = owner;
            this.action = action;
        }

        /** Sets the deadline, in nanoseconds of the machine's clock, in place of any former one. */
        public void at(long nanos) {
            synchronized (Timers.this) {
                cancel();
                if (nanos != NEVER) {
                    deadline = nanos;
                    waiting.add(this);
                    if (waiting.peek() == this) {
                        earlier.run();
                    }
                }
            }
        }

        public void cancel() {
            synchronized (Timers.this) {
                fires = false;
                if (deadline != NEVER) {
                    waiting.remove(this);
                    deadline = NEVER;
                }
            }
        }

        public boolean isSet() {
            synchronized (Timers.this) {
                return deadline != NEVER;
            }
        }

        private void fire() {
            synchronized (owner) {
                synchronized (Timers.this) {
                    if (!fires) {
                        return;
                    }
                    fires = false;
                }
                action.run();
            }
        }
    }

    private final Clock clock;
    private final PriorityQueue<Timer> waiting =
            new PriorityQueue<>((a, b) -> Long.compare(a.deadline, b.deadline));
    private Runnable earlier = () -> {};

    public Timers(Clock clock) {
        this.clock = clock;
    }

    public Clock clock() {
        return clock;
    }

    /**
     * A timer that is not set. Its action may set it again.
     *
     * @param owner whose monitor the action runs under: a device
     */
    public Timer create(Object owner, Runnable action) {
        return new Timer(owner, action);
    }

    /** Called under this monitor whenever the earliest deadline has moved forward. */
    public synchronized void onEarlier(Runnable listener) {
        earlier = listener;
    }

    /** Has the listener called as though the earliest deadline had just moved forward. */
    public synchronized void announce() {
        earlier.run();
    }

    /** The earliest deadline, or {@link #NEVER}. */
    public synchronized long nextDeadline() {
        Timer first = waiting.peek();
        return first == null ? NEVER : first.deadline;
    }

    /**
     * Does what is due, in the order of the deadlines.
     *
     * @return whether anything was
     */
    public boolean runDue() {
        long now = clock.nanos();
        boolean any = false;
        for (Timer first = takeDue(now); first != null; first = takeDue(now)) {
            first.fire();
            any = true;
        }
        return any;
    }

    private synchronized @Nullable Timer takeDue(long now) {
        Timer first = waiting.peek();
        if (first == null || first.deadline > now) {
            return null;
        }
        waiting.remove();
        first.deadline = NEVER;
        first.fires = true;
        return first;
    }
}
