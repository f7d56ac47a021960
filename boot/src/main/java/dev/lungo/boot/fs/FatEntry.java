package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.fs.FileInfo.FileTimes;

/**
 * A file's entry in a directory: 32 bytes, with the entries of its long name before it. Microsoft,
 * FAT: General Overview of On-Disk Format, "FAT Directory Structure".
 */
final class FatEntry {
    static final int BYTES = 32;
    static final int VOLUME_ID = 0x08;

    /** An entry of a long name has this combination, which no file can have. */
    static final int LONG_NAME = 0x0F;

    static final int LONG_NAME_MASK = 0x3F;
    static final int DELETED = 0xE5;

    private static final int ATTRIBUTES = 11;
    private static final int LOWER_CASE = 12;
    private static final int CREATED_TENTHS = 13;
    private static final int CREATED_TIME = 14;
    private static final int CREATED_DATE = 16;
    private static final int ACCESSED_DATE = 18;
    private static final int CLUSTER_HIGH = 20;
    private static final int MODIFIED_TIME = 22;
    private static final int MODIFIED_DATE = 24;
    private static final int CLUSTER_LOW = 26;
    private static final int SIZE = 28;

    /** As it is on the disk. */
    final byte[] raw;

    /** The long one, or else the short one. */
    final String name;

    /** The first entry of its long name, or itself, counted from the directory's beginning. */
    final int firstSlot;

    final int slot;

    /** Of {@link #raw} on the disk, in bytes. */
    final long offset;

    FatEntry(byte[] raw, String name, int firstSlot, int slot, long offset) {
        this.raw = raw;
        this.name = name;
        this.firstSlot = firstSlot;
        this.slot = slot;
        this.offset = offset;
    }

    /** A new one, which has no content yet. */
    static byte[] raw(byte[] shortName, int attributes, FileTime now) {
        byte[] raw = new byte[BYTES];
        System.arraycopy(shortName, 0, raw, 0, FatNames.SHORT_BYTES);
        raw[ATTRIBUTES] = (byte) attributes;
        setTimes(raw, now, now, now);
        return raw;
    }

    /** This content under another short name. */
    byte[] renamed(byte[] shortName) {
        byte[] renamed = raw.clone();
        System.arraycopy(shortName, 0, renamed, 0, FatNames.SHORT_BYTES);
        renamed[LOWER_CASE] = 0;
        return renamed;
    }

    int attributes() {
        return raw[ATTRIBUTES];
    }

    void setAttributes(int attributes) {
        raw[ATTRIBUTES] = (byte) attributes;
    }

    boolean isDirectory() {
        return (attributes() & FileInfo.DIRECTORY) != 0;
    }

    long size() {
        return Little.u32(raw, SIZE);
    }

    void setSize(long bytes) {
        Little.put32(raw, SIZE, bytes);
    }

    int cluster(FatGeometry geometry) {
        int low = Little.u16(raw, CLUSTER_LOW);
        return geometry.kind() == FatGeometry.Kind.FAT32
                ? (Little.u16(raw, CLUSTER_HIGH) << 16 | low) & 0x0FFF_FFFF
                : low;
    }

    static void setCluster(byte[] raw, int cluster) {
        Little.put16(raw, CLUSTER_LOW, cluster);
        Little.put16(raw, CLUSTER_HIGH, cluster >> 16);
    }

    FileInfo info(int clusterBytes) {
        long bytes = isDirectory() ? 0 : size();
        long allocated = (bytes + clusterBytes - 1) / clusterBytes * clusterBytes;
        FileTimes times =
                new FileTimes(
                        time(CREATED_DATE, CREATED_TIME, raw[CREATED_TENTHS] & 0xFF),
                        time(ACCESSED_DATE, -1, 0),
                        time(MODIFIED_DATE, MODIFIED_TIME, 0));
        int attributes = attributes() & (FileInfo.SETTABLE | FileInfo.DIRECTORY);
        return new FileInfo(name, attributes, bytes, allocated, times);
    }

    private FileTime time(int dateAt, int timeAt, int tenths) {
        int date = Little.u16(raw, dateAt);
        int month = date >> 5 & 0xF;
        int day = date & 0x1F;
        if (month < 1 || month > 12 || day < 1) {
            return FileTime.UNKNOWN;
        }
        int time = timeAt < 0 ? 0 : Little.u16(raw, timeAt);
        return new FileTime(
                1980 + (date >> 9),
                month,
                day,
                Math.min(time >> 11, 23),
                Math.min(time >> 5 & 0x3F, 59),
                Math.min((time & 0x1F) * 2 + tenths / 100, 59),
                tenths % 100 * 10_000_000);
    }

    void modified(FileTime time) {
        setModified(raw, time);
        Little.put16(raw, ACCESSED_DATE, date(time));
        setAttributes(attributes() | FileInfo.ARCHIVE);
    }

    void setTimes(FileTimes times) {
        setTimes(raw, times.created(), times.accessed(), times.modified());
    }

    private static void setTimes(
            byte[] raw, FileTime created, FileTime accessed, FileTime modified) {
        Little.put16(raw, CREATED_DATE, date(created));
        Little.put16(raw, CREATED_TIME, time(created));
        raw[CREATED_TENTHS] =
                (byte) (created.second() % 2 * 100 + created.nanos() / 10_000_000 % 100);
        Little.put16(raw, ACCESSED_DATE, date(accessed));
        setModified(raw, modified);
    }

    private static void setModified(byte[] raw, FileTime time) {
        Little.put16(raw, MODIFIED_DATE, date(time));
        Little.put16(raw, MODIFIED_TIME, time(time));
    }

    private static int date(FileTime time) {
        if (time.month() == 0) {
            return 0;
        }
        int year = Math.clamp(time.year() - 1980L, 0, 127);
        return year << 9 | (time.month() & 0xF) << 5 | time.day() & 0x1F;
    }

    private static int time(FileTime time) {
        return (time.hour() & 0x1F) << 11
                | (time.minute() & 0x3F) << 5
                | (time.second() / 2 & 0x1F);
    }
}
