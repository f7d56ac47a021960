package dev.lungo.firmware.bios;

import dev.lungo.boot.BootException;
import dev.lungo.boot.disk.ElTorito;
import dev.lungo.boot.disk.ElTorito.Emulation;
import dev.lungo.boot.disk.ElTorito.Platform;
import dev.lungo.firmware.bios.Drive.Kind;
import dev.lungo.machine.BackendException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Booting from a CD-ROM, and INT 13h, AH = 4Ah to 4Dh. Phoenix and IBM, "El Torito" Bootable CD-ROM
 * Format Specification 1.0.
 *
 * <p>The first entry of the catalog is booted that is for this platform.
 */
final class CdromBoot {
    private static final int SECTOR = Drive.CD_SECTOR_BYTES;
    private static final int MEDIA_TYPE = 0xF;
    private static final int DEFAULT_SEGMENT = 0x07C0;

    private static final int NO_EMULATION = 0; // media types
    private static final int HARD_DISK = 4;

    private static final int PACKET_BYTES = 0x13;
    private static final int DEVICE = 8; // which CD-ROM, in a packet
    private static final int MOST_LOADED = 0x9_0000;

    /**
     * The catalog's entry that was booted.
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
            int number) {
        static Entry of(Drive cdrom, long catalog, ElTorito.Entry image) {
            Emulation emulation = image.emulation();
            int number =
                    switch (emulation) {
                        case NONE -> cdrom.number();
                        case HARD_DISK -> Drive.FIRST_HARD_DISK;
                        case FLOPPY_1200K, FLOPPY_1440K, FLOPPY_2880K -> 0;
                    };
            return new Entry(
                    cdrom,
                    catalog,
                    image.mediaByte() & MEDIA_TYPE,
                    image.loadSegment() == 0 ? DEFAULT_SEGMENT : image.loadSegment(),
                    emulation == Emulation.NONE ? Math.max(image.loadSectors(), 1) : 1,
                    image.block(),
                    number);
        }
    }

    private final Drives drives;
    private final SafeMemory memory;
    private final Bda bda;
    private @Nullable Entry booted;

    CdromBoot(Drives drives, SafeMemory memory, Bda bda) {
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
        Optional<ElTorito> read;
        try {
            read = ElTorito.read(cdrom.backend());
        } catch (BootException e) {
            return "has a broken El Torito catalog";
        }
        if (read.isEmpty()) {
            return "has no El Torito boot record";
        }
        var image = read.get().first(Platform.X86);
        if (image.isEmpty()) {
            return "has an El Torito catalog with nothing for a BIOS";
        }
        return start(Entry.of(cdrom, read.get().block(), image.get()), began);
    }

    private @Nullable String start(Entry entry, Bootstrap.Entry began) {
        Drive cdrom = entry.cdrom;
        int bytes = Math.min(512 * entry.sectors, MOST_LOADED);
        long from = entry.lba * SECTOR;
        long load = (long) entry.segment << 4;
        if (from > cdrom.bytes() - bytes || !memory.contains(load, bytes)) {
            return "has an El Torito entry that leads nowhere";
        }
        byte[] image = new byte[bytes];
        cdrom.backend().read(from, image, 0, bytes);
        drives.emulate(entry.mediaType == NO_EMULATION ? null : emulated(entry, image));
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
                entry.mediaType == HARD_DISK ? Kind.HARD_DISK : Kind.FLOPPY,
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
            default -> initiate(regs, regs.ah() == 0x4C);
        }
    }

    /** "Initiate Disk Emulation" by a packet at DS:SI, "and Boot" where that is wanted. */
    private void initiate(Registers regs, boolean boot) {
        Entry entry = regs.al() == 0 ? readPacket(regs.dsSi()) : null;
        if (entry == null) {
            finish(regs, DiskServices.BAD_COMMAND);
            return;
        }
        try {
            String failure =
                    boot
                            ? start(entry, (s, o, drive) -> Bootstrap.begin(regs, s, o, drive))
                            : emulate(entry);
            if (failure != null) {
                finish(regs, DiskServices.SECTOR_NOT_FOUND);
            } else if (!boot) { // what has begun has registers of its own
                finish(regs, 0);
            }
        } catch (BackendException e) {
            finish(regs, DiskServices.CONTROLLER_FAILURE);
        }
    }

    /** The image that a packet describes, or null if there is none such. */
    private @Nullable Entry readPacket(long at) {
        Drive cdrom = drives.get(Drive.FIRST_CDROM + memory.u16(at + DEVICE) & 0xFF);
        int mediaType = memory.u8(at + 1) & MEDIA_TYPE;
        if (memory.u8(at) < PACKET_BYTES
                || cdrom == null
                || cdrom.kind() != Kind.CDROM
                || mediaType > HARD_DISK) {
            return null;
        }
        int segment = memory.u16(at + 12);
        int number =
                switch (mediaType) {
                    case NO_EMULATION -> cdrom.number();
                    case HARD_DISK -> Drive.FIRST_HARD_DISK;
                    default -> 0;
                };
        Entry now = booted;
        return new Entry(
                cdrom,
                now == null ? 0 : now.catalog,
                mediaType,
                segment == 0 ? DEFAULT_SEGMENT : segment,
                Math.max(memory.u16(at + 14), 1),
                memory.u32(at + 4) & 0xFFFF_FFFFL,
                number);
    }

    private @Nullable String emulate(Entry entry) {
        long from = entry.lba * SECTOR;
        if (entry.mediaType == NO_EMULATION || from > entry.cdrom.bytes() - SECTOR) {
            return "cannot be emulated";
        }
        byte[] first = new byte[SECTOR];
        entry.cdrom.backend().read(from, first, 0, SECTOR);
        drives.emulate(emulated(entry, first));
        booted = entry;
        return null;
    }

    /** "Specification Packet" (figure 8). */
    private void writePacket(long at, Entry entry) {
        memory.u8(at, PACKET_BYTES);
        memory.u8(at + 1, entry.mediaType);
        memory.u8(at + 2, entry.number);
        memory.u8(at + 3, 0); // controller
        memory.u32(at + 4, (int) entry.lba);
        memory.u16(at + DEVICE, entry.cdrom.number() - Drive.FIRST_CDROM);
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
}
