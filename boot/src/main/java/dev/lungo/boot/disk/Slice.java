package dev.lungo.boot.disk;

import dev.lungo.machine.BlockBackend;

/**
 * A piece of a disk as a disk of its own: a partition, or the image that a boot catalog names.
 *
 * @param start in bytes, from the disk's beginning
 * @param bytes a multiple of the sector size
 */
public record Slice(BlockBackend disk, long start, long bytes) implements BlockBackend {
    public Slice {
        if (start < 0 || bytes < 0 || bytes % SECTOR_BYTES != 0 || start > disk.bytes() - bytes) {
            throw new IllegalArgumentException("a slice of " + bytes + " bytes at " + start);
        }
    }

    @Override
    public boolean isReadOnly() {
        return disk.isReadOnly();
    }

    @Override
    public void read(long offset, byte[] into, int at, int count) {
        disk.read(inside(offset, count), into, at, count);
    }

    @Override
    public void write(long offset, byte[] from, int at, int count) {
        disk.write(inside(offset, count), from, at, count);
    }

    @Override
    public void flush() {
        disk.flush();
    }

    @Override
    public void discard(long offset, long count) {
        disk.discard(inside(offset, count), count);
    }

    @Override
    public void writeZeroes(long offset, long count, boolean mayUnmap) {
        disk.writeZeroes(inside(offset, count), count, mayUnmap);
    }

    /** Does nothing: the disk is somebody else's. */
    @Override
    public void close() {}

    private long inside(long offset, long count) {
        if (offset < 0 || count < 0 || offset > bytes - count) {
            throw new IllegalArgumentException(count + " bytes at " + offset + " of " + this);
        }
        return start + offset;
    }
}
