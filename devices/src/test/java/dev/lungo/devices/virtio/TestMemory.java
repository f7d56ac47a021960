package dev.lungo.devices.virtio;

import dev.lungo.machine.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** RAM from 0 on. */
public final class TestMemory implements GuestMemory {
    private final ByteBuffer bytes;

    public TestMemory(int size) {
        bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean contains(long guestPhysical, long count) {
        return guestPhysical >= 0
                && count >= 0
                && guestPhysical <= bytes.capacity()
                && count <= bytes.capacity() - guestPhysical;
    }

    private int at(long guestPhysical, int count) {
        if (!contains(guestPhysical, count)) {
            throw new IllegalArgumentException("no RAM at " + Long.toHexString(guestPhysical));
        }
        return (int) guestPhysical;
    }

    @Override
    public byte getByte(long guestPhysical) {
        return bytes.get(at(guestPhysical, 1));
    }

    @Override
    public short getShort(long guestPhysical) {
        return bytes.getShort(at(guestPhysical, 2));
    }

    @Override
    public int getInt(long guestPhysical) {
        return bytes.getInt(at(guestPhysical, 4));
    }

    @Override
    public long getLong(long guestPhysical) {
        return bytes.getLong(at(guestPhysical, 8));
    }

    @Override
    public void putByte(long guestPhysical, byte value) {
        bytes.put(at(guestPhysical, 1), value);
    }

    @Override
    public void putShort(long guestPhysical, short value) {
        bytes.putShort(at(guestPhysical, 2), value);
    }

    @Override
    public void putInt(long guestPhysical, int value) {
        bytes.putInt(at(guestPhysical, 4), value);
    }

    @Override
    public void putLong(long guestPhysical, long value) {
        bytes.putLong(at(guestPhysical, 8), value);
    }

    @Override
    public void read(long guestPhysical, byte[] into, int offset, int count) {
        bytes.get(at(guestPhysical, count), into, offset, count);
    }

    @Override
    public void write(long guestPhysical, byte[] from, int offset, int count) {
        bytes.put(at(guestPhysical, count), from, offset, count);
    }

    byte[] get(long guestPhysical, int count) {
        byte[] taken = new byte[count];
        read(guestPhysical, taken, 0, count);
        return taken;
    }
}
