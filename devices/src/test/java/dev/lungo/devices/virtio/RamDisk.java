package dev.lungo.devices.virtio;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A disk of 64 KiB that remembers what was done to it. */
final class RamDisk implements BlockBackend {
    final byte[] content = new byte[64 << 10];
    final List<String> log = new ArrayList<>();
    boolean readOnly;
    boolean broken;

    private void log(String what, long offset, long bytes) {
        if (broken) {
            throw new BackendException("the disk is broken");
        }
        log.add(what + " " + offset + "+" + bytes);
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
        log("read", offset, bytes);
        System.arraycopy(content, (int) offset, into, at, bytes);
    }

    @Override
    public void write(long offset, byte[] from, int at, int bytes) {
        log("write", offset, bytes);
        System.arraycopy(from, at, content, (int) offset, bytes);
    }

    @Override
    public void flush() {
        log.add("flush");
    }

    @Override
    public void discard(long offset, long bytes) {
        log("discard", offset, bytes);
    }

    @Override
    public void writeZeroes(long offset, long bytes, boolean mayUnmap) {
        log(mayUnmap ? "unmap" : "zero", offset, bytes);
        Arrays.fill(content, (int) offset, (int) (offset + bytes), (byte) 0);
    }

    @Override
    public void close() {}
}
