package dev.lungo.devices;

import dev.lungo.machine.Frequencies;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;

/**
 * The real-time clock and its 128 bytes of battery-backed RAM, behind the index and data ports 70h
 * and 71h. Motorola MC146818 datasheet; the century byte and the memory sizes are where PC firmware
 * keeps them (Ralf Brown's CMOS list).
 *
 * <p>An update takes no time: UIP announces it by 244 microseconds. Left out: daylight saving, the
 * square wave, the second RAM bank, and NMI masking by the index's bit 7.
 */
public final class Cmos implements PortDevice {
    /** The size of its range. */
    public static final int PORTS = 2;

    /** The reason for a restart, which firmware reads. */
    public static final int SHUTDOWN_STATUS = 0x0F;

    /** Floppy drives, display, coprocessor. */
    public static final int EQUIPMENT = 0x14;

    // Registers
    private static final int SECONDS = 0x00;
    private static final int SECONDS_ALARM = 0x01;
    private static final int MINUTES = 0x02;
    private static final int MINUTES_ALARM = 0x03;
    private static final int HOURS = 0x04;
    private static final int HOURS_ALARM = 0x05;
    private static final int DAY_OF_WEEK = 0x06;
    private static final int DAY_OF_MONTH = 0x07;
    private static final int MONTH = 0x08;
    private static final int YEAR = 0x09;
    private static final int A = 0x0A;
    private static final int B = 0x0B;
    private static final int C = 0x0C;
    private static final int D = 0x0D;
    private static final int CENTURY = 0x32;

    private static final int UIP = 1 << 7; // A
    private static final int DIVIDER_RESET = 0b110 << 4; // A: the two high bits of DV
    private static final int A_RESET = 0x26; // 32,768 Hz, 1,024 periodic interrupts a second

    // B
    private static final int SET = 1 << 7;
    private static final int PIE = 1 << 6;
    private static final int AIE = 1 << 5;
    private static final int UIE = 1 << 4;
    private static final int DM_BINARY = 1 << 2;
    private static final int HOURS_24 = 1 << 1;

    private static final int IRQF = 1 << 7; // C; PF, AF and UF are where B has their enables
    private static final int VRT = 1 << 7; // D
    private static final int PM = 1 << 7; // hours, in 12-hour mode
    private static final int DO_NOT_CARE = 0xC0; // alarms

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long UIP_NANOS = 244_141;
    private static final int SECONDS_PER_DAY = 86_400;

    private final IrqLine irq;
    private final Timers timers;
    private final Timers.Timer event;

    private final byte[] ram = new byte[128];
    private int index;
    private int registerA = A_RESET;
    private int registerB = HOURS_24;
    private int flags;

    /** The time of day less the machine's clock, in nanoseconds since 1970. */
    private long offset;

    /** The time registers while the clock stands still, in binary. */
    private CivilTime held = CivilTime.of(0);

    private long lastSecond;
    private long lastPeriod;

    /**
     * @param epochNanos the time of day now, in nanoseconds since 1970, UTC
     * @param irq IRQ8
     */
    public Cmos(long epochNanos, IrqLine irq, Timers timers) {
        this.irq = irq;
        this.timers = timers;
        this.event = timers.create(this, this::update);
        setTime(epochNanos);
    }

    /** RESET: the interrupts are off; the time and the RAM are the battery's. */
    public void reset() {
        index = 0;
        registerB &= ~(PIE | AIE | UIE);
        flags = 0;
        update();
    }

    /** Sets the time of day, in nanoseconds since 1970, UTC. */
    public void setTime(long epochNanos) {
        offset = epochNanos - timers.clock().nanos();
        held = CivilTime.of(second());
        lastSecond = second();
        update();
    }

    /** Writes RAM, as firmware would. */
    public void set(int register, int value) {
        ram[register] = (byte) value;
    }

