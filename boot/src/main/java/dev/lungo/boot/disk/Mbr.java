package dev.lungo.boot.disk;

import dev.lungo.boot.bytes.Little;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A master boot record, with the partitions inside its extended ones. UEFI, "Legacy Master Boot
 * Record (MBR)" (5.2.1); what an extended partition holds is told by no specification, but chained
 * as DOS 3.3 and all since have done it.
 *
 * <p>Cylinders, heads and sectors in it are not looked at.
 *
 * @param signature that tells this disk from others
 */
public record Mbr(int signature, List<Partition.OfMbr> partitions, boolean isProtective)
        implements PartitionTable {
    public static final int TYPE_GPT_PROTECTIVE = 0xEE;

    private static final int SIGNATURE = 440;
    private static final int TABLE = 446;
    private static final int ENTRY_BYTES = 16;
    private static final int ENTRIES = 4;
    private static final int MAGIC = 510;

    /** As many as Linux follows. A chain that is a ring ends here, too. */
    private static final int MOST_LOGICAL = 256;

    /** One of the four, as it is. */
    private record Entry(int indicator, int type, long first, long sectors, int at) {
        static Entry of(byte[] sector, int index) {
            int at = TABLE + ENTRY_BYTES * index;
            return new Entry(
                    Little.u8(sector, at),
                    Little.u8(sector, at + 4),
                    Little.u32(sector, at + 8),
                    Little.u32(sector, at + 12),
                    at);
        }

        boolean isExtended() {
            return type == 0x05 || type == 0x0F || type == 0x85;
        }

        boolean isUsed() {
            return type != 0 && sectors != 0;
        }
    }

    /**
     * Empty if the disk begins with something else, a FAT's or NTFS's boot sector for one: those
     * have the same two bytes at their end.
     */
    public static Optional<Mbr> read(BlockBackend disk) {
        long sectors = disk.bytes() / BlockBackend.SECTOR_BYTES;
        if (sectors == 0) {
            return Optional.empty();
        }
        byte[] sector = sector(disk, 0);
        if (!isTable(sector, sectors)) {
            return Optional.empty();
        }
        boolean isProtective = false;
        List<Partition.OfMbr> partitions = new ArrayList<>();
        List<Partition.OfMbr> logical = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            Entry entry = Entry.of(sector, i);
            isProtective |= entry.type == TYPE_GPT_PROTECTIVE && entry.first == 1;
            add(partitions, entry, i + 1, 0, sectors);
            if (entry.isUsed() && entry.isExtended()) {
                followExtended(disk, entry.first, logical);
            }
        }
        partitions.addAll(logical);
        int signature = (int) Little.u32(sector, SIGNATURE);
        return Optional.of(new Mbr(signature, List.copyOf(partitions), isProtective));
    }

    /** All that is known about what else a first sector may be is that this then is not true. */
    private static boolean isTable(byte[] sector, long sectors) {
        if (Little.u16(sector, MAGIC) != 0xAA55) {
            return false;
        }
        boolean used = false;
        for (int i = 0; i < ENTRIES; i++) {
            Entry entry = Entry.of(sector, i);
            if ((entry.indicator & 0x7F) != 0) {
                return false;
            }
            used |= entry.isUsed() && entry.first < sectors;
        }
        return used;
    }

    /**
     * Each link has in its first entry a logical partition, from the link on, and in its second the
     * next link, from the extended partition's beginning on.
     */
    private static void followExtended(
            BlockBackend disk, long extended, List<Partition.OfMbr> logical) {
        long sectors = disk.bytes() / BlockBackend.SECTOR_BYTES;
        long link = extended;
        for (int links = 0; links < MOST_LOGICAL && link < sectors; links++) {
            byte[] sector = sector(disk, link);
            if (Little.u16(sector, MAGIC) != 0xAA55) {
                return;
            }
            long next = 0;
            for (int i = 0; i < ENTRIES; i++) {
                Entry entry = Entry.of(sector, i);
                if (entry.isUsed() && entry.isExtended()) {
                    next = next == 0 ? entry.first : next;
                } else if (i < 2) {
                    add(logical, entry, ENTRIES + 1 + logical.size(), link, sectors);
                }
            }
            if (next == 0) {
                return;
            }
            link = extended + next;
        }
    }

    /** An image that was cut short has partitions beyond its end; what is there of them is used. */
    private static void add(
            List<Partition.OfMbr> to, Entry entry, int number, long base, long sectors) {
        long first = base + entry.first;
        if (entry.isUsed() && first < sectors) {
            to.add(
                    new Partition.OfMbr(
                            number,
                            entry.indicator == 0x80,
                            entry.type,
                            first,
                            Math.min(entry.sectors, sectors - first),
                            base * BlockBackend.SECTOR_BYTES + entry.at));
        }
    }

    private static byte[] sector(BlockBackend disk, long number) {
        byte[] sector = new byte[BlockBackend.SECTOR_BYTES];
        disk.read(number * BlockBackend.SECTOR_BYTES, sector, 0, sector.length);
        return sector;
    }
}
