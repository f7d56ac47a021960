package dev.lungo.machine;

/** What the machine's clocks tick at, in hertz of guest time. Whoever tells the guest asks here. */
public final class Frequencies {
    /**
     * The time stamp counter: one tick a nanosecond of {@link Clock}, so no conversion is needed.
     */
    public static final long TSC_HZ = 1_000_000_000;

    /** What the local APIC timer divides; CPUID leaf 15h calls it the core crystal clock. */
    public static final long APIC_BUS_HZ = 1_000_000_000;

    /** The 8254's input: a third of the NTSC colour subcarrier's quadruple. */
    public static final long PIT_HZ = 1_193_182;

    /** ACPI 6.4, "Power Management Timer" (section 4.8.2.1): three times the 8254's. */
    public static final long PM_TIMER_HZ = 3_579_545;

    /** The HPET's main counter. */
    public static final long HPET_HZ = 100_000_000;

    /** The real-time clock's crystal. */
    public static final long RTC_HZ = 32_768;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private Frequencies() {}

    /** How many ticks of {@code hz} fit in this time, rounded down. Exact for 292 years. */
    public static long ticks(long nanos, long hz) {
        return nanos / NANOS_PER_SECOND * hz + nanos % NANOS_PER_SECOND * hz / NANOS_PER_SECOND;
    }

    /** The first nanosecond in which {@link #ticks} is at least this many. */
    public static long nanos(long ticks, long hz) {
        long rest = ticks % hz * NANOS_PER_SECOND;
        return ticks / hz * NANOS_PER_SECOND + (rest + hz - 1) / hz;
    }
}
