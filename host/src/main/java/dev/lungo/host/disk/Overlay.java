package dev.lungo.host.disk;

import dev.lungo.machine.BlockBackend;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A disk that keeps what is written to it in a temporary file, over one that stays as it is. All
 * that was written is gone with the process.
 *
 * <p>A block, of {@value #BLOCK_BYTES} bytes, is in the file at the offset that it has on the disk
 * as soon as a byte of it has been written.
 */
final class Overlay implements BlockBackend {
    private static final int BLOCK_BYTES = 4096;

    /** How many blocks one array has the bits of: 256 MiB, of a disk that may be very large. */
    private static final int BLOCKS_PER_PIECE = 1 << 16;

    private static final int LOCKS = 64;

    private final BlockBackend base;
    private final Storage written;
    private final long bytes;

    /** A bit for each block that is in the file. */
    private final AtomicReferenceArray<@Nullable AtomicLongArray> present;

    /** A block that is being put into the file for the first time is locked. */
    private final StampedLock[] locks = new StampedLock[LOCKS];

    /**
     * @param base closed with this
     * @param written an empty file, closed with this
     */
    Overlay(BlockBackend base, Storage written) {
        this.base = base;
        this.written = written;
        bytes = base.bytes();
        present = new AtomicReferenceArray<>((int) (bytes / BLOCK_BYTES / BLOCKS_PER_PIECE) + 1);
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new StampedLock();
        }
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    private boolean isPresent(long block) {
        AtomicLongArray piece = present.get((int) (block / BLOCKS_PER_PIECE));
        int bit = (int) (block % BLOCKS_PER_PIECE);
        return piece != null && (piece.get(bit / 64) & 1L << bit) != 0;
    }

    private void setPresent(long block) {
        int index = (int) (block / BLOCKS_PER_PIECE);
        AtomicLongArray piece = present.get(index);
        if (piece == null) {
            present.compareAndSet(index, null, new AtomicLongArray(BLOCKS_PER_PIECE / 64));
            piece = present.get(index);
        }
        if (piece == null) {
            throw new AssertionError("pieces only come");
        }
        int bit = (int) (block % BLOCKS_PER_PIECE);
        long _ = piece.getAndAccumulate(bit / 64, 1L << bit, (old, more) -> old | more);
    }

    /**
     * How many bytes from here on, at most, are in blocks that are all in the file, or all not, as
     * the first one was found.
     */
    private int run(long offset, int most, boolean isPresent) {
        long end = (offset / BLOCK_BYTES + 1) * BLOCK_BYTES;
        while (end < offset + most && isPresent(end / BLOCK_BYTES) == isPresent) {
            end += BLOCK_BYTES;
        }
        return (int) Math.min(most, end - offset);
    }

    @Override
    public void read(long offset, byte[] into, int at, int count) {
        Sectors.check(this, offset, count);
        int done = 0;
        while (done < count) {
            long here = offset + done;
            // A block that comes meanwhile is one that is written while it is read: either will do.
            boolean isHere = isPresent(here / BLOCK_BYTES);
            int piece = run(here, count - done, isHere);
            if (isHere) {
                written.read(here, into, at + done, piece);
            } else {
                base.read(here, into, at + done, piece);
            }
            done += piece;
        }
    }

    @Override
    public void write(long offset, byte[] from, int at, int count) {
        Sectors.checkWritable(this, offset, count);
        int done = 0;
        while (done < count) {
            long here = offset + done;
            int piece;
            if (isPresent(here / BLOCK_BYTES)) {
                piece = run(here, count - done, /* isPresent= */ true);
                written.write(here, from, at + done, piece);
            } else {
                piece = (int) Math.min(count - done, BLOCK_BYTES - here % BLOCK_BYTES);
                writeFirst(here, from, at + done, piece);
            }
            done += piece;
        }
    }

    /** Writes into a block that may not be in the file yet. */
    private void writeFirst(long offset, byte[] from, int at, int count) {
        long block = offset / BLOCK_BYTES;
        StampedLock lock = locks[(int) block & LOCKS - 1];
        long stamp = lock.writeLock();
        try {
            if (count == BLOCK_BYTES || isPresent(block)) {
                written.write(offset, from, at, count);
            } else {
                byte[] whole = new byte[BLOCK_BYTES];
                long start = block * BLOCK_BYTES;
                base.read(start, whole, 0, (int) Math.min(BLOCK_BYTES, bytes - start));
                System.arraycopy(from, at, whole, (int) (offset - start), count);
                written.write(start, whole, 0, BLOCK_BYTES);
            }
            setPresent(block);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Nothing here outlives the process, and so nothing has to outlive the power. */
    @Override
    public void flush() {}

    @Override
    public void discard(long offset, long count) {
        Sectors.checkWritable(this, offset, count);
        long from = (offset + BLOCK_BYTES - 1) / BLOCK_BYTES;
        long to = (offset + count) / BLOCK_BYTES;
        long run = from;
        for (long block = from; block <= to; block++) {
            if (block == to || !isPresent(block)) {
                if (block > run) {
                    written.punch(run * BLOCK_BYTES, (block - run) * BLOCK_BYTES);
                }
                run = block + 1;
            }
        }
    }

    @Override
    public void writeZeroes(long offset, long count, boolean mayUnmap) {
        Sectors.checkWritable(this, offset, count);
        long here = offset;
        while (here < offset + count) {
            int piece = (int) Math.min(offset + count - here, BLOCK_BYTES - here % BLOCK_BYTES);
            if (piece == BLOCK_BYTES) {
                zeroBlock(here / BLOCK_BYTES);
            } else {
                write(here, new byte[piece], 0, piece);
            }
            here += piece;
        }
    }

    private void zeroBlock(long block) {
        StampedLock lock = locks[(int) block & LOCKS - 1];
        long stamp = lock.writeLock();
        try {
            if (isPresent(block)) {
                written.punch(block * BLOCK_BYTES, BLOCK_BYTES);
            }
            setPresent(block); // as a hole
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    @Override
    public void close() {
        written.close();
        base.close();
    }
}
