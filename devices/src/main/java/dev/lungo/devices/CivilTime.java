package dev.lungo.devices;

/**
 * A second of the proleptic Gregorian calendar, in UTC, without a time zone or leap seconds.
 *
 * @param weekday 1 is Sunday
 * @param month 1 to 12
 * @param day 1 to 31
 */
record CivilTime(int year, int month, int day, int weekday, int hour, int minute, int second) {
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int DAYS_PER_ERA = 146_097; // 400 years
    private static final int DAYS_BEFORE_1970 = 719_468; // since 0000-03-01

    static CivilTime of(long epochSeconds) {
        long days = Math.floorDiv(epochSeconds, SECONDS_PER_DAY);
        int inDay = Math.floorMod(epochSeconds, SECONDS_PER_DAY);
        // Years begin in March, so that the leap day is a year's last.
        long shifted = days + DAYS_BEFORE_1970;
        long era = Math.floorDiv(shifted, DAYS_PER_ERA);
        int dayOfEra = Math.floorMod(shifted, DAYS_PER_ERA);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int fromMarch = (5 * dayOfYear + 2) / 153;
        int month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        return new CivilTime(
                (int) (era * 400) + yearOfEra + (month <= 2 ? 1 : 0),
                month,
                dayOfYear - (153 * fromMarch + 2) / 5 + 1,
                Math.floorMod(days + 4, 7) + 1,
                inDay / 3600,
                inDay / 60 % 60,
                inDay % 60);
    }

    /** The weekday is not looked at, and fields out of range carry over. */
    long epochSeconds() {
        long fromMarchYear = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(fromMarchYear, 400);
        long yearOfEra = Math.floorMod(fromMarchYear, 400);
        long dayOfYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        long days = era * DAYS_PER_ERA + dayOfEra - DAYS_BEFORE_1970;
        return days * SECONDS_PER_DAY + hour * 3600L + minute * 60L + second;
    }
}
