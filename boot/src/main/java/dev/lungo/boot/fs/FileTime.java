package dev.lungo.boot.fs;

/**
 * A point in local time, in a zone that nobody has written down.
 *
 * @param month 1 to 12, or 0 if nobody knows when
 * @param day 1 to 31
 */
public record FileTime(int year, int month, int day, int hour, int minute, int second, int nanos) {
    public static final FileTime UNKNOWN = new FileTime(0, 0, 0, 0, 0, 0, 0);
}
