package dev.lungo.firmware.bios;

import dev.lungo.firmware.bios.Drive.Kind;
import dev.lungo.machine.BackendException;
import org.jspecify.annotations.Nullable;

/**
 * Booting from a CD-ROM, and INT 13h, AH = 4Ah to 4Dh. Phoenix and IBM, "El Torito" Bootable CD-ROM
 * Format Specification 1.0.
 *
 * <p>The initial entry of the catalog is booted; section headers are left to who reads them.
 */
final class ElTorito {
    private static final int SECTOR = Drive.CD_SECTOR_BYTES;
    private static final int BOOT_RECORD = 17;
    private static final String BOOT_RECORD_TEXT = "\0CD001\1EL TORITO SPECIFICATION";
    private static final int CATALOG_POINTER = 0x47;

    // The validation entry, and the initial entry behind it
    private static final int KEY = 0x1E;
    private static final int INITIAL = 0x20;
    private static final int BOOTABLE = 0x88;
    private static final int MEDIA_TYPE = 0xF;
    private static final int DEFAULT_SEGMENT = 0x07C0;

    private static final int PACKET_BYTES = 0x13;
    private static final int MOST_LOADED = 0x9_0000;

    /**
     * A catalog's initial entry.
     *
     * @param mediaType 0 for no emulation, 1 to 3 for floppies, 4 for a hard disk
     * @param sectors how many of 512 bytes are loaded
     * @param lba where the image is, in sectors of 2048 bytes
     */
    private record Entry(
            Drive cdrom,
            long catalog,
            int mediaType,
            int segment,
            int sectors,
            long lba,
            int number) {}

    private final Drives drives;
    private final SafeMemory memory;
    private final Bda bda;
    private @Nullable Entry booted;

    ElTorito(Drives drives, SafeMemory memory, Bda bda) {
        this.drives = drives;
        this.memory = memory;
        this.bda = bda;
    }

    void reset() {
        booted = null;
        drives.emulate(null);
    }

    /**
     * Loads what a CD-ROM boots.
     *
     * @param began is told where it begins
     * @return why it does not, or null
     */
    @Nullable String boot(Drive cdrom, Bootstrap.Entry began) {
        try {
            return load(cdrom, began);
        } catch (BackendException e) {
            return "cannot be read: " + e.getMessage();
        }
    }

    private @Nullable String load(Drive cdrom, Bootstrap.Entry began) {
        byte[] record = sector(cdrom, BOOT_RECORD);
        for (int i = 0; i < BOOT_RECORD_TEXT.length(); i++) {
            if (record[i] != BOOT_RECORD_TEXT.charAt(i)) {
                return "has no El Torito boot record in sector 17";
            }
        }
        long catalogAt = u32(record, CATALOG_POINTER);
        byte[] catalog = sector(cdrom, catalogAt);
        if (catalog[0] != 1 || u16(catalog, KEY) != 0xAA55 || !sumsToZero(catalog)) {
            return "has no valid El Torito catalog in sector " + catalogAt;
        }
        if ((catalog[INITIAL] & 0xFF) != BOOTABLE) {
            return "has an El Torito catalog whose initial entry is not bootable";
        }
        int segment = u16(catalog, INITIAL + 2);
        int mediaType = catalog[INITIAL + 1] & MEDIA_TYPE;
        int sectors = u16(catalog, INITIAL + 6);
        int number =
                switch (mediaType) {
                    case 0 -> cdrom.number();
                    case 4 -> Drive.FIRST_HARD_DISK;
                    default -> 0;
                };
        Entry entry =
                new Entry(
                        cdrom,
                        catalogAt,
                        mediaType,
                        segment == 0 ? DEFAULT_SEGMENT : segment,
                        mediaType == 0 ? Math.max(sectors, 1) : 1,
                        u32(catalog, INITIAL + 8),
                        number);
        return start(entry, began);
    }

    private @Nullable String start(Entry entry, Bootstrap.Entry began) {
        Drive cdrom = entry.cdrom;
        int bytes = Math.min(512 * entry.sectors, MOST_LOADED);
        long from = entry.lba * SECTOR;
        long load = (long) entry.segment << 4;
        if (entry.mediaType > 4 || from > cdrom.bytes() - bytes || !memory.contains(load, bytes)) {
            return "has an El Torito entry that leads nowhere";
        }
        byte[] image = new byte[bytes];
        cdrom.backend().read(from, image, 0, bytes);
        drives.emulate(entry.mediaType == 0 ? null : emulated(entry, image));
        memory.write(load, image);
        booted = entry;
        began.at(entry.segment, 0, entry.number);
        return null;
    }

