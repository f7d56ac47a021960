package dev.lungo.firmware.bios;

import dev.lungo.firmware.bios.Drive.Kind;
import dev.lungo.machine.BackendException;
import org.jspecify.annotations.Nullable;

/**
 * INT 13h, disks by cylinder, head and sector: AH = 00h to 18h. IBM PS/2 and PC BIOS Interface
 * Technical Reference, "Interrupt 13H". {@link EnhancedDisk} has the functions from 41h on, {@link
 * CdromBoot} those from 4Ah on.
 *
 * <p>Formatting writes zeros to a track of a floppy, and is refused for others, as are the
 * diagnostics.
 */
final class DiskServices implements Service {
    // Status in AH
    static final int BAD_COMMAND = 0x01;
    static final int WRITE_PROTECTED = 0x03;
    static final int SECTOR_NOT_FOUND = 0x04;
    static final int BAD_ADDRESS = 0x09;
    static final int CONTROLLER_FAILURE = 0x20;
    static final int NOT_READY = 0x80;

    /** A transfer crosses the host in pieces of this many bytes. */
    private static final int PIECE = 1 << 16;

    private final Drives drives;
    private final SafeMemory memory;
    private final Bda bda;
    private final EnhancedDisk enhanced;
    private final CdromBoot cdromBoot;

    DiskServices(Drives drives, SafeMemory memory, Bda bda, CdromBoot cdromBoot) {
        this.drives = drives;
        this.memory = memory;
        this.bda = bda;
        this.cdromBoot = cdromBoot;
        enhanced = new EnhancedDisk(this, memory);
    }

    @Override
    public void serve(Registers regs) {
        int function = regs.ah();
        if (function >= 0x4A && function <= 0x4D) {
            cdromBoot.serve(regs);
            return;
        }
        Drive drive = drives.get(regs.dl());
        if (function == 0x01) {
            int status = bda.u8(statusField(regs));
            regs.ah(status);
            regs.carry(status != 0);
            return;
        }
        if (drive == null) {
            serveMissing(regs);
        } else if (function >= 0x41 && function <= 0x4E) {
            enhanced.serve(regs, drive);
        } else if (drive.kind() == Kind.CDROM) {
            finishUnknown(regs);
        } else {
            serve(regs, drive);
        }
    }

    private void serveMissing(Registers regs) {
        switch (regs.ah()) {
            case 0x00 -> finish(regs, 0); // a controller is there if its drives are not
            case 0x08 -> {
                regs.cx(0);
                regs.dx(0);
                finish(regs, 0x07);
            }
            case 0x15 -> {
                regs.ah(0); // no such drive
                regs.carry(false);
            }
            default -> finish(regs, BAD_COMMAND);
        }
    }

    private void serve(Registers regs, Drive drive) {
        switch (regs.ah()) {
            case 0x00, 0x0D, 0x11 -> finish(regs, 0); // reset, recalibrate
            case 0x02 -> transfer(regs, drive, Direction.READ);
            case 0x03 -> transfer(regs, drive, Direction.WRITE);
            case 0x04 -> transfer(regs, drive, Direction.VERIFY);
            case 0x05 -> format(regs, drive);
            case 0x08 -> parameters(regs, drive);
            case 0x09, 0x10, 0x14 -> finish(regs, 0); // initialise, test ready, diagnose
            case 0x0C -> seek(regs, drive);
            case 0x15 -> type(regs, drive);
            case 0x16 -> changeLine(regs, drive);
            case 0x17, 0x18 -> mediaType(regs, drive);
            default -> finishUnknown(regs);
        }
    }

    /** Which way a transfer goes. */
    enum Direction {
        READ,
        WRITE,
        VERIFY
    }

    private void transfer(Registers regs, Drive drive, Direction direction) {
        int count = regs.al();
        long sector = address(regs, drive);
        int status;
        if (count == 0) {
            status = BAD_COMMAND;
        } else if (sector < 0) {
            status = SECTOR_NOT_FOUND;
        } else {
            status = transfer(drive, sector, count, regs.esBx(), direction);
        }
        if (status != 0) {
            regs.al(0); // none was transferred
        }
        finish(regs, status);
    }

    private static long address(Registers regs, Drive drive) {
        int cylinder = regs.ch() | (regs.cl() & 0xC0) << 2;
        return drive.geometry().lba(cylinder, regs.dh(), regs.cl() & 0x3F);
    }

