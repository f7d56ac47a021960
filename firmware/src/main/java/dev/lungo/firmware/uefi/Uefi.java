package dev.lungo.firmware.uefi;

import dev.lungo.boot.BootException;
import dev.lungo.boot.disk.ElTorito;
import dev.lungo.boot.disk.PartitionTable;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Firmware;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.uefi.manager.GivenKernel;
import dev.lungo.firmware.uefi.variables.VariableStore;
import dev.lungo.machine.BackendException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Unified Extensible Firmware Interface. UEFI 2.10; a {@link Session} is what there is of it
 * between two resets, variables outlive those.
 */
public final class Uefi implements Firmware {
    /**
     * What the user wants.
     *
     * @param bootOrder which media are looked at, the first first
     * @param report who called what
     * @param variables what was kept of the last time
     * @param entropy fills an array with random bytes
     * @param kernel what is to be started before all that media have, if anything
     */
    public record Settings(
            List<Medium> bootOrder,
            Report report,
            VariableStore variables,
            Consumer<byte[]> entropy,
            Optional<GivenKernel> kernel) {
        public Settings {
            bootOrder = List.copyOf(bootOrder);
        }
    }

    private final Board board;
    private final Settings settings;
    private int resets;
    private @Nullable Session session;

    public Uefi(Board board, Settings settings) {
        this.board = board;
        this.settings = settings;
    }

    /** Whether a disk of this board has a partition or an image that is meant for UEFI. */
    public static boolean isFor(Board board) {
        for (Board.Disk disk : board.disks()) {
            if (isFor(disk)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFor(Board.Disk disk) {
        try {
            Optional<PartitionTable> table = PartitionTable.read(disk.backend());
            if (table.isPresent() && table.get().efiSystem().isPresent()) {
                return true;
            }
            return disk.medium() == Medium.CDROM
                    && ElTorito.read(disk.backend())
                            .flatMap(catalog -> catalog.first(ElTorito.Platform.EFI))
                            .isPresent();
        } catch (BootException | BackendException _) {
            return false; // whoever starts from it will say what is wrong
        }
    }

    @Override
    public void start() {
        if (session != null) {
            session.end();
        }
        settings.variables().reset();
        try {
            session = new Session(board, settings, resets++);
        } catch (OutOfResources _) {
            throw new BootException(
                    "UEFI does not fit into so little memory; give the machine more");
        }
        session.begin();
    }

    @Override
    public void call(int cpu) {
        if (session != null) {
            session.call(cpu);
        }
    }
}
