package dev.lungo.machine;

/**
 * What becomes of periodic interrupts that fell due while the host had no time for the machine.
 * They come later, four times as fast as they should, so that the guest can take each: kernels
 * count on a few of them coming within some periods, and old ones keep their time by them. What is
 * more than a second late is given up.
 *
 * <p>All times are in nanoseconds of the machine's clock.
 */
public final class MissedTicks {
    private static final long GIVE_UP_NANOS = 1_000_000_000;
    private static final int SPEED = 4;

    /** Interrupts that come faster than this are not made up for. */
    private static final long SHORTEST_PERIOD = 100_000;

    private MissedTicks() {}

    /** When the tick after the one that was due at {@code due} is due. It may be in the past. */
    public static long next(long due, long period, long now) {
        long behind = now - (due + period);
        if (behind < 0) {
            return due + period;
        }
        boolean madeUp = period >= SHORTEST_PERIOD;
        long givenUp = madeUp ? Math.max(0, behind - GIVE_UP_NANOS) : behind + period;
        return due + period + givenUp / period * period;
    }

    /** When to do what is due at {@code due}. */
    public static long at(long due, long period, long now) {
        return due > now ? due : now + Math.max(1, period / SPEED);
    }
}
