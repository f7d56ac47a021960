package dev.lungo.pc;

import dev.lungo.machine.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** RAM from address zero on, in an array. */
final class FakeMemory implements GuestMemory {
    private final ByteBuffer bytes;

    FakeMemory(int size) {
        bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    void clear() {
        Arrays.fill(bytes.array(), (byte) 0);
    }

    @Override
    public boolean contains(long guestPhysical, long count) {
        return guestPhysical >= 0 && count >= 0 && guestPhysical + count <= bytes.capacity();
    }

    @Override
    public byte getByte(long guestPhysical) {
        return bytes.get((int) guestPhysical);
    }

    @Override
    public short getShort(long guestPhysical) {
        return bytes.getShort((int) guestPhysical);
    }

    @Override
    public int getInt(long guestPhysical) {
        return bytes.getInt((int) guestPhysical);
    }

    @Override
    public long getLong(long guestPhysical) {
        return bytes.getLong((int) guestPhysical);
    }

    @Override
    public void putByte(long guestPhysical, byte value) {
        bytes.put((int) guestPhysical, value);
    }

    @Override
    public void putShort(long guestPhysical, short value) {
        bytes.putShort((int) guestPhysical, value);
    }

    @Override
    public void putInt(long guestPhysical, int value) {
        bytes.putInt((int) guestPhysical, value);
    }

    @Override
    public void putLong(long guestPhysical, long value) {
        bytes.putLong((int) guestPhysical, value);
    }

    @Override
    public void read(long guestPhysical, byte[] into, int offset, int count) {
        bytes.get((int) guestPhysical, into, offset, count);
    }

    @Override
    public void write(long guestPhysical, byte[] from, int offset, int count) {
        bytes.put((int) guestPhysical, from, offset, count);
    }
}
