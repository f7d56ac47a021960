package dev.lungo.machine;

import dev.lungo.isa.Width;
import java.util.Arrays;

/** Device memory that guests reach by the bus only. */
final class ArrayDeviceMemory implements DeviceMemory {
    private final byte[] content;

    ArrayDeviceMemory(int bytes) {
        content = new byte[bytes];
    }

    @Override
    public int bytes() {
        return content.length;
    }

    @Override
    public void show(long guestPhysical) {}

    @Override
    public void hide() {}

    @Override
    public synchronized long get(long offset, Width width) {
        long value = 0;
        for (int i = 0; i < width.bytes() && offset + i < content.length; i++) {
            value |= (content[(int) offset + i] & 0xFFL) << 8 * i;
        }
        return value;
    }

    @Override
    public synchronized void put(long offset, Width width, long value) {
        for (int i = 0; i < width.bytes() && offset + i < content.length; i++) {
            content[(int) offset + i] = (byte) (value >> 8 * i);
        }
    }

    @Override
    public synchronized void read(long offset, byte[] into, int at, int bytes) {
        System.arraycopy(content, Math.toIntExact(offset), into, at, bytes);
    }

    @Override
    public synchronized void write(long offset, byte[] from, int at, int bytes) {
        System.arraycopy(from, at, content, Math.toIntExact(offset), bytes);
    }

    @Override
    public synchronized void clear() {
        Arrays.fill(content, (byte) 0);
    }
}
