package dev.lungo.devices;

import dev.lungo.isa.Width;
import dev.lungo.machine.Frequencies;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.Timers;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A high precision event timer block: a 64-bit counter of 10 ns, three comparators. IA-PC HPET
 * Specification 1.0a.
 *
 * <p>The 8254's and the real-time clock's interrupts go through here, because LEG_RT_CNF cuts them
 * off and takes their places. Left out: interrupts as messages (FSB), which the capabilities deny.
 */
public final class Hpet implements MmioDevice {
    /** The size of its range, which PCs have at FED00000h. */
    public static final int BYTES = 0x400;

    // Register offsets
    private static final int GCAP_ID = 0x000;
    private static final int GEN_CONF = 0x010;
    private static final int GINTR_STA = 0x020;
    private static final int MAIN_CNT = 0x0F0;
    private static final int TIMERS = 0x100;
    private static final int TIMER_STRIDE = 0x20;

    private static final int TIMER_COUNT = 3;
    static final long NANOS_PER_TICK = 1_000_000_000 / Frequencies.HPET_HZ;
    private static final long FEMTOS_PER_NANO = 1_000_000;
    private static final long REVISION = 1;
    private static final long VENDOR = 0x8086;

    /** The period in femtoseconds, vendor, legacy routes, 64 bits, number of timers, revision. */
    private static final long CAPABILITIES =
            (NANOS_PER_TICK * FEMTOS_PER_NANO) << 32
                    | VENDOR << 16
                    | 1 << 15
                    | 1 << 13
                    | (TIMER_COUNT - 1) << 8
                    | REVISION;

    private static final long ENABLE_CNF = 1;
    private static final long LEG_RT_CNF = 1 << 1;

    private static final int PIT_GSI = 2;
    private static final int RTC_GSI = 8;

    /** The 8254's and the clock's interrupts, and two that nobody else uses. */
    private static final long ROUTES = 1 << PIT_GSI | 1 << RTC_GSI | 1 << 10 | 1 << 11;

    private static final int NOT_LEGACY = -1;

    private final Timers timers;
    private final HpetTimer[] comparators = new HpetTimer[TIMER_COUNT];
    private final LegacySource pit;
    private final LegacySource rtc;

    private long configuration;

    /** The counter's value while it is halted, or what it was at {@link #since}. */
    private long count;

    private long since;

    /**
     * @param gsi makes a new source on a global system interrupt
     */
    public Hpet(IntFunction<IrqLine> gsi, Timers timers) {
        this.timers = timers;
        for (int i = 0; i < TIMER_COUNT; i++) {
            Map<Integer, IrqLine> own = new HashMap<>();
            comparators[i] =
                    new HpetTimer(
                            this, ROUTES, line -> own.computeIfAbsent(line, gsi::apply), timers);
        }
        pit = new LegacySource(gsi.apply(PIT_GSI));
        rtc = new LegacySource(gsi.apply(RTC_GSI));
    }

    public void reset() {
        for (HpetTimer each : comparators) {
            each.reset();
        }
        configuration = 0;
        count = 0;
        pit.update();
        rtc.update();
    }

    /** Where the 8254 is to drive its interrupt. */
    public IrqLine pit() {
        return pit;
    }

    /** Where the real-time clock is to drive its interrupt. */
    public IrqLine rtc() {
        return rtc;
    }

    /** An interrupt that legacy replacement cuts off. */
    private final class LegacySource implements IrqLine {
        private final IrqLine line;
        private boolean asserted;

        LegacySource(IrqLine line) {
            this.line = line;
        }

        /** The source's own device calls, under its lock. */
        @Override
        public void set(boolean level) {
            synchronized (Hpet.this) {
                asserted = level;
                update();
            }
        }

        void update() {
            line.set(asserted && !isLegacy());
        }
    }

    private boolean isLegacy() {
        return (configuration & LEG_RT_CNF) != 0;
    }

    boolean isRunning() {
        return (configuration & ENABLE_CNF) != 0;
    }

    /** The interrupt that this timer takes over in legacy replacement, or -1. */
    int legacyRoute(HpetTimer timer) {
        if (!isLegacy() || timer == comparators[2]) {
            return NOT_LEGACY;
        }
        return timer == comparators[0] ? PIT_GSI : RTC_GSI;
    }

    long counter() {
        return isRunning() ? count + (timers.clock().nanos() - since) / NANOS_PER_TICK : count;
    }

    /** When the counter, which runs, has gone on by this many ticks (unsigned). */
    long nanosAfter(long ticks) {
        long target = counter() - count + ticks;
        boolean never = Long.compareUnsigned(ticks, Long.MAX_VALUE / 4 / NANOS_PER_TICK) > 0;
        return never ? Timers.NEVER : since + target * NANOS_PER_TICK;
    }

    @Override
    public long read(long offset, Width width) {
        int within = (int) offset & 7;
        return width.truncate(readRegister((int) offset & ~7) >>> (8 * within));
    }

    @Override
    public void write(long offset, Width width, long value) {
        int within = (int) offset & 7;
        writeRegister((int) offset & ~7, value << (8 * within), width.mask() << (8 * within));
    }

    private long readRegister(int register) {
        return switch (register) {
            case GCAP_ID -> CAPABILITIES;
            case GEN_CONF -> configuration;
            case GINTR_STA -> {
                long status = 0;
                for (int i = 0; i < TIMER_COUNT; i++) {
                    status |= comparators[i].isActive() ? 1L << i : 0;
                }
                yield status;
            }
            case MAIN_CNT -> counter();
            default -> {
                int index = timerIndex(register);
                if (index < 0) {
                    yield 0;
                }
                yield switch (register & (TIMER_STRIDE - 1)) {
                    case 0x00 -> comparators[index].configuration();
                    case 0x08 -> comparators[index].comparator();
                    default -> 0;
                };
            }
        };
    }

    /** Writes the bits of {@code value} that {@code mask} has. */
    private void writeRegister(int register, long value, long mask) {
        switch (register) {
            case GEN_CONF -> configure((configuration & ~mask) | (value & mask));
            case GINTR_STA -> {
                for (int i = 0; i < TIMER_COUNT; i++) {
                    if ((value & mask & 1L << i) != 0) {
                        comparators[i].acknowledge();
                    }
                }
            }
            case MAIN_CNT -> {
                count = (counter() & ~mask) | (value & mask);
                since = timers.clock().nanos();
                schedule();
            }
            default -> {
                int index = timerIndex(register);
                if (index < 0) {
                    return;
                }
                HpetTimer timer = comparators[index];
                switch (register & (TIMER_STRIDE - 1)) {
                    case 0x00 ->
                            timer.setConfiguration(
                                    (timer.configuration() & ~mask) | (value & mask));
                    case 0x08 -> timer.setComparator(value & mask, mask);
                    default -> {}
                }
            }
        }
    }

    private static int timerIndex(int register) {
        int index = Math.floorDiv(register - TIMERS, TIMER_STRIDE);
        return index < TIMER_COUNT ? index : -1;
    }

    private void configure(long value) {
        for (HpetTimer each : comparators) {
            each.beforeRerouting();
        }
        count = counter();
        since = timers.clock().nanos();
        configuration = value & (ENABLE_CNF | LEG_RT_CNF);
        pit.update();
        rtc.update();
        for (HpetTimer each : comparators) {
            each.afterRerouting();
        }
        schedule();
    }

    private void schedule() {
        for (HpetTimer each : comparators) {
            each.schedule();
        }
    }
}