    /**
     * Copies whole sectors between a drive and memory.
     *
     * @return a status for AH
     */
    int transfer(Drive drive, long sector, int count, long at, Direction direction) {
        if (!drive.has(sector, count)) {
            return SECTOR_NOT_FOUND;
        }
        int bytes = count * drive.sectorBytes();
        if (direction != Direction.VERIFY && !memory.contains(at, bytes)) {
            return BAD_ADDRESS;
        }
        if (direction == Direction.WRITE && drive.isReadOnly()) {
            return WRITE_PROTECTED;
        }
        byte[] piece = new byte[Math.min(bytes, PIECE)];
        try {
            for (int done = 0; done < bytes; done += piece.length) {
                int length = Math.min(piece.length, bytes - done);
                copy(
                        drive,
                        sector + done / drive.sectorBytes(),
                        at + done,
                        piece,
                        length,
                        direction);
            }
        } catch (BackendException e) {
            return CONTROLLER_FAILURE;
        }
        return 0;
    }

    private void copy(
            Drive drive, long sector, long at, byte[] piece, int bytes, Direction direction) {
        switch (direction) {
            case READ -> {
                drive.read(sector, piece, bytes);
                memory.write(at, piece, 0, bytes);
            }
            case WRITE -> {
                System.arraycopy(memory.read(at, bytes), 0, piece, 0, bytes);
                drive.write(sector, piece, bytes);
            }
            case VERIFY -> drive.read(sector, piece, bytes);
        }
    }

    private void format(Registers regs, Drive drive) {
        if (drive.kind() != Kind.FLOPPY) {
            finishUnknown(regs);
            return;
        }
        long sector = drive.geometry().lba(regs.ch(), regs.dh(), 1);
        int count = drive.geometry().sectors();
        if (sector < 0 || !drive.has(sector, count)) {
            finish(regs, SECTOR_NOT_FOUND);
        } else if (drive.isReadOnly()) {
            finish(regs, WRITE_PROTECTED);
        } else {
            try {
                byte[] zeros = new byte[count * drive.sectorBytes()];
                drive.write(sector, zeros, zeros.length);
                finish(regs, 0);
            } catch (BackendException e) {
                finish(regs, CONTROLLER_FAILURE);
            }
        }
    }

    private void parameters(Registers regs, Drive drive) {
        Geometry geometry = drive.geometry();
        int lastCylinder = geometry.cylindersTold() - 1;
        regs.al(0);
        regs.ch(lastCylinder);
        regs.cl(lastCylinder >> 2 & 0xC0 | geometry.sectors());
        regs.dh(geometry.heads() - 1);
        regs.dl(drives.count(drive.kind()));
        if (drive.kind() == Kind.FLOPPY) {
            regs.bx(floppyType(geometry));
            regs.es(Layout.SEGMENT);
            regs.di(Layout.DISKETTE_PARAMETERS);
        }
        finish(regs, 0);
    }

    /** As in CMOS: 360K, 1.2M, 720K, 1.44M, 2.88M. */
    private static int floppyType(Geometry geometry) {
        return switch (geometry.sectors()) {
            case 15 -> 2;
            case 18 -> 4;
            case 36 -> 5;
            default -> geometry.cylinders() == 80 ? 3 : 1;
        };
    }

    private void seek(Registers regs, Drive drive) {
        int cylinder = regs.ch() | (regs.cl() & 0xC0) << 2;
        finish(regs, cylinder < drive.geometry().cylinders() ? 0 : 0x40);
    }

    private void type(Registers regs, Drive drive) {
        if (drive.kind() == Kind.FLOPPY) {
            regs.ah(1); // without a change line
        } else {
            long sectors = Math.min(drive.sectors(), 0xFFFF_FFFFL);
            regs.cx((int) (sectors >> 16));
            regs.dx((int) sectors);
            regs.ah(3);
        }
        regs.carry(false);
    }

    private void changeLine(Registers regs, Drive drive) {
        if (drive.kind() == Kind.FLOPPY) {
            finish(regs, 0);
        } else {
            finishUnknown(regs);
        }
    }

    /** The only medium that a drive of ours takes is the one in it. */
    private void mediaType(Registers regs, Drive drive) {
        if (drive.kind() != Kind.FLOPPY) {
            finishUnknown(regs);
            return;
        }
        if (regs.ah() == 0x18) {
            int wantedSectors = regs.cl() & 0x3F;
            if (wantedSectors != drive.geometry().sectors()
                    || regs.ch() != drive.geometry().cylinders() - 1) {
                finish(regs, 0x0C);
                return;
            }
            regs.es(Layout.SEGMENT);
            regs.di(Layout.DISKETTE_PARAMETERS);
        }
        finish(regs, 0);
    }

    /** Status in AH and in the BIOS data area, where function 01h finds it. */
    void finish(Registers regs, int status) {
        bda.u8(statusField(regs), status);
        regs.ah(status);
        regs.carry(status != 0);
    }

    void finishUnknown(Registers regs) {
        regs.unknown();
        finish(regs, BAD_COMMAND);
    }

    private static int statusField(Registers regs) {
        return regs.dl() < Drive.FIRST_HARD_DISK ? Bda.FLOPPY_STATUS : Bda.DISK_STATUS;
    }

    @Nullable Drive drive(int number) {
        return drives.get(number);
    }
}
