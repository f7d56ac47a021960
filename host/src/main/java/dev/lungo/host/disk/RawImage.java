package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;

/**
 * A disk whose every byte is a byte of a file or a block device. What the last sector has beyond
 * the end of the file reads as zeroes.
 */
final class RawImage implements BlockBackend {
    private final Storage storage;
    private final boolean readOnly;
    private final long bytes;

    /** Whether the format was not named but recognised. */
    private final boolean probed;

    RawImage(Storage storage, boolean readOnly, boolean probed) {
        this.storage = storage;
        this.readOnly = readOnly;
        this.probed = probed;
        bytes = Sectors.roundUp(storage.bytes());
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public void read(long offset, byte[] into, int at, int count) {
        Sectors.check(this, offset, count);
        storage.read(offset, into, at, count);
    }

    @Override
    public void write(long offset, byte[] from, int at, int count) {
        Sectors.checkWritable(this, offset, count);
        if (probed && offset == 0 && ImageFormat.of(from, at, count) != ImageFormat.RAW) {
            throw new BackendException(
                    storage
                            + " would no longer be taken for a raw image if this were written; say"
                            + " format=raw if that is what it is.");
        }
        storage.write(offset, from, at, count);
    }

    @Override
    public void flush() {
        storage.flush();
    }

    @Override
    public void discard(long offset, long count) {
        Sectors.checkWritable(this, offset, count);
        if (count != 0) {
            storage.punch(offset, count);
        }
    }

    @Override
    public void writeZeroes(long offset, long count, boolean mayUnmap) {
        Sectors.checkWritable(this, offset, count);
        if (count == 0) {
            return;
        }
        if (mayUnmap) {
            storage.punch(offset, count);
        } else {
            storage.zero(offset, count);
        }
    }

    @Override
    public void close() {
        storage.close();
    }
}
