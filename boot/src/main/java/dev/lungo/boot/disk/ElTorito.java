package dev.lungo.boot.disk;

import dev.lungo.boot.BootException;
import dev.lungo.boot.bytes.Little;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A CD's boot catalog. "El Torito" Bootable CD-ROM Format Specification, 1.0; UEFI, "ISO-9660 and
 * El Torito" (13.3.2.1).
 *
 * <p>Selection criteria are not read; extension records are skipped.
 *
 * @param block where it is, in blocks of 2048 bytes
 * @param entries the initial one first, then those of the sections
 */
public record ElTorito(long block, List<Entry> entries) {
    public static final int BLOCK_BYTES = 2048;

    private static final int FIRST_DESCRIPTOR = 16;
    private static final int MOST_DESCRIPTORS = 64;
    private static final int RECORD_BYTES = 32;

    /** The first sector of the catalog has all that anybody was seen to write. */
    private static final int CATALOG_BYTES = 4 * BLOCK_BYTES;

    private static final int BOOTABLE = 0x88;
    private static final int HEADER_MORE = 0x90;
    private static final int HEADER_LAST = 0x91;
    private static final int EXTENSION = 0x44;

    /** What the image is for. A platform that is not listed is somebody else's. */
    public enum Platform {
        X86,
        POWER_PC,
        MAC,
        EFI,
        OTHER;

        static Platform of(int id) {
            return switch (id) {
                case 0 -> X86;
                case 1 -> POWER_PC;
                case 2 -> MAC;
                case 0xEF -> EFI;
                default -> OTHER;
            };
        }
    }

    /** What the image pretends to be. In the order of their numbers. */
    public enum Emulation {
        NONE(0),
        FLOPPY_1200K(1200 << 10),
        FLOPPY_1440K(1440 << 10),
        FLOPPY_2880K(2880 << 10),
        HARD_DISK(0);

        /** Of a floppy; 0 if the image says it itself. */
        public final int bytes;