    /**
     * Says how much memory there is, where firmware says it.
     *
     * @param below4G bytes from address zero to the hole under 4 GiB
     * @param above4G bytes from 4 GiB on
     */
    public void setMemory(long below4G, long above4G) {
        int extendedKib = (int) Math.min(0xFFFF, (below4G - (1 << 20)) >> 10);
        int above16M = (int) Math.min(0xFFFF, Math.max(0, below4G - (16 << 20)) >> 16);
        setWord(0x15, 640);
        setWord(0x17, extendedKib);
        setWord(0x30, extendedKib);
        setWord(0x34, above16M);
        setWord(0x5B, (int) (above4G >> 16) & 0xFFFF);
        set(0x5D, (int) (above4G >> 32));
    }

    private void setWord(int register, int value) {
        set(register, value);
        set(register + 1, value >> 8);
    }

    // ---- Time

    private long time() {
        return timers.clock().nanos() + offset;
    }

    private long second() {
        return Math.floorDiv(time(), NANOS_PER_SECOND);
    }

    private boolean isHeld() {
        return (registerB & SET) != 0 || (registerA & DIVIDER_RESET) == DIVIDER_RESET;
    }

    private CivilTime civilTime() {
        return isHeld() ? held : CivilTime.of(second());
    }

    /** The clock goes on from the held time. Out of divider reset that is half a second later. */
    private void release(long fractionNanos) {
        offset = held.epochSeconds() * NANOS_PER_SECOND + fractionNanos - timers.clock().nanos();
        lastSecond = second();
    }

    /** The rate selector's period in nanoseconds, or 0. Datasheet, table 5, 32,768 Hz column. */
    private long periodNanos() {
        int rate = registerA & 0xF;
        if (rate == 0) {
            return 0;
        }
        int cycles = 1 << (rate <= 2 ? rate + 6 : rate - 1);
        return cycles * NANOS_PER_SECOND / Frequencies.RTC_HZ;
    }

    /** Brings the flags up to date, the interrupt with them, and says when to look again. */
    private void update() {
        followSeconds();
        followPeriods();
        boolean interrupt = (flags & registerB & (PIE | AIE | UIE)) != 0;
        flags = interrupt ? flags | IRQF : flags & ~IRQF;
        irq.set(interrupt);

        long next = Timers.NEVER;
        long period = periodNanos();
        if ((registerB & ~flags & PIE) != 0 && period != 0) {
            next = (lastPeriod + 1) * period;
        }
        if ((registerB & ~flags & (AIE | UIE)) != 0 && !isHeld()) {
            next = Math.min(next, (lastSecond + 1) * NANOS_PER_SECOND - offset);
        }
        event.at(next);
    }

    private void followSeconds() {
        if (isHeld()) {
            return;
        }
        long second = second();
        if (second == lastSecond) {
            return;
        }
        flags |= UIE;
        for (long s = Math.max(lastSecond + 1, second - SECONDS_PER_DAY); s <= second; s++) {
            if ((flags & AIE) == 0 && isAlarm(s)) {
                flags |= AIE;
            }
        }
        lastSecond = second;
    }

    private boolean isAlarm(long second) {
        int inDay = Math.floorMod(second, SECONDS_PER_DAY);
        return matches(SECONDS_ALARM, encode(inDay % 60))
                && matches(MINUTES_ALARM, encode(inDay / 60 % 60))
                && matches(HOURS_ALARM, encodeHour(inDay / 3600));
    }

    private boolean matches(int alarm, int value) {
        int wanted = ram[alarm] & 0xFF;
        return (wanted & DO_NOT_CARE) == DO_NOT_CARE || wanted == value;
    }

    private void followPeriods() {
        long period = periodNanos();
        long now = period == 0 ? 0 : timers.clock().nanos() / period;
        if (period != 0 && now != lastPeriod) {
            flags |= PIE;
        }
        lastPeriod = now;
    }

    // ---- Ports

    @Override
    public int read(int offset) {
        return offset == 0 ? 0xFF : readRegister(index);
    }

    @Override
    public void write(int offset, int value) {
        if (offset == 0) {
            index = value & 0x7F;
        } else {
            writeRegister(index, value);
        }
    }

