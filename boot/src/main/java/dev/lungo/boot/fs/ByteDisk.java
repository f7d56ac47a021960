package dev.lungo.boot.fs;

import dev.lungo.boot.fs.VolumeException.Reason;
import dev.lungo.machine.BlockBackend;

/** A disk of bytes: what is not whole sectors is read first. A place beyond its end is an error. */
final class ByteDisk {
    private static final int SECTOR = BlockBackend.SECTOR_BYTES;

    private final BlockBackend disk;
    private final byte[] sector = new byte[SECTOR];

    ByteDisk(BlockBackend disk) {
        this.disk = disk;
    }

    BlockBackend backend() {
        return disk;
    }

    void read(long offset, byte[] into, int at, int bytes) {
        check(offset, bytes);
        int done = 0;
        while (done < bytes) {
            long from = offset + done;
            int within = (int) (from % SECTOR);
            int left = bytes - done;
            if (within == 0 && left >= SECTOR) {
                int whole = left - left % SECTOR;
                disk.read(from, into, at + done, whole);
                done += whole;
            } else {
                disk.read(from - within, sector, 0, SECTOR);
                int count = Math.min(SECTOR - within, left);
                System.arraycopy(sector, within, into, at + done, count);
                done += count;
            }
        }
    }

    void write(long offset, byte[] from, int at, int bytes) {
        check(offset, bytes);
        int done = 0;
        while (done < bytes) {
            long to = offset + done;
            int within = (int) (to % SECTOR);
            int left = bytes - done;
            if (within == 0 && left >= SECTOR) {
                int whole = left - left % SECTOR;
                disk.write(to, from, at + done, whole);
                done += whole;
            } else {
                disk.read(to - within, sector, 0, SECTOR);
                int count = Math.min(SECTOR - within, left);
                System.arraycopy(from, at + done, sector, within, count);
                disk.write(to - within, sector, 0, SECTOR);
                done += count;
            }
        }
    }

    /** Returns when all that was written before is durable, so that what follows comes after it. */
    void barrier() {
        disk.flush();
    }

    private void check(long offset, long bytes) {
        if (offset < 0 || offset > disk.bytes() - bytes) {
            throw new VolumeException(
                    Reason.CORRUPTED, "The volume goes on beyond the end of its disk.");
        }
    }
}
