package dev.lungo.machine;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link RunLoop} needs of the host it runs on. Times are those of the machine's clock, and
 * processors are named by their index. Everything is for any thread, but that a processor sleeps on
 * its own.
 */
public interface RunLoopHost {
    /** Queues something to be done by the run loop, between instructions. */
    void post(Runnable action);

    /** Takes what was queued first, or null when there is nothing. */
    @Nullable Runnable poll();

    /** Has something done on a thread of its own, that of a processor. */
    void start(int cpu, Runnable body);

    /**
     * Sleeps until the clock shows {@code nanos}, until {@link #wake}, or for no reason. A wake
     * that came before ends the processor's next sleep at once.
     */
    void sleepUntil(int cpu, long nanos);

    /** Ends a processor's sleep. */
    void wake(int cpu);

    /**
     * Sets the one alarm that a processor has, in place of any former one: when the clock shows
     * {@code nanos}, {@code ring} is called on some thread. {@link Timers#NEVER} switches it off; a
     * call already under way may still come.
     */
    void alarm(int cpu, long nanos, Runnable ring);
}
