package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import dev.lungo.machine.BlockBackend;
import java.util.Optional;

/**
 * Where what is on a FAT volume. Microsoft, FAT: General Overview of On-Disk Format, "Boot Sector
 * and BPB".
 *
 * <p>Offsets are in bytes from the volume's beginning.
 *
 * @param fatBytes the length of one FAT
 * @param fats how many copies of it there are
 * @param rootOffset where the root directory of FAT12 and FAT16 is
 * @param rootBytes 0 on FAT32, whose root directory is a chain of clusters
 * @param dataOffset of cluster 2
 * @param lastCluster the highest number of a cluster
 * @param rootCluster 0 on FAT12 and FAT16
 * @param fsInfo offset of FAT32's FSInfo sector, or 0
 * @param backup offset of FAT32's copy of the boot sector, or 0
 */
record FatGeometry(
        Kind kind,
        int sectorBytes,
        int clusterBytes,
        long fatOffset,
        long fatBytes,
        int fats,
        long rootOffset,
        int rootBytes,
        long dataOffset,
        int lastCluster,
        int rootCluster,
        long fsInfo,
        long backup) {
    /** How wide the entries of the FAT are. */
    enum Kind {
        FAT12,
        FAT16,
        FAT32
    }

    static final int FIRST_CLUSTER = 2;

    private static final int MOST_CLUSTERS_FAT12 = 4084;
    private static final int MOST_CLUSTERS_FAT16 = 65524;
    private static final int MOST_CLUSTERS_FAT32 = 0x0FFF_FFF5;
    private static final int ENTRY_BYTES = 32;

    /** Empty if the disk does not begin with the boot sector of a FAT volume. */
    static Optional<FatGeometry> read(BlockBackend disk) {
        if (disk.bytes() < BlockBackend.SECTOR_BYTES) {
            return Optional.empty();
        }
        byte[] boot = new byte[BlockBackend.SECTOR_BYTES];
        disk.read(0, boot, 0, boot.length);
        int jump = Little.u8(boot, 0);
        int sectorBytes = Little.u16(boot, 11);
        int sectorsPerCluster = Little.u8(boot, 13);
        int reserved = Little.u16(boot, 14);
        int fats = Little.u8(boot, 16);
        int rootBytes = Little.u16(boot, 17) * ENTRY_BYTES;
        int media = Little.u8(boot, 21);
        boolean known =
                (jump == 0xEB || jump == 0xE9)
                        && Integer.bitCount(sectorBytes) == 1
                        && sectorBytes >= 512
                        && sectorBytes <= 4096
                        && Integer.bitCount(sectorsPerCluster) == 1
                        && reserved != 0
                        && fats != 0
                        && rootBytes % sectorBytes == 0
                        && (media == 0xF0 || media >= 0xF8);
        if (!known) {
            return Optional.empty();
        }
        boolean isFat32 = Little.u16(boot, 22) == 0;
        long fatSectors = isFat32 ? Little.u32(boot, 36) : Little.u16(boot, 22);
        long sectors = Little.u16(boot, 19) == 0 ? Little.u32(boot, 32) : Little.u16(boot, 19);
        long data = reserved + fats * fatSectors + rootBytes / sectorBytes;
        long clusters = (sectors - data) / sectorsPerCluster;
        long present = (disk.bytes() / sectorBytes - data) / sectorsPerCluster;
        Kind kind =
                isFat32 ? Kind.FAT32 : clusters <= MOST_CLUSTERS_FAT12 ? Kind.FAT12 : Kind.FAT16;
        long fatBytes = fatSectors * sectorBytes;
        long most =
                switch (kind) {
                    case FAT12 -> Math.min(MOST_CLUSTERS_FAT12, fatBytes * 2 / 3 - 2);
                    case FAT16 -> Math.min(MOST_CLUSTERS_FAT16, fatBytes / 2 - 2);
                    case FAT32 -> Math.min(MOST_CLUSTERS_FAT32, fatBytes / 4 - 2);
                };
        // Of an image that was cut short, what is there can be used.
        int usable = (int) Math.min(Math.min(clusters, present), most);
        if (usable < 1 || (isFat32 && rootBytes != 0) || (!isFat32 && rootBytes == 0)) {
            return Optional.empty();
        }
        long rootOffset = (reserved + fats * fatSectors) * sectorBytes;
        return Optional.of(
                new FatGeometry(
                        kind,
                        sectorBytes,
                        sectorBytes * sectorsPerCluster,
                        (long) reserved * sectorBytes,
                        fatBytes,
                        fats,
                        rootOffset,
                        rootBytes,
                        data * sectorBytes,
                        usable + FIRST_CLUSTER - 1,
                        isFat32 ? (int) Little.u32(boot, 44) & 0x0FFF_FFFF : 0,
                        isFat32 ? reservedSector(Little.u16(boot, 48), reserved, sectorBytes) : 0,
                        isFat32 ? reservedSector(Little.u16(boot, 50), reserved, sectorBytes) : 0));
    }

    private static long reservedSector(int number, int reserved, int sectorBytes) {
        return number < reserved ? (long) number * sectorBytes : 0;
    }

    boolean isCluster(int number) {
        return number >= FIRST_CLUSTER && number <= lastCluster;
    }

    long offsetOf(int cluster) {
        return dataOffset + (long) (cluster - FIRST_CLUSTER) * clusterBytes;
    }

    int clusters() {
        return lastCluster - FIRST_CLUSTER + 1;
    }
}
