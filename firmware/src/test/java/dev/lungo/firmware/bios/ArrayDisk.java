package dev.lungo.firmware.bios;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.Arrays;

/** A disk in an array. */
public final class ArrayDisk implements BlockBackend {
    public final byte[] content;
    public boolean readOnly;
    public boolean broken;

    public ArrayDisk(int bytes) {
        content = new byte[bytes];
    }

    /** Each sector begins with its number, and the first ends as a boot sector does. */
    public static ArrayDisk numbered(int bytes) {
        ArrayDisk disk = new ArrayDisk(bytes);
        for (int i = 0; i < bytes / SECTOR_BYTES; i++) {
            disk.content[SECTOR_BYTES * i] = (byte) i;
            disk.content[SECTOR_BYTES * i + 1] = (byte) (i >> 8);
        }
        disk.content[0] = (byte) 0xF4;
        disk.content[510] = 0x55;
        disk.content[511] = (byte) 0xAA;
        return disk;
    }

    private void check(long offset, int bytes) {
        if (broken) {
            throw new BackendException("the disk is broken");
        }
        if (offset < 0 || offset + bytes > content.length) {
            throw new IllegalArgumentException("beyond the disk's end");
        }
    }

    @Override
    public long bytes() {
        return content.length;
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public void read(long offset, byte[] into, int at, int bytes) {
        check(offset, bytes);
        System.arraycopy(content, (int) offset, into, at, bytes);
    }

    @Override
    public void write(long offset, byte[] from, int at, int bytes) {
        check(offset, bytes);
        System.arraycopy(from, at, content, (int) offset, bytes);
    }

    @Override
    public void flush() {}

    @Override
    public void discard(long offset, long bytes) {}

    @Override
    public void writeZeroes(long offset, long bytes, boolean mayUnmap) {
        Arrays.fill(content, (int) offset, (int) (offset + bytes), (byte) 0);
    }

    @Override
    public void close() {}
}
