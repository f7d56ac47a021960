package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;

/** What all disks check of requests. */
final class Sectors {
    private Sectors() {}

    static long roundUp(long bytes) {
        return bytes + BlockBackend.SECTOR_BYTES - 1 & -BlockBackend.SECTOR_BYTES;
    }

    /** That a request lies in the disk. */
    static void check(BlockBackend disk, long offset, long count) {
        if (offset < 0 || count < 0 || offset > disk.bytes() || count > disk.bytes() - offset) {
            throw new BackendException(
                    "A disk of " + disk.bytes() + " bytes has no " + count + " at " + offset + ".");
        }
    }

    static void checkWritable(BlockBackend disk, long offset, long count) {
        if (disk.isReadOnly()) {
            throw new BackendException("The disk is read-only.");
        }
        check(disk, offset, count);
    }
}
