package dev.lungo.firmware.bios;

import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.bios.DiskServices.Direction;
import dev.lungo.firmware.bios.Drive.Kind;

/**
 * INT 13h, disks by sector number: AH = 41h to 4Eh. T13 1572D, "BIOS Enhanced Disk Drive Services
 * 3" (EDD-3).
 *
 * <p>Media are never locked nor ejected: there is nobody to change them.
 */
final class EnhancedDisk {
    private static final int PRESENT = 0x55AA;
    private static final int VERSION_3 = 0x30;
    private static final int FIXED_DISK_ACCESS = 1;
    private static final int REMOVABLE = 1 << 1;
    private static final int ENHANCED = 1 << 2;

    // Status in AH
    private static final int NOT_LOCKED = 0xB0;
    private static final int NOT_REMOVABLE = 0xB2;
    private static final int EJECT_FAILED = 0xB5;

    // A disk address packet: EDD-3, "Disk Address Packet"
    private static final int COUNT = 2;
    private static final int BUFFER = 4;
    private static final int SECTOR = 8;
    private static final int FLAT_BUFFER = 16;
    private static final int SHORT_PACKET = 16;
    private static final int LONG_PACKET = 24;
    private static final int MOST_SECTORS = 127;

    // Drive parameters: EDD-3, "Get Drive Parameters"
    private static final int EDD_1 = 26;
    private static final int EDD_2 = 30;
    private static final int EDD_3 = 66;
    private static final int DMA_TRANSPARENT = 1;
    private static final int GEOMETRY_VALID = 1 << 1;
    private static final int REMOVABLE_MEDIUM = 1 << 2;
    private static final int LOCKABLE = 1 << 5;
    private static final int DEVICE_PATH_KEY = 0xBEDD;
    private static final int DEVICE_PATH_BYTES = 36;
    private static final int DEVICE_PATH_AT = 30;
    private static final long MOST_CYLINDERS = 16_383;

    private final DiskServices disks;
    private final SafeMemory memory;

    EnhancedDisk(DiskServices disks, SafeMemory memory) {
        this.disks = disks;
        this.memory = memory;
    }

    void serve(Registers regs, Drive drive) {
        switch (regs.ah()) {
            case 0x41 -> present(regs, drive);
            case 0x42 -> transfer(regs, drive, Direction.READ);
            case 0x43 -> write(regs, drive);
            case 0x44 -> transfer(regs, drive, Direction.VERIFY);
            case 0x45 -> lock(regs, drive);
            case 0x46 -> eject(regs, drive);
            case 0x47 -> seek(regs, drive);
            case 0x48 -> parameters(regs, drive);
            case 0x49 -> disks.finish(regs, 0); // the medium is what it was
            case 0x4E -> configure(regs);
            default -> disks.finishUnknown(regs);
        }
    }

    private void present(Registers regs, Drive drive) {
        if (regs.bx() != PRESENT) {
            disks.finish(regs, DiskServices.BAD_COMMAND);
            return;
        }
        regs.bx(0xAA55);
        regs.cx(FIXED_DISK_ACCESS | ENHANCED | (drive.kind() == Kind.CDROM ? REMOVABLE : 0));
        disks.finish(regs, 0);
        regs.ah(VERSION_3);
    }

    private void write(Registers regs, Drive drive) {
        if (regs.al() > 2) {
            disks.finish(regs, DiskServices.BAD_COMMAND);
        } else {
            transfer(regs, drive, Direction.WRITE);
        }
    }

    private void transfer(Registers regs, Drive drive, Direction direction) {
        long packet = regs.dsSi();
        int length = memory.u8(packet);
        int count = memory.u16(packet + COUNT);
        if (length < SHORT_PACKET || count > MOST_SECTORS) {
            disks.finish(regs, DiskServices.BAD_COMMAND);
            return;
        }
        int pointer = memory.u32(packet + BUFFER);
        long at = ((long) (pointer >>> 16) << 4) + (pointer & 0xFFFF);
        if (pointer == -1) {
            if (length < LONG_PACKET) {
                disks.finish(regs, DiskServices.BAD_COMMAND);
                return;
            }
            at = memory.u64(packet + FLAT_BUFFER);
        }
        int status = disks.transfer(drive, memory.u64(packet + SECTOR), count, at, direction);
        if (status != 0) {
            memory.u16(packet + COUNT, 0); // none was transferred
        }
        disks.finish(regs, status);
    }

