package dev.lungo.firmware.bios;

/**
 * Cylinders, heads and sectors of a disk that has none: who partitioned it has written down what
 * its BIOS thought, so the partition table is asked first; without one, heads are as many as give
 * 1024 cylinders or fewer, which others call LBA assist. Floppies have the geometry of their size.
 *
 * @param cylinders of the whole disk; a service tells no more than 1024
 * @param sectors of a track, from 1 on
 */
record Geometry(int cylinders, int heads, int sectors) {
    private static final int MOST_CYLINDERS = 1024;
    private static final int SECTORS = 63;
    private static final int PARTITIONS = 0x1BE;

    /** A floppy's: bytes, then cylinders, heads and sectors. */
    // spotless:off
    private static final int[][] FLOPPIES = {
        { 163_840, 40, 1,  8},   // 160 KB
        { 184_320, 40, 1,  9},
        { 327_680, 40, 2,  8},
        { 368_640, 40, 2,  9},
        { 737_280, 80, 2,  9},
        {1_228_800, 80, 2, 15},
        {1_474_560, 80, 2, 18},
        {2_949_120, 80, 2, 36},
    };
    // spotless:on

    /** Whether an image of this size is one of a floppy. */
    static boolean isFloppy(long bytes) {
        for (int[] each : FLOPPIES) {
            if (each[0] == bytes) {
                return true;
            }
        }
        return false;
    }

    static Geometry ofFloppy(long bytes) {
        for (int[] each : FLOPPIES) {
            if (each[0] >= bytes) {
                return new Geometry(each[1], each[2], each[3]);
            }
        }
        return new Geometry(80, 2, 36);
    }

    /**
     * @param first the disk's first sector, all zero if it cannot be read
     */
    static Geometry ofDisk(long diskSectors, byte[] first) {
        boolean hasTable = (first[510] & 0xFF) == 0x55 && (first[511] & 0xFF) == 0xAA;
        for (int i = 0; hasTable && i < 4; i++) {
            int entry = PARTITIONS + 16 * i;
            int heads = (first[entry + 5] & 0xFF) + 1;
            int sectors = first[entry + 6] & 0x3F;
            boolean used = first[entry + 4] != 0;
            boolean told = heads > 1 && sectors != 0 && first[entry + 5] != -1;
            if (used && told) {
                return of(diskSectors, heads, sectors);
            }
        }
        int heads = 16;
        while (heads < 255 && diskSectors / ((long) heads * SECTORS) > MOST_CYLINDERS) {
            heads = Math.min(2 * heads, 255);
        }
        return of(diskSectors, heads, SECTORS);
    }

    private static Geometry of(long diskSectors, int heads, int sectors) {
        long cylinders = Math.clamp(diskSectors / ((long) heads * sectors), 1, Integer.MAX_VALUE);
        return new Geometry((int) cylinders, heads, sectors);
    }

    int cylindersTold() {
        return Math.min(cylinders, MOST_CYLINDERS);
    }

    /** The number of a sector from the disk's beginning, or -1 if there is none such. */
    long lba(int cylinder, int head, int sector) {
        if (head >= heads || sector < 1 || sector > sectors) {
            return -1;
        }
        return ((long) cylinder * heads + head) * sectors + sector - 1;
    }
}
