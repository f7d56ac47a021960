package dev.lungo.devices;

import dev.lungo.machine.IrqLine;
import dev.lungo.machine.MissedTicks;
import dev.lungo.machine.Timers;
import java.util.function.IntFunction;

/**
 * One comparator of the HPET. IA-PC HPET Specification 1.0a, "Timer N Configuration and Capability
 * Register" and "Timer N Comparator Register" (sections 2.3.8 and 2.3.9).
 */
final class HpetTimer {
    private static final long INT_TYPE_LEVEL = 1 << 1;
    private static final long INT_ENB = 1 << 2;
    private static final long TYPE_PERIODIC = 1 << 3;
    private static final long PER_INT_CAP = 1 << 4;
    private static final long SIZE_CAP = 1 << 5;
    private static final long VAL_SET = 1 << 6;
    private static final long MODE_32 = 1 << 8;
    private static final int ROUTE_SHIFT = 9;
    private static final long ROUTE = 0x1FL << ROUTE_SHIFT;
    private static final long WRITABLE =
            INT_TYPE_LEVEL | INT_ENB | TYPE_PERIODIC | VAL_SET | MODE_32 | ROUTE;

    private static final long LOW_32 = 0xFFFF_FFFFL;

    /** Some days: nobody makes up for these. */
    private static final long LONG_TICKS = 1L << 45;

    private final long routes;
    private final IntFunction<IrqLine> lines;
    private final Hpet hpet;
    private final Timers.Timer timer;

    private long configuration;

    /** The next match; in periodic mode it may have passed, if the host was away. */
    private long comparator = -1;

    private long period;
    private boolean active;
    private boolean edgeHeld;

    /**
     * @param routes a bit for each global system interrupt it can be wired to
     * @param lines its own source on each of them
     */
    HpetTimer(Hpet hpet, long routes, IntFunction<IrqLine> lines, Timers timers) {
        this.hpet = hpet;
        this.routes = routes;
        this.lines = lines;
        this.timer = timers.create(hpet, this::fire);
    }

    void reset() {
        drive(false);
        timer.cancel();
        configuration = 0;
        comparator = -1;
        period = 0;
        active = false;
        edgeHeld = false;
    }

    long configuration() {
        return configuration | PER_INT_CAP | SIZE_CAP | routes << 32;
    }

    void setConfiguration(long value) {
        drive(false);
        edgeHeld = false;
        configuration = value & WRITABLE;
        if ((routes & 1L << route()) == 0) {
            configuration &= ~ROUTE; // a route it does not have is not taken
        }
        if ((configuration & MODE_32) != 0) {
            comparator &= LOW_32;
            period &= LOW_32;
        }
        if (!isLevel()) {
            active = false;
        }
        drive(active);
        schedule();
    }

    long comparator() {
        long late = wrap(hpet.counter() - comparator);
        boolean passed = hasPeriod() && late >= 0 && late < wrap(-1) >>> 1;
        return passed ? wrap(comparator + (late / period + 1) * period) : comparator;
    }

    /**
     * Writes the comparator's bits in {@code mask}. In periodic mode that is the period, unless
     * VAL_SET says that for once it is the next match as well.
     */
    void setComparator(long value, long mask) {
        if (!isPeriodic() || (configuration & VAL_SET) != 0) {
            comparator = wrap((comparator & ~mask) | (value & mask));
        }
        if (isPeriodic()) {
            period = wrap((period & ~mask) | (value & mask));
        }
        configuration &= ~VAL_SET;
        schedule();
    }

    private boolean isPeriodic() {
        return (configuration & TYPE_PERIODIC) != 0;
    }

    private boolean hasPeriod() {
        return isPeriodic() && period > 0;
    }

    private boolean isLevel() {
        return (configuration & INT_TYPE_LEVEL) != 0;
    }

    private long wrap(long ticks) {
        return (configuration & MODE_32) != 0 ? ticks & LOW_32 : ticks;
    }

    private int route() {
        return (int) (configuration & ROUTE) >> ROUTE_SHIFT;
    }

    /** Whether its level-triggered interrupt is active: its bit of GINTR_STA. */
    boolean isActive() {
        return active;
    }

    void acknowledge() {
        active = false;
        drive(edgeHeld);
    }

    /** The routes change; the line that was driven is let go. */
    void beforeRerouting() {
        drive(false);
        edgeHeld = false;
    }

    void afterRerouting() {
        drive(active);
    }

    /** Finds the next match from the main counter on; there is none while that is halted. */
    void schedule() {
        boolean wanted = hpet.isRunning() && (configuration & INT_ENB) != 0;
        if (!wanted) {
            timer.cancel();
            return;
        }
        comparator = comparator();
        timer.at(hpet.nanosAfter(wrap(comparator - hpet.counter())));
    }

    private void fire() {
        if (isLevel()) {
            active = true;
            drive(true);
        } else {
            // The line stays up for the 8259's sake, which wants it there at the INTA cycle.
            drive(false);
            edgeHeld = true;
            drive(true);
        }
        if (hasPeriod()) {
            scheduleNextPeriod();
        } else if ((configuration & MODE_32) != 0) {
            timer.at(hpet.nanosAfter(wrap(comparator - hpet.counter() - 1) + 1)); // as it wraps
        }
    }

    private void scheduleNextPeriod() {
        long late = wrap(hpet.counter() - comparator);
        if (late < 0 || late > LONG_TICKS || period > LONG_TICKS) {
            schedule();
            return;
        }
        long periodNanos = period * Hpet.NANOS_PER_TICK;
        long due = -late * Hpet.NANOS_PER_TICK;
        long next = MissedTicks.next(due, periodNanos, 0);
        comparator = wrap(comparator + (next - due) / Hpet.NANOS_PER_TICK);
        timer.at(hpet.nanosAfter(0) + MissedTicks.at(next, periodNanos, 0));
    }

    private void drive(boolean asserted) {
        int line = hpet.legacyRoute(this);
        if (line < 0) {
            line = route();
            if ((routes & 1L << line) == 0) {
                return;
            }
        }
        lines.apply(line).set(asserted && (configuration & INT_ENB) != 0);
    }
}
