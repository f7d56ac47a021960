package dev.lungo.boot;

import dev.lungo.machine.GuestMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Guest memory from 0 on, full of CCh at first, so that whatever a loader forgets to write shows.
 */
public final class TestMemory implements GuestMemory {
    private final MemorySegment memory;

    public TestMemory(long bytes) {
        memory = Arena.ofAuto().allocate(bytes).fill((byte) 0xCC);
    }

    @Override
    public boolean contains(long guestPhysical, long bytes) {
        return guestPhysical >= 0
                && bytes >= 0
                && guestPhysical <= memory.byteSize()
                && bytes <= memory.byteSize() - guestPhysical;
    }

    @Override
    public byte getByte(long guestPhysical) {
        return memory.get(ValueLayout.JAVA_BYTE, guestPhysical);
    }

    @Override
    public short getShort(long guestPhysical) {
        return memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, guestPhysical);
    }

    @Override
    public int getInt(long guestPhysical) {
        return memory.get(ValueLayout.JAVA_INT_UNALIGNED, guestPhysical);
    }

    @Override
    public long getLong(long guestPhysical) {
        return memory.get(ValueLayout.JAVA_LONG_UNALIGNED, guestPhysical);
    }

    @Override
    public void putByte(long guestPhysical, byte value) {
        memory.set(ValueLayout.JAVA_BYTE, guestPhysical, value);
    }

    @Override
    public void putShort(long guestPhysical, short value) {
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, guestPhysical, value);
    }

    @Override
    public void putInt(long guestPhysical, int value) {
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, guestPhysical, value);
    }

    @Override
    public void putLong(long guestPhysical, long value) {
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, guestPhysical, value);
    }

    @Override
    public void read(long guestPhysical, byte[] into, int offset, int bytes) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, guestPhysical, into, offset, bytes);
    }

    @Override
    public void write(long guestPhysical, byte[] from, int offset, int bytes) {
        MemorySegment.copy(from, offset, memory, ValueLayout.JAVA_BYTE, guestPhysical, bytes);
    }

    /** An unsigned doubleword. */
    public long u32(long guestPhysical) {
        return getInt(guestPhysical) & 0xFFFF_FFFFL;
    }

    public byte[] bytes(long guestPhysical, int count) {
        byte[] bytes = new byte[count];
        read(guestPhysical, bytes, 0, count);
        return bytes;
    }

    /** A string that ends with NUL. */
    public String string(long guestPhysical) {
        return memory.getString(guestPhysical);
    }
}
