package dev.lungo.boot.fs;

import dev.lungo.machine.BlockBackend;
import java.util.Optional;
import java.util.function.Supplier;

/** Which file system a disk has. */
public final class Volumes {
    private Volumes() {}

    /**
     * Opens a disk or partition. Empty if it has no file system that is known here.
     *
     * @param clock what the time is, for what is written
     */
    public static Optional<Volume> open(BlockBackend disk, Supplier<FileTime> clock) {
        Optional<FatGeometry> fat = FatGeometry.read(disk);
        return fat.isPresent()
                ? Optional.of(new FatVolume(disk, fat.get(), clock))
                : IsoVolume.open(disk).map(found -> found);
    }
}