        Emulation(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * An image that can be booted.
     *
     * @param mediaByte as it is in the catalog
     * @param loadSegment for a BIOS; 0 stands for 7C0h
     * @param systemType the type of the partition in the hard disk, or 0
     * @param loadSectors of 512 bytes, for a BIOS to load
     * @param block where the image is, in blocks of 2048 bytes
     */
    public record Entry(
            Platform platform,
            Emulation emulation,
            int mediaByte,
            int loadSegment,
            int systemType,
            int loadSectors,
            long block) {
        /** From the disc's beginning. */
        public long offset() {
            return block * BLOCK_BYTES;
        }

        /**
         * The whole image as a disk: a floppy's size, or what the catalog's sectors say, or all
         * that is left of the disc if they say 0 or 1, as UEFI has it. Empty if it does not begin
         * on the disc.
         */
        public Optional<BlockBackend> of(BlockBackend disc) {
            long left = disc.bytes() - offset();
            if (left <= 0) {
                return Optional.empty();
            }
            long said = (long) loadSectors * BlockBackend.SECTOR_BYTES;
            long bytes =
                    switch (emulation) {
                        case FLOPPY_1200K, FLOPPY_1440K, FLOPPY_2880K -> emulation.bytes;
                        case NONE -> loadSectors <= 1 ? left : said;
                        case HARD_DISK -> hardDiskBytes(disc, left);
                    };
            return Optional.of(new Slice(disc, offset(), Math.min(bytes, left)));
        }

        /** A hard disk ends where its only partition does. */
        private long hardDiskBytes(BlockBackend disc, long left) {
            long end = 0;
            Optional<Mbr> mbr = Mbr.read(new Slice(disc, offset(), left));
            if (mbr.isPresent()) {
                for (Partition partition : mbr.get().partitions()) {
                    end = Math.max(end, partition.firstSector() + partition.sectors());
                }
            }
            return end == 0 ? left : end * BlockBackend.SECTOR_BYTES;
        }
    }

    /**
     * Empty if the disc has no boot record.
     *
     * @throws BootException if it has one whose catalog is broken
     */
    public static Optional<ElTorito> read(BlockBackend disc) {
        for (int i = 0; i < MOST_DESCRIPTORS; i++) {
            long at = (long) (FIRST_DESCRIPTOR + i) * BLOCK_BYTES;
            if (at > disc.bytes() - BLOCK_BYTES) {
                return Optional.empty();
            }
            byte[] descriptor = new byte[BLOCK_BYTES];
            disc.read(at, descriptor, 0, BLOCK_BYTES);
            if (!text(descriptor, 1, "CD001") || Little.u8(descriptor, 0) == 0xFF) {
                return Optional.empty();
            }
            if (Little.u8(descriptor, 0) == 0 && text(descriptor, 7, "EL TORITO SPECIFICATION")) {
                return Optional.of(catalog(disc, Little.u32(descriptor, 0x47)));
            }
        }
        return Optional.empty();
    }

    /** The first entry for a platform that has something to boot. */
    public Optional<Entry> first(Platform platform) {
        for (Entry entry : entries) {
            if (entry.platform == platform) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    private static ElTorito catalog(BlockBackend disc, long block) {
        long offset = block * BLOCK_BYTES;
        if (offset > disc.bytes() - BLOCK_BYTES) {
            throw new BootException(
                    "the disc's boot catalog is beyond its end; fetch the image again");
        }
        byte[] catalog = new byte[(int) Math.min(CATALOG_BYTES, disc.bytes() - offset)];
        disc.read(offset, catalog, 0, catalog.length);
        if (!isValidation(catalog)) {
            throw new BootException(
                    "the disc's boot catalog does not begin as one does; fetch the image again");
        }
        List<Entry> entries = new ArrayList<>();
        Platform platform = Platform.of(Little.u8(catalog, 1));
        entry(catalog, RECORD_BYTES, platform).ifPresent(entries::add);
        int at = 2 * RECORD_BYTES;
        boolean last = false;
        while (!last && at <= catalog.length - RECORD_BYTES) {
            int indicator = Little.u8(catalog, at);
            if (indicator != HEADER_MORE && indicator != HEADER_LAST) {
                break;
            }
            last = indicator == HEADER_LAST;
            platform = Platform.of(Little.u8(catalog, at + 1));
            int left = Little.u16(catalog, at + 2);
            at += RECORD_BYTES;
            while (left > 0 && at <= catalog.length - RECORD_BYTES) {
                if (Little.u8(catalog, at) != EXTENSION) {
                    entry(catalog, at, platform).ifPresent(entries::add);
                    left--;
                }
                at += RECORD_BYTES;
            }
            while (at <= catalog.length - RECORD_BYTES && Little.u8(catalog, at) == EXTENSION) {
                at += RECORD_BYTES;
            }
        }
        return new ElTorito(block, List.copyOf(entries));
    }

    private static boolean isValidation(byte[] catalog) {
        int sum = 0;
        for (int i = 0; i < RECORD_BYTES; i += 2) {
            sum += Little.u16(catalog, i);
        }
        return Little.u8(catalog, 0) == 1
                && Little.u16(catalog, 0x1E) == 0xAA55
                && (sum & 0xFFFF) == 0;
    }

    private static Optional<Entry> entry(byte[] catalog, int at, Platform platform) {
        int media = Little.u8(catalog, at + 1);
        int emulation = media & 0xF;
        if (Little.u8(catalog, at) != BOOTABLE || emulation >= Emulation.values().length) {
            return Optional.empty();
        }
        return Optional.of(
                new Entry(
                        platform,
                        Emulation.values()[emulation],
                        media,
                        Little.u16(catalog, at + 2),
                        Little.u8(catalog, at + 4),
                        Little.u16(catalog, at + 6),
                        Little.u32(catalog, at + 8)));
    }

    private static boolean text(byte[] bytes, int at, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (bytes[at + i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
