package dev.lungo.boot.disk;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.Crc32;
import dev.lungo.boot.bytes.Little;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A GUID Partition Table. UEFI, "GUID Partition Table (GPT) Disk Layout" (5.3).
 *
 * <p>It is read from the primary header, or from the backup at the disk's end when that or its
 * entries are not sound. Blocks are of 512 bytes. A broken copy is not repaired.
 *
 * @param isFromBackup the primary header or its entries are broken
 */
public record Gpt(Guid disk, List<Partition.OfGpt> partitions, boolean isFromBackup)
        implements PartitionTable {
    public static final Guid EFI_SYSTEM_PARTITION =
            Guid.parse("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    private static final long SIGNATURE = 0x5452_4150_2049_4645L; // "EFI PART"
    private static final int HEADER_BYTES = 92;
    private static final int ENTRY_BYTES = 128;
    private static final int NAME = 56;
    private static final int NAME_LENGTH = 36;

    /** Everybody has 16 KiB of entries; this is as much as is looked at. */
    private static final long MOST_ENTRY_BYTES = 4 << 20;

    /** What the headers say, "GPT Header" (table 5.5). */
    private record Header(long alternate, Guid disk, Entries entries) {}

    private record Entries(long lba, int count, int bytes, long crc) {}

    /**
     * Reads the table of a disk that has a protective MBR.
     *
     * @throws BootException if neither copy is sound
     */
    public static Gpt read(BlockBackend disk) {
        long last = disk.bytes() / BlockBackend.SECTOR_BYTES - 1;
        Optional<Header> primary = header(disk, 1);
        Optional<Gpt> table = primary.flatMap(header -> table(disk, header, false));
        if (table.isEmpty()) {
            table = header(disk, last).flatMap(header -> table(disk, header, true));
        }
        if (table.isEmpty() && primary.isPresent()) { // the disk has grown
            long alternate = primary.get().alternate;
            table = header(disk, alternate).flatMap(header -> table(disk, header, true));
        }
        return table.orElseThrow(() ->
                new BootException(
                        "the disk's GUID partition table is broken, and so is its backup;"
                                + " repair it with gdisk, or make the image anew"));
    }

    private static Optional<Header> header(BlockBackend disk, long lba) {
        if (lba < 1 || lba > disk.bytes() / BlockBackend.SECTOR_BYTES - 1) {
            return Optional.empty();
        }
        byte[] block = new byte[BlockBackend.SECTOR_BYTES];
        disk.read(lba * BlockBackend.SECTOR_BYTES, block, 0, block.length);
        long headerBytes = Little.u32(block, 12);
        if (Little.u64(block, 0) != SIGNATURE
                || headerBytes < HEADER_BYTES
                || headerBytes > block.length
                || Little.u64(block, 24) != lba) {
            return Optional.empty();
        }
        long crc = Little.u32(block, 16);
        Little.put32(block, 16, 0);
        if (Crc32.of(block, 0, (int) headerBytes) != crc) {
            return Optional.empty();
        }
        long count = Little.u32(block, 80);
        long bytes = Little.u32(block, 84);
        boolean sound = bytes >= ENTRY_BYTES && bytes % 8 == 0;
        if (!sound || count > MOST_ENTRY_BYTES / bytes) {
            return Optional.empty();
        }
        Entries entries =
                new Entries(Little.u64(block, 72), (int) count, (int) bytes, Little.u32(block, 88));
        return Optional.of(new Header(Little.u64(block, 32), Guid.of(block, 56), entries));
    }

    private static Optional<Gpt> table(BlockBackend disk, Header header, boolean isFromBackup) {
        Entries where = header.entries;
        int bytes = where.count * where.bytes;
        int sectors = (bytes + BlockBackend.SECTOR_BYTES - 1) / BlockBackend.SECTOR_BYTES;
        long all = disk.bytes() / BlockBackend.SECTOR_BYTES;
        if (where.lba < 2 || where.lba > all - sectors) {
            return Optional.empty();
        }
        byte[] entries = new byte[sectors * BlockBackend.SECTOR_BYTES];
        disk.read(where.lba * BlockBackend.SECTOR_BYTES, entries, 0, entries.length);
        if (Crc32.of(entries, 0, bytes) != where.crc) {
            return Optional.empty();
        }
        List<Partition.OfGpt> partitions = new ArrayList<>();
        for (int i = 0; i < where.count; i++) {
            partition(entries, i, where, all).ifPresent(partitions::add);
        }
        return Optional.of(new Gpt(header.disk, List.copyOf(partitions), isFromBackup));
    }

    /** "GPT Partition Entry Array" (5.3.3). One that is not wholly on the disk is left out. */
    private static Optional<Partition.OfGpt> partition(
            byte[] entries, int index, Entries where, long sectors) {
        int at = index * where.bytes;
        Guid type = Guid.of(entries, at);
        long first = Little.u64(entries, at + 32);
        long last = Little.u64(entries, at + 40);
        if (type.isZero() || first < 1 || last < first || last >= sectors) {
            return Optional.empty();
        }
        return Optional.of(
                new Partition.OfGpt(
                        index + 1,
                        new Partition.Guids(type, Guid.of(entries, at + 16)),
                        Little.u64(entries, at + 48),
                        name(entries, at + NAME),
                        first,
                        last - first + 1,
                        where.lba * BlockBackend.SECTOR_BYTES + at));
    }

    private static String name(byte[] entries, int at) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < NAME_LENGTH && Little.u16(entries, at + 2 * i) != 0; i++) {
            name.append((char) Little.u16(entries, at + 2 * i));
        }
        return name.toString();
    }
}
