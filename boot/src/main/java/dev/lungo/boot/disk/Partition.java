package dev.lungo.boot.disk;

import dev.lungo.boot.Guid;
import dev.lungo.machine.BlockBackend;

/** A piece of a disk that its partition table names. Places are in sectors of 512 bytes. */
public sealed interface Partition {
    /** From 1 on, as operating systems count them. */
    int number();

    long firstSector();

    long sectors();

    /** Whether UEFI's loaders are looked for in it. */
    boolean isEfiSystem();

    /** Where the table's entry for it is on the disk, in bytes. */
    long entryOffset();

    /** The partition as a disk. That it lies inside was checked when the table was read. */
    default BlockBackend of(BlockBackend disk) {
        return new Slice(
                disk,
                firstSector() * BlockBackend.SECTOR_BYTES,
                sectors() * BlockBackend.SECTOR_BYTES);
    }

    /**
     * A partition of a master boot record: 1 to 4 are its own, from 5 on those inside an extended
     * one.
     *
     * @param isActive its boot indicator is 80h
     */
    record OfMbr(
            int number,
            boolean isActive,
            int type,
            long firstSector,
            long sectors,
            long entryOffset)
            implements Partition {
        static final int EFI_SYSTEM = 0xEF;

        @Override
        public boolean isEfiSystem() {
            return type == EFI_SYSTEM;
        }
    }

    /** A partition of a GUID Partition Table. */
    record OfGpt(
            int number,
            Guids guids,
            long attributes,
            String name,
            long firstSector,
            long sectors,
            long entryOffset)
            implements Partition {
        @Override
        public boolean isEfiSystem() {
            return guids.type().equals(Gpt.EFI_SYSTEM_PARTITION);
        }
    }

    /** What kind of partition it is, and which. */
    record Guids(Guid type, Guid unique) {}
}
