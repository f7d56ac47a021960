package dev.lungo.machine;

/**
 * The timer of a local APIC. SDM 3A, "APIC Timer".
 *
 * <p>Nothing is counted down: the time of the next zero is known, and the count is how far away it
 * is. For periods that pass while the host is away, see {@link MissedTicks}.
 */
final class ApicTimer {
    private static final int ONE_SHOT = 0;
    private static final int PERIODIC = 1;
    private static final int TSC_DEADLINE = 2;

    private static final long NANOS_PER_TICK = 1_000_000_000 / Frequencies.APIC_BUS_HZ;

    private final Clock clock;
    private final Timers.Timer timer;
    private final Runnable interrupt;

    private int mode;
    private int divideConfiguration;
    private int initialCount;

    /** When the count is next zero, in nanoseconds of the clock; NEVER while it stands at zero. */
    private long nextZero = Timers.NEVER;

    private long deadline;
    private long tscOffset;

    /**
     * @param apic whose part it is, and under whose monitor everything here is done
     */
    ApicTimer(LocalApic apic, Timers timers, Runnable interrupt) {
        this.clock = timers.clock();
        this.timer = timers.create(apic, this::expire);
        this.interrupt = interrupt;
    }

    void reset() {
        mode = ONE_SHOT;
        divideConfiguration = 0;
        initialCount = 0;
        stop();
    }

    private void stop() {
        deadline = 0;
        nextZero = Timers.NEVER;
        timer.cancel();
    }

    private void zeroAt(long nanos) {
        nextZero = nanos;
        timer.at(nanos);
    }

    /**
     * From bits 18:17 of the LVT entry. A change to or from TSC-deadline mode disarms the timer.
     */
    void setMode(int newMode) {
        if (newMode == mode) {
            return;
        }
        if (nextZero <= clock.nanos()) {
            expire();
        }
        if (newMode > PERIODIC || mode > PERIODIC) {
            stop();
            initialCount = 0;
        }
        mode = newMode;
    }

    int initialCount() {
        return initialCount;
    }

    void setInitialCount(int count) {
        if (mode > PERIODIC) {
            return;
        }
        initialCount = count;
        if (count == 0) {
            stop();
        } else {
            zeroAt(clock.nanos() + periodNanos());
        }
    }

    int currentCount() {
        if (nextZero == Timers.NEVER || mode > PERIODIC) {
            return 0;
        }
        long left = nextZero - clock.nanos();
        if (left <= 0) {
            if (mode == ONE_SHOT) {
                return 0;
            }
            left = periodNanos() - -left % periodNanos();
        }
        long tick = NANOS_PER_TICK * divisor();
        return (int) ((left + tick - 1) / tick);
    }

    int divideConfiguration() {
        return divideConfiguration;
    }

    /** The count goes on from where it is. */
    void setDivideConfiguration(int value) {
        long left = Integer.toUnsignedLong(currentCount());
        divideConfiguration = value & 0b1011;
        if (left != 0) {
            zeroAt(clock.nanos() + left * NANOS_PER_TICK * divisor());
        }
    }

    /** SDM 3A, "Divide Configuration Register": bits 3, 1 and 0; 111 divides by one. */
    private int divisor() {
        int value = (divideConfiguration & 0b11) | (divideConfiguration & 0b1000) >> 1;
        return 1 << ((value + 1) & 7);
    }

    private long periodNanos() {
        return Integer.toUnsignedLong(initialCount) * NANOS_PER_TICK * divisor();
    }

    long tscDeadline() {
        return deadline;
    }

    /** SDM 3A, "TSC-Deadline Mode". Ignored in the other modes; zero disarms. */
    void setTscDeadline(long tsc) {
        if (mode != TSC_DEADLINE) {
            return;
        }
        deadline = tsc;
        armDeadline();
    }

    /** What the processor's TSC is ahead of the clock's nanoseconds. */
    void setTscOffset(long ticks) {
        tscOffset = ticks;
        if (mode == TSC_DEADLINE) {
            armDeadline();
        }
    }

    private void armDeadline() {
        if (deadline == 0) {
            stop();
            return;
        }
        long now = clock.nanos();
        long tscNow = now + tscOffset;
        if (Long.compareUnsigned(deadline, tscNow) <= 0) {
            expire();
            return;
        }
        long away = deadline - tscNow;
        zeroAt(away < 0 || now + away < 0 ? Timers.NEVER : now + away);
    }

    private void expire() {
        long now = clock.nanos();
        switch (mode) {
            case PERIODIC -> {
                long period = periodNanos();
                nextZero = MissedTicks.next(nextZero, period, now);
                timer.at(MissedTicks.at(nextZero, period, now));
            }
            default -> stop();
        }
        interrupt.run();
    }
}
