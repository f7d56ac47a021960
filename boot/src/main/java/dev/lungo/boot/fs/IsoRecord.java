package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;

/**
 * A directory record. ECMA-119, "Directory Record" (9.1); numbers are read in their little-endian
 * form.
 *
 * @param next where the record after it begins, in its directory
 * @param block of the content, past its extended attributes
 * @param time when it was made, in the zone that it was made in
 */
record IsoRecord(
        Raw raw,
        long next,
        long block,
        long bytes,
        FileTime time,
        int flags,
        boolean isInterleaved) {
    static final int DIRECTORY = 0x02;
    static final int MORE_EXTENTS = 0x80;

    private static final int NAME = 33;

    /** The record as it is. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Raw(byte[] bytes) {
        int nameBytes() {
            return Math.min(Little.u8(bytes, 32), bytes.length - NAME);
        }

        int u8(int at) {
            return NAME + at < bytes.length ? bytes[NAME + at] & 0xFF : 0;
        }

        /** Where the system use area begins, behind a name of an even length. */
        int systemUse() {
            int end = NAME + nameBytes();
            return end + (end & 1);
        }
    }

    /** The shortest that one can be. */
    static final int FEWEST_BYTES = NAME + 1;

    static IsoRecord of(byte[] record, long next) {
        return new IsoRecord(
                new Raw(record),
                next,
                Little.u32(record, 2) + Little.u8(record, 1),
                Little.u32(record, 10),
                time(record),
                Little.u8(record, 25),
                record[26] != 0 || record[27] != 0);
    }

    private static FileTime time(byte[] record) {
        int month = Little.u8(record, 19);
        int day = Little.u8(record, 20);
        if (month < 1 || month > 12 || day < 1 || day > 31) {
            return FileTime.UNKNOWN;
        }
        return new FileTime(
                1900 + Little.u8(record, 18),
                month,
                day,
                Math.min(Little.u8(record, 21), 23),
                Math.min(Little.u8(record, 22), 59),
                Math.min(Little.u8(record, 23), 59),
                0);
    }

    boolean isDirectory() {
        return (flags & DIRECTORY) != 0;
    }

    /** Whether the next record is of the same file. */
    boolean hasMore() {
        return (flags & MORE_EXTENTS) != 0;
    }

    /** "." and "..", whose names are a byte of 0 and of 1. */
    boolean isSelf() {
        return raw.nameBytes() == 1 && raw.u8(0) == 0;
    }

    boolean isParent() {
        return raw.nameBytes() == 1 && raw.u8(0) == 1;
    }
}