    private int readRegister(int register) {
        return switch (register) {
            case SECONDS -> encode(civilTime().second());
            case MINUTES -> encode(civilTime().minute());
            case HOURS -> encodeHour(civilTime().hour());
            case DAY_OF_WEEK -> encode(civilTime().weekday());
            case DAY_OF_MONTH -> encode(civilTime().day());
            case MONTH -> encode(civilTime().month());
            case YEAR -> encode(civilTime().year() % 100);
            case CENTURY -> encode(civilTime().year() / 100);
            case A -> registerA | (isUpdateNear() ? UIP : 0);
            case B -> registerB;
            case C -> takeFlags();
            case D -> VRT;
            default -> ram[register] & 0xFF;
        };
    }

    private boolean isUpdateNear() {
        return !isHeld() && Math.floorMod(time(), NANOS_PER_SECOND) >= NANOS_PER_SECOND - UIP_NANOS;
    }

    private int takeFlags() {
        update();
        int value = flags;
        flags = 0;
        update();
        return value;
    }

    private void writeRegister(int register, int value) {
        switch (register) {
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DAY_OF_MONTH, MONTH, YEAR, CENTURY ->
                    setField(register, value);
            case A -> setControl(value & ~UIP, registerB);
            case B -> setControl(registerA, value);
            case C, D -> {} // read-only
            default -> {
                update(); // the alarms up to now
                ram[register] = (byte) value;
            }
        }
    }

    private void setControl(int a, int b) {
        update();
        boolean wasHeld = isHeld();
        boolean wasDividerReset = (registerA & DIVIDER_RESET) == DIVIDER_RESET;
        if (!wasHeld) {
            held = CivilTime.of(second());
        }
        boolean rateChanged = ((a ^ registerA) & 0xF) != 0;
        registerA = a;
        registerB = b & ~(1 << 3 | 1); // no square wave, no daylight saving
        if (wasHeld && !isHeld()) {
            release(wasDividerReset ? NANOS_PER_SECOND / 2 : 0);
        }
        if (rateChanged) {
            long period = periodNanos();
            lastPeriod = period == 0 ? 0 : timers.clock().nanos() / period;
        }
        update();
    }

    private void setField(int register, int value) {
        update();
        CivilTime t = civilTime();
        int v = decode(value);
        held =
                switch (register) {
                    case SECONDS -> with(t, t.year(), t.month(), t.day(), t.hour(), t.minute(), v);
                    case MINUTES -> with(t, t.year(), t.month(), t.day(), t.hour(), v, t.second());
                    case HOURS ->
                            with(
                                    t,
                                    t.year(),
                                    t.month(),
                                    t.day(),
                                    decodeHour(value),
                                    t.minute(),
                                    t.second());
                    case DAY_OF_MONTH ->
                            with(t, t.year(), t.month(), v, t.hour(), t.minute(), t.second());
                    case MONTH -> with(t, t.year(), v, t.day(), t.hour(), t.minute(), t.second());
                    case YEAR ->
                            with(
                                    t,
                                    t.year() / 100 * 100 + v,
                                    t.month(),
                                    t.day(),
                                    t.hour(),
                                    t.minute(),
                                    t.second());
                    case CENTURY ->
                            with(
                                    t,
                                    v * 100 + t.year() % 100,
                                    t.month(),
                                    t.day(),
                                    t.hour(),
                                    t.minute(),
                                    t.second());
                    default -> t; // the weekday follows from the date
                };
        if (!isHeld()) {
            release(Math.floorMod(time(), NANOS_PER_SECOND));
        }
        update();
    }

    private static CivilTime with(
            CivilTime old, int year, int month, int day, int hour, int minute, int second) {
        return new CivilTime(year, month, day, old.weekday(), hour, minute, second);
    }

    // ---- BCD and 12-hour mode

    private int encode(int value) {
        return (registerB & DM_BINARY) != 0 ? value : (value / 10) << 4 | value % 10;
    }

    private int decode(int value) {
        return (registerB & DM_BINARY) != 0 ? value : (value >> 4) * 10 + (value & 0xF);
    }

    private int encodeHour(int hour) {
        if ((registerB & HOURS_24) != 0) {
            return encode(hour);
        }
        return encode(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? PM : 0);
    }

    private int decodeHour(int value) {
        if ((registerB & HOURS_24) != 0) {
            return decode(value);
        }
        return decode(value & ~PM) % 12 + ((value & PM) != 0 ? 12 : 0);
    }
}