    private void lock(Registers regs, Drive drive) {
        if (drive.kind() != Kind.CDROM) {
            disks.finish(regs, NOT_REMOVABLE);
            return;
        }
        switch (regs.al()) {
            case 0, 2 -> { // lock, status
                regs.al(0);
                disks.finish(regs, 0);
            }
            case 1 -> disks.finish(regs, NOT_LOCKED);
            default -> disks.finish(regs, DiskServices.BAD_COMMAND);
        }
    }

    private void eject(Registers regs, Drive drive) {
        disks.finish(regs, drive.kind() == Kind.CDROM ? EJECT_FAILED : NOT_REMOVABLE);
    }

    private void seek(Registers regs, Drive drive) {
        boolean there = drive.has(memory.u64(regs.dsSi() + SECTOR), 1);
        disks.finish(regs, there ? 0 : DiskServices.SECTOR_NOT_FOUND);
    }

    private void parameters(Registers regs, Drive drive) {
        long at = regs.dsSi();
        int room = memory.u16(at);
        if (room < EDD_1) {
            disks.finish(regs, DiskServices.BAD_COMMAND);
            return;
        }
        boolean cdrom = drive.kind() == Kind.CDROM;
        Geometry geometry = drive.geometry();
        long cylinders = geometry.cylinders();
        memory.u16(at, EDD_1);
        if (cdrom) {
            memory.u16(at + 2, DMA_TRANSPARENT | REMOVABLE_MEDIUM | LOCKABLE);
            memory.u32(at + 4, -1);
            memory.u32(at + 8, -1);
            memory.u32(at + 12, -1);
        } else {
            boolean valid = cylinders <= MOST_CYLINDERS;
            memory.u16(at + 2, DMA_TRANSPARENT | (valid ? GEOMETRY_VALID : 0));
            memory.u32(at + 4, (int) Math.min(cylinders, MOST_CYLINDERS));
            memory.u32(at + 8, geometry.heads());
            memory.u32(at + 12, geometry.sectors());
        }
        memory.u64(at + 16, drive.sectors());
        memory.u16(at + 24, drive.sectorBytes());
        if (room >= EDD_2) {
            memory.u16(at, EDD_2);
            memory.u32(at + 26, -1); // no table of the drive's controller
        }
        if (room >= EDD_3) {
            memory.u16(at, EDD_3);
            memory.write(at + DEVICE_PATH_AT, devicePath(drive));
        }
        disks.finish(regs, 0);
    }

    /** EDD-3, "Device Path": a disk on a PCI function. There is no name for virtio. */
    private static byte[] devicePath(Drive drive) {
        ByteWriter out = new ByteWriter().zeros(DEVICE_PATH_BYTES);
        out.setU16(0, DEVICE_PATH_KEY).setU8(2, DEVICE_PATH_BYTES);
        setText(out, 6, "PCI ");
        setText(out, 10, "SCSI    ");
        out.setU8(18, 0).setU8(19, drive.pciDevice()).setU8(20, 0); // bus, device, function
        out.setU8(21, 0xFF); // channel: there are none
        out.checksum(0, DEVICE_PATH_BYTES, DEVICE_PATH_BYTES - 1);
        return out.toBytes();
    }

    private static void setText(ByteWriter out, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            out.setU8(at + i, text.charAt(i));
        }
    }

    /** Sets what the hardware does; whatever it is told, all is as it was. */
    private void configure(Registers regs) {
        switch (regs.al()) {
            case 0, 2, 4 -> { // prefetch, PIO mode and DMA as they are best
                regs.al(0);
                disks.finish(regs, 0);
            }
            default -> disks.finish(regs, DiskServices.BAD_COMMAND);
        }
    }
}
