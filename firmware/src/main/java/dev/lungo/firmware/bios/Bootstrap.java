package dev.lungo.firmware.bios;

import dev.lungo.boot.BootException;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.bios.Drive.Kind;
import dev.lungo.machine.BackendException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * INT 19h, which boots the next drive of the boot order, and INT 18h, by which a boot sector says
 * that it cannot. BIOS Boot Specification 1.01, "Boot Execution" (section 6.5). When no drive is
 * left, the machine ends, and the user is told what was looked for in each.
 */
final class Bootstrap {
    /** Takes where a boot program begins, in real mode, and its drive. */
    @FunctionalInterface
    interface Entry {
        void at(int segment, int offset, int drive);
    }

    private static final int BOOT_SECTOR = 0x7C00;
    private static final int SECTOR = 512;

    private final Drives drives;
    private final SafeMemory memory;
    private final CdromBoot cdromBoot;
    private final List<Medium> order;

    /** The drives still to be tried. */
    private final List<Drive> candidates = new ArrayList<>();

    private final List<String> failures = new ArrayList<>();
    private @Nullable Drive last;

    /**
     * @param order which media come first; what is not named is not booted
     */
    Bootstrap(Drives drives, SafeMemory memory, CdromBoot cdromBoot, List<Medium> order) {
        this.drives = drives;
        this.memory = memory;
        this.cdromBoot = cdromBoot;
        this.order = order;
    }

    void reset() {
        candidates.clear();
        failures.clear();
        last = null;
        for (Medium medium : order) {
            for (Drive drive : drives.real()) {
                if ((drive.kind() == Kind.CDROM) == (medium == Medium.CDROM)) {
                    candidates.add(drive);
                }
            }
        }
    }

    /** INT 19h. */
    void boot(Registers regs) {
        if (last != null) { // somebody wants to begin anew
            reset();
        }
        next(regs);
    }

    /** INT 18h. */
    void failed(Registers regs) {
        if (last != null) {
            failures.add(describe(last) + " has a boot program that gave up");
        }
        next(regs);
    }

    private void next(Registers regs) {
        while (!candidates.isEmpty()) {
            Drive drive = candidates.removeFirst();
            last = drive;
            cdromBoot.reset();
            Entry entry = (segment, offset, number) -> begin(regs, segment, offset, number);
            String failure =
                    drive.kind() == Kind.CDROM
                            ? cdromBoot.boot(drive, entry)
                            : bootSector(drive, entry);
            if (failure == null) {
                return;
            }
            failures.add(describe(drive) + " " + failure);
        }
        throw new BootException(
                failures.isEmpty()
                        ? "there is nothing to boot: give a --disk or a --cdrom"
                        : "nothing could be booted by BIOS: " + String.join("; ", failures));
    }

    private @Nullable String bootSector(Drive drive, Entry entry) {
        byte[] sector = new byte[SECTOR];
        if (!drive.has(0, 1)) {
            return "is empty";
        }
        try {
            drive.read(0, sector, SECTOR);
        } catch (BackendException e) {
            return "cannot be read: " + e.getMessage();
        }
        if ((sector[510] & 0xFF) != 0x55 || (sector[511] & 0xFF) != 0xAA) {
            return "has no boot sector, whose last bytes would be 55 AA";
        }
        boolean empty = sector[0] == 0 && sector[1] == 0 && sector[2] == 0;
        if (empty) {
            return "has a partition table, but no boot program in its first sector";
        }
        memory.write(BOOT_SECTOR, sector);
        entry.at(0, BOOT_SECTOR, drive.number());
        return null;
    }

    private String describe(Drive drive) {
        int number = drives.real().indexOf(drive) + 1;
        return (drive.kind() == Kind.CDROM ? "CD-ROM" : "disk") + " " + number;
    }

    static void begin(Registers regs, int segment, int offset, int drive) {
        regs.jump(segment, offset);
        regs.ds(0);
        regs.es(0);
        regs.stack(0, BOOT_SECTOR);
        regs.ax(0xAA55); // as others have it; means nothing
        regs.ebx(0);
        regs.ecx(0);
        regs.edx(drive);
        regs.esi(0);
        regs.edi(0);
        regs.enableInterrupts();
    }
}
