package dev.lungo.firmware.uefi.runtime;

import dev.lungo.firmware.uefi.EfiTime;
import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/**
 * The board's clock, as the guest has it, too. Motorola MC146818 datasheet, "Address Map"; the
 * century is where PC firmware keeps it.
 *
 * <p>It knows no time zone: what SetTime() says of that is kept behind it, in CMOS, where it
 * survives resets as the time does.
 */
public final class RealTimeClock {
    private static final int INDEX = 0x70;
    private static final int DATA = 0x71;

    private static final int SECONDS = 0x00;
    private static final int SECONDS_ALARM = 0x01;
    private static final int MINUTES = 0x02;
    private static final int MINUTES_ALARM = 0x03;
    private static final int HOURS = 0x04;
    private static final int HOURS_ALARM = 0x05;
    private static final int DAY = 0x07;
    private static final int MONTH = 0x08;
    private static final int YEAR = 0x09;
    private static final int B = 0x0B;
    private static final int C = 0x0C;
    private static final int CENTURY = 0x32;

    /** Two bytes: the zone less {@link EfiTime#UNSPECIFIED}, so zero where nobody has set it. */
    private static final int ZONE = 0x70;

    private static final int DAYLIGHT = 0x72;

    private static final int SET = 1 << 7; // B
    private static final int AIE = 1 << 5; // B
    private static final int AF = 1 << 5; // C
    private static final int BINARY = 1 << 2; // B
    private static final int HOURS_24 = 1 << 1; // B
    private static final int PM = 1 << 7;

    private final PortBus ports;

    public RealTimeClock(PortBus ports) {
        this.ports = ports;
    }

    private int read(int register) {
        ports.write(INDEX, Width.BYTE, register);
        return ports.read(DATA, Width.BYTE);
    }

    private void write(int register, int value) {
        ports.write(INDEX, Width.BYTE, register);
        ports.write(DATA, Width.BYTE, value);
    }

    private int decoded(int register) {
        return decode(read(register));
    }

    private int decode(int value) {
        return (read(B) & BINARY) != 0 ? value : (value >> 4) * 10 + (value & 0xF);
    }

    private int encode(int value) {
        return (read(B) & BINARY) != 0 ? value : value / 10 << 4 | value % 10;
    }

    private int decodeHour(int value) {
        if ((read(B) & HOURS_24) != 0) {
            return decode(value);
        }
        return decode(value & ~PM) % 12 + ((value & PM) != 0 ? 12 : 0);
    }

    private int encodeHour(int hour) {
        if ((read(B) & HOURS_24) != 0) {
            return encode(hour);
        }
        return encode(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? PM : 0);
    }

    /** The time, taken twice until no second has gone by in between. */
    public EfiTime time() {
        EfiTime time = once();
        while (true) {
            EfiTime again = once();
            if (again.equals(time)) {
                return time;
            }
            time = again;
        }
    }

    private EfiTime once() {
        return new EfiTime(
                decoded(CENTURY) * 100 + decoded(YEAR),
                decoded(MONTH),
                decoded(DAY),
                decodeHour(read(HOURS)),
                decoded(MINUTES),
                decoded(SECONDS),
                0,
                zone(),
                daylight());
    }

    public void set(EfiTime time) {
        int b = read(B);
        write(B, b | SET);
        write(CENTURY, encode(time.year() / 100));
        write(YEAR, encode(time.year() % 100));
        write(MONTH, encode(time.month()));
        write(DAY, encode(time.day()));
        write(HOURS, encodeHour(time.hour()));
        write(MINUTES, encode(time.minute()));
        write(SECONDS, encode(time.second()));
        write(B, b & ~SET);
        int zone = time.zone() - EfiTime.UNSPECIFIED;
        write(ZONE, zone & 0xFF);
        write(ZONE + 1, zone >> 8 & 0xFF);
        write(DAYLIGHT, time.daylight());
    }

    private int zone() {
        int zone = (short) (read(ZONE) | read(ZONE + 1) << 8) + EfiTime.UNSPECIFIED;
        return EfiTime.isZone(zone) ? zone : EfiTime.UNSPECIFIED;
    }

    private int daylight() {
        int bits = read(DAYLIGHT);
        return EfiTime.isDaylight(bits) ? bits : 0;
    }

    /** The alarm knows no date: it is within a day. */
    public void setAlarm(EfiTime time) {
        write(HOURS_ALARM, encodeHour(time.hour()));
        write(MINUTES_ALARM, encode(time.minute()));
        write(SECONDS_ALARM, encode(time.second()));
        read(C);
        write(B, read(B) | AIE);
    }

    public void clearAlarm() {
        write(B, read(B) & ~AIE);
    }

    public boolean isAlarmSet() {
        return (read(B) & AIE) != 0;
    }

    public boolean isAlarmPending() {
        return (read(C) & AF) != 0;
    }

    /** The time of the alarm, on the day that it is now. */
    public EfiTime alarm() {
        EfiTime now = time();
        return new EfiTime(
                now.year(),
                now.month(),
                now.day(),
                decodeHour(read(HOURS_ALARM)),
                decoded(MINUTES_ALARM),
                decoded(SECONDS_ALARM),
                0,
                zone(),
                daylight());
    }
}
