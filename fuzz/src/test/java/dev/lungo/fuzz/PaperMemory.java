package dev.lungo.fuzz;

import dev.lungo.boot.MemoryMap;
import dev.lungo.machine.AddressRange;
import dev.lungo.machine.GuestMemory;

/**
 * Guest memory that keeps nothing, however large it is, but insists that only RAM is written, and
 * neither what firmware has put there nor what is a device's. It reads as zeros.
 */
final class PaperMemory implements GuestMemory {
    private final MemoryMap map;

    PaperMemory(MemoryMap map) {
        this.map = map;
    }

    @Override
    public boolean contains(long guestPhysical, long bytes) {
        return isInside(0, map.lowRamEnd(), guestPhysical, bytes)
                || isInside(1L << 32, map.highRamEnd(), guestPhysical, bytes);
    }

    private static boolean isInside(long base, long end, long guestPhysical, long bytes) {
        return guestPhysical >= base
                && bytes >= 0
                && guestPhysical <= end
                && bytes <= end - guestPhysical;
    }

    private void wrote(long guestPhysical, long bytes) {
        for (AddressRange range : map.ranges()) {
            if (range.type() == AddressRange.Type.RAM
                    && isInside(range.base(), range.end(), guestPhysical, bytes)) {
                return;
            }
        }
        throw new IllegalArgumentException(
                "written where no RAM is: " + Long.toHexString(guestPhysical) + "h+" + bytes);
    }

    private void read(long guestPhysical, long bytes) {
        if (!contains(guestPhysical, bytes)) {
            throw new IllegalArgumentException(
                    "read where no RAM is: " + Long.toHexString(guestPhysical) + "h+" + bytes);
        }
    }

    @Override
    public byte getByte(long guestPhysical) {
        read(guestPhysical, 1);
        return 0;
    }

    @Override
    public short getShort(long guestPhysical) {
        read(guestPhysical, 2);
        return 0;
    }

    @Override
    public int getInt(long guestPhysical) {
        read(guestPhysical, 4);
        return 0;
    }

    @Override
    public long getLong(long guestPhysical) {
        read(guestPhysical, 8);
        return 0;
    }

    @Override
    public void putByte(long guestPhysical, byte value) {
        wrote(guestPhysical, 1);
    }

    @Override
    public void putShort(long guestPhysical, short value) {
        wrote(guestPhysical, 2);
    }

    @Override
    public void putInt(long guestPhysical, int value) {
        wrote(guestPhysical, 4);
    }

    @Override
    public void putLong(long guestPhysical, long value) {
        wrote(guestPhysical, 8);
    }

    @Override
    public void read(long guestPhysical, byte[] into, int offset, int bytes) {
        read(guestPhysical, bytes);
        java.util.Arrays.fill(into, offset, offset + bytes, (byte) 0);
    }

    @Override
    public void write(long guestPhysical, byte[] from, int offset, int bytes) {
        java.util.Objects.checkFromIndexSize(offset, bytes, from.length);
        wrote(guestPhysical, bytes);
    }
}
