package dev.lungo.machine;

import java.util.PriorityQueue;

/** What devices want done at a later time. The run loop calls {@link #runDue}. */
public final class Timers {
    /** No deadline at all. */
    public static final long NEVER = Long.MAX_VALUE;

    /** One thing to do, at one time at most. */
    public final class Timer {
        private final Runnable action;
        private long deadline = NEVER;

        private Timer(Runnable action) {
            this.action = action;
        }

        /** Sets the deadline, in nanoseconds of the machine's clock, in place of any former one. */
        public void at(long nanos) {
            cancel();
            if (nanos != NEVER) {
                deadline = nanos;
                waiting.add(this);
                if (waiting.peek() == this) {
                    earlier.run();
                }
            }
        }

        public void cancel() {
            if (deadline != NEVER) {
                waiting.remove(this);
                deadline = NEVER;
            }
        }

        public boolean isSet() {
            return deadline != NEVER;
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

    /** A timer that is not set. Its action may set it again. */
    public Timer create(Runnable action) {
        return new Timer(action);
    }

    /** Called whenever the earliest deadline has moved forward. */
    public void onEarlier(Runnable listener) {
        earlier = listener;
    }

    /** The earliest deadline, or {@link #NEVER}. */
    public long nextDeadline() {
        Timer first = waiting.peek();
        return first == null ? NEVER : first.deadline;
    }

    /** Does what is due, in the order of the deadlines. */
    public void runDue() {
        long now = clock.nanos();
        for (Timer first = waiting.peek();
                first != null && first.deadline <= now;
                first = waiting.peek()) {
            waiting.remove();
            first.deadline = NEVER;
            first.action.run();
        }
    }
}