    /** The image as a drive; its own geometry is what its type says. */
    private static Drive emulated(Entry entry, byte[] first) {
        long from = entry.lba * SECTOR;
        long rest = entry.cdrom.bytes() - from;
        Geometry geometry =
                switch (entry.mediaType) {
                    case 1 -> new Geometry(80, 2, 15);
                    case 2 -> new Geometry(80, 2, 18);
                    case 3 -> new Geometry(80, 2, 36);
                    default -> Geometry.ofDisk(rest / 512, first);
                };
        long all = 512L * geometry.cylinders() * geometry.heads() * geometry.sectors();
        return new Drive(
                entry.number,
                entry.mediaType == 4 ? Kind.HARD_DISK : Kind.FLOPPY,
                entry.cdrom.backend(),
                from,
                Math.min(rest, all),
                geometry,
                entry.cdrom.pciDevice());
    }

    void serve(Registers regs) {
        Entry entry = booted;
        switch (regs.ah()) {
            case 0x4B -> {
                if (entry == null || regs.al() > 1) {
                    finish(regs, DiskServices.BAD_COMMAND);
                    return;
                }
                writePacket(regs.dsSi(), entry);
                if (regs.al() == 0) {
                    drives.emulate(null);
                }
                finish(regs, 0);
            }
            case 0x4D -> catalog(regs, entry);
            default -> { // initiate emulation of any image, with or without a boot
                regs.unknown();
                finish(regs, DiskServices.BAD_COMMAND);
            }
        }
    }

    /** "Specification Packet" (figure 8). */
    private void writePacket(long at, Entry entry) {
        memory.u8(at, PACKET_BYTES);
        memory.u8(at + 1, entry.mediaType);
        memory.u8(at + 2, entry.number);
        memory.u8(at + 3, 0); // controller
        memory.u32(at + 4, (int) entry.lba);
        memory.u16(at + 8, 0); // device
        memory.u16(at + 10, 0); // the caller's buffer
        memory.u16(at + 12, entry.segment);
        memory.u16(at + 14, entry.sectors);
        Drive drive = drives.emulated();
        Geometry geometry = drive == null ? new Geometry(0, 0, 0) : drive.geometry();
        int lastCylinder = Math.max(geometry.cylindersTold() - 1, 0);
        memory.u8(at + 16, lastCylinder);
        memory.u8(at + 17, lastCylinder >> 2 & 0xC0 | geometry.sectors());
        memory.u8(at + 18, Math.max(geometry.heads() - 1, 0));
    }

    /** Sectors of the catalog, by a packet at DS:SI: count, buffer, first one. */
    private void catalog(Registers regs, @Nullable Entry entry) {
        if (entry == null || regs.al() != 0) {
            finish(regs, DiskServices.BAD_COMMAND);
            return;
        }
        int count = memory.u8(regs.dsSi() + 1);
        int pointer = memory.u32(regs.dsSi() + 2);
        int first = memory.u16(regs.dsSi() + 6);
        long to = ((long) (pointer >>> 16) << 4) + (pointer & 0xFFFF);
        try {
            for (int i = 0; i < count; i++) {
                memory.write(
                        to + (long) SECTOR * i, sector(entry.cdrom, entry.catalog + first + i));
            }
            finish(regs, 0);
        } catch (BackendException e) {
            finish(regs, DiskServices.CONTROLLER_FAILURE);
        }
    }

    private void finish(Registers regs, int status) {
        bda.u8(Bda.DISK_STATUS, status);
        regs.ah(status);
        regs.carry(status != 0);
    }

    /** All zero where the disc has ended. */
    private static byte[] sector(Drive cdrom, long number) {
        byte[] bytes = new byte[SECTOR];
        if (cdrom.has(number, 1)) {
            cdrom.read(number, bytes, SECTOR);
        }
        return bytes;
    }

    private static boolean sumsToZero(byte[] catalog) {
        int sum = 0;
        for (int i = 0; i < INITIAL; i += 2) {
            sum += u16(catalog, i);
        }
        return (sum & 0xFFFF) == 0;
    }

    private static int u16(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }

    private static long u32(byte[] bytes, int at) {
        return u16(bytes, at) | (long) u16(bytes, at + 2) << 16;
    }
}
