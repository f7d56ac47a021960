package dev.lungo.firmware.uefi;

import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.fs.FileTime;

/**
 * EFI_TIME. UEFI 2.10, "GetTime()" (8.3.1).
 *
 * @param zone minutes by which local time is behind UTC, or {@link #UNSPECIFIED}
 * @param daylight EFI_TIME_ADJUST_DAYLIGHT and EFI_TIME_IN_DAYLIGHT
 */
public record EfiTime(
        int year,
        int month,
        int day,
        int hour,
        int minute,
        int second,
        int nanosecond,
        int zone,
        int daylight) {
    public static final int BYTES = 16;
    public static final int UNSPECIFIED = 0x7FF;

    /** EFI_TIME_ADJUST_DAYLIGHT and EFI_TIME_IN_DAYLIGHT. */
    private static final int DAYLIGHT = 3;

    private static final int MOST_ZONE = 1440;

    private static final int FIRST_YEAR = 1900;
    private static final int LAST_YEAR = 9999;
    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    public static EfiTime of(byte[] bytes, int at) {
        return new EfiTime(
                Little.u16(bytes, at),
                Little.u8(bytes, at + 2),
                Little.u8(bytes, at + 3),
                Little.u8(bytes, at + 4),
                Little.u8(bytes, at + 5),
                Little.u8(bytes, at + 6),
                (int) Little.u32(bytes, at + 8),
                (short) Little.u16(bytes, at + 12),
                Little.u8(bytes, at + 14));
    }

    public static EfiTime of(FileTime time) {
        return new EfiTime(
                time.year(),
                time.month(),
                time.day(),
                time.hour(),
                time.minute(),
                time.second(),
                time.nanos(),
                UNSPECIFIED,
                0);
    }

    /** As file systems note it, which do not know of zones. */
    public FileTime toFileTime() {
        return new FileTime(year, month, day, hour, minute, second, nanosecond);
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        Little.put16(bytes, 0, year);
        bytes[2] = (byte) month;
        bytes[3] = (byte) day;
        bytes[4] = (byte) hour;
        bytes[5] = (byte) minute;
        bytes[6] = (byte) second;
        Little.put32(bytes, 8, nanosecond);
        Little.put16(bytes, 12, zone);
        bytes[14] = (byte) daylight;
        return bytes;
    }

    /** Whether every field is in its range, and there is such a day. */
    public boolean isValid() {
        return year >= FIRST_YEAR
                && year <= LAST_YEAR
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= daysInMonth()
                && hour < 24
                && minute < 60
                && second < 60
                && nanosecond >= 0
                && nanosecond < 1_000_000_000
                && isZone(zone)
                && isDaylight(daylight);
    }

    public static boolean isZone(int minutes) {
        return minutes == UNSPECIFIED || Math.abs(minutes) <= MOST_ZONE;
    }

    public static boolean isDaylight(int bits) {
        return (bits & ~DAYLIGHT) == 0;
    }

    private int daysInMonth() {
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 && leap ? 29 : DAYS[month - 1];
    }
}
