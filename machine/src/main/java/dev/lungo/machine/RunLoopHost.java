package dev.lungo.machine;

import org.jspecify.annotations.Nullable;

/** What a {@link RunLoop} needs of the host it runs on. Times are those of the machine's clock. */
public interface RunLoopHost {
    /** Queues something to be done by the run loop, between instructions. For any thread. */
    void post(Runnable action);

    /** Takes what was queued first, or null when there is nothing. */
    @Nullable Runnable poll();

    /**
     * Sleeps until the clock shows {@code nanos}, until {@link #wake}, or for no reason. A wake
     * that came before ends the next sleep at once.
     */
    void sleepUntil(long nanos);

    /** For any thread. */
    void wake();

    /**
     * Sets the one alarm there is, in place of any former one: when the clock shows {@code nanos},
     * {@code ring} is called on some other thread. {@link Timers#NEVER} switches it off; a call
     * already under way may still come.
     */
    void alarm(long nanos, Runnable ring);
}
