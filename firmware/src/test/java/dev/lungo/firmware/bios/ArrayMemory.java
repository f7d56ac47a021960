package dev.lungo.firmware.bios;

import dev.lungo.machine.GuestMemory;

/** Guest memory in an array, from 0 on, with the display's hole. */
public final class ArrayMemory implements GuestMemory {
    private final byte[] bytes;

    public ArrayMemory(int size) {
        bytes = new byte[size];
    }

    @Override
    public boolean contains(long at, long count) {
        boolean inside = at >= 0 && count >= 0 && at <= bytes.length && count <= bytes.length - at;
        return inside && (at >= 0xB_0000 || at + count <= 0xA_0000);
    }

    private int index(long at, int count) {
        if (!contains(at, count)) {
            throw new IllegalArgumentException("no memory at " + Long.toHexString(at));
        }
        return (int) at;
    }

    @Override
    public byte getByte(long at) {
        return bytes[index(at, 1)];
    }

    @Override
    public short getShort(long at) {
        return (short) get(at, 2);
    }

    @Override
    public int getInt(long at) {
        return (int) get(at, 4);
    }

    @Override
    public long getLong(long at) {
        return get(at, 8);
    }

    private long get(long at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[index(at, count) + i] & 0xFFL) << 8 * i;
        }
        return value;
    }

    @Override
    public void putByte(long at, byte value) {
        put(at, 1, value);
    }

    @Override
    public void putShort(long at, short value) {
        put(at, 2, value);
    }

    @Override
    public void putInt(long at, int value) {
        put(at, 4, value);
    }

    @Override
    public void putLong(long at, long value) {
        put(at, 8, value);
    }

    private void put(long at, int count, long value) {
        for (int i = 0; i < count; i++) {
            bytes[index(at, count) + i] = (byte) (value >> 8 * i);
        }
    }

    @Override
    public void read(long at, byte[] into, int offset, int count) {
        System.arraycopy(bytes, index(at, count), into, offset, count);
    }

    @Override
    public void write(long at, byte[] from, int offset, int count) {
        System.arraycopy(from, offset, bytes, index(at, count), count);
    }
}
