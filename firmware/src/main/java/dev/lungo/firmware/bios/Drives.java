package dev.lungo.firmware.bios;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.bios.Drive.Kind;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The drives of the machine by number. An image of exactly a floppy's size is one. While an El
 * Torito image is emulated, it has the number of the drive that it stands for, and others of its
 * kind move up by one.
 */
final class Drives {
    private final List<Drive> real = new ArrayList<>();
    private @Nullable Drive emulated;

    Drives(List<Board.Disk> disks) {
        int floppies = 0;
        int hardDisks = Drive.FIRST_HARD_DISK;
        int cdroms = Drive.FIRST_CDROM;
        for (Board.Disk disk : disks) {
            long bytes = disk.backend().bytes();
            Kind kind = kind(disk);
            int number =
                    switch (kind) {
                        case FLOPPY -> floppies++;
                        case HARD_DISK -> hardDisks++;
                        case CDROM -> cdroms++;
                    };
            Geometry geometry =
                    switch (kind) {
                        case FLOPPY -> Geometry.ofFloppy(bytes);
                        case HARD_DISK ->
                                Geometry.ofDisk(
                                        bytes / BlockBackend.SECTOR_BYTES, first(disk.backend()));
                        case CDROM -> new Geometry(1, 1, 1);
                    };
            real.add(new Drive(number, kind, disk.backend(), 0, bytes, geometry, disk.pciDevice()));
        }
    }

    private static Kind kind(Board.Disk disk) {
        return switch (disk.medium()) {
            case CDROM -> Kind.CDROM;
            case HARD_DISK ->
                    Geometry.isFloppy(disk.backend().bytes()) ? Kind.FLOPPY : Kind.HARD_DISK;
        };
    }

    private static byte[] first(BlockBackend disk) {
        byte[] sector = new byte[BlockBackend.SECTOR_BYTES];
        try {
            if (disk.bytes() >= sector.length) {
                disk.read(0, sector, 0, sector.length);
            }
        } catch (BackendException e) {
            return new byte[BlockBackend.SECTOR_BYTES];
        }
        return sector;
    }

    /** All of them, in the order given, without what is emulated. */
    List<Drive> real() {
        return real;
    }

    void emulate(@Nullable Drive drive) {
        emulated = drive;
    }

    @Nullable Drive emulated() {
        return emulated;
    }

    /** The drive that a program means by a number. */
    @Nullable Drive get(int number) {
        int wanted = number;
        if (emulated != null && emulated.kind() != Kind.CDROM) {
            if (number == emulated.number()) {
                return emulated;
            }
            boolean sameKind = (number ^ emulated.number()) < 0x60;
            if (sameKind && number > emulated.number()) {
                wanted--;
            }
        }
        for (Drive each : real) {
            if (each.number() == wanted) {
                return each;
            }
        }
        return null;
    }

    /** How many floppies or hard disks a program finds. */
    int count(Kind kind) {
        int count = emulated != null && emulated.kind() == kind ? 1 : 0;
        for (Drive each : real) {
            if (each.kind() == kind) {
                count++;
            }
        }
        return count;
    }
}
