package dev.lungo.boot.disk;

import dev.lungo.machine.BlockBackend;
import java.util.Arrays;

/** A disk that is an array. */
public final class ArrayDisk implements BlockBackend {
    private final byte[] content;
    private final boolean isReadOnly;

    public ArrayDisk(byte[] content, boolean isReadOnly) {
        this.content = content;
        this.isReadOnly = isReadOnly;
    }

    /** The content, up to whole sectors. */
    public static ArrayDisk of(byte[] content) {
        return new ArrayDisk(Arrays.copyOf(content, (content.length + 511) / 512 * 512), false);
    }

    public byte[] content() {
        return content;
    }

    @Override
    public long bytes() {
        return content.length;
    }

    @Override
    public boolean isReadOnly() {
        return isReadOnly;
    }

    @Override
    public void read(long offset, byte[] into, int at, int bytes) {
        check(offset, bytes);
        System.arraycopy(content, (int) offset, into, at, bytes);
    }

    @Override
    public void write(long offset, byte[] from, int at, int bytes) {
        check(offset, bytes);
        if (isReadOnly) {
            throw new AssertionError("a write to a read-only disk");
        }
        System.arraycopy(from, at, content, (int) offset, bytes);
    }

    @Override
    public void flush() {}

    @Override
    public void discard(long offset, long bytes) {
        check(offset, bytes);
    }

    @Override
    public void writeZeroes(long offset, long bytes, boolean mayUnmap) {
        write(offset, new byte[(int) bytes], 0, (int) bytes);
    }

    @Override
    public void close() {}

    private void check(long offset, long bytes) {
        if (offset % 512 != 0 || bytes % 512 != 0 || offset < 0 || offset + bytes > bytes()) {
            throw new AssertionError(bytes + " bytes at " + offset + " of " + bytes());
        }
    }
}
