package dev.lungo.boot.disk;

import dev.lungo.boot.BootException;
import dev.lungo.machine.BlockBackend;
import java.util.List;
import java.util.Optional;

/** How a disk is divided. */
public sealed interface PartitionTable permits Mbr, Gpt {
    /** In the order of the table. All lie inside the disk; none is empty. */
    List<? extends Partition> partitions();

    /**
     * Reads a disk's table: the GPT behind a protective MBR, or else the MBR. Empty if it has
     * neither: it is one file system, perhaps.
     *
     * @throws BootException if there is a GPT, but neither of its copies is sound
     */
    static Optional<PartitionTable> read(BlockBackend disk) {
        Optional<Mbr> mbr = Mbr.read(disk);
        if (mbr.isPresent() && mbr.get().isProtective()) {
            return Optional.of(Gpt.read(disk));
        }
        return mbr.map(found -> found);
    }

    /** The partition that UEFI's loaders are looked for in first, if there is one. */
    default Optional<Partition> efiSystem() {
        for (Partition partition : partitions()) {
            if (partition.isEfiSystem()) {
                return Optional.of(partition);
            }
        }
        return Optional.empty();
    }
}
