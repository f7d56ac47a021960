package dev.lungo.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Loads and stores at host addresses, little-endian and unaligned. Nothing checks the address: a
 * wrong one is undefined behaviour of the whole process, so only code that owns the mapping it
 * points into may call these. A constant segment over everything is the cheapest form there is.
 */
public final class RawMemory {
    // SAFETY: the segment itself gives nothing away; every caller states by the mapping it holds
    // that its addresses are its own. A negative address is refused by the bounds check.
    @SuppressWarnings("restricted")
    public static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private RawMemory() {}

    public static byte getByte(long host) {
        return EVERYTHING.get(JAVA_BYTE, host);
    }

    public static short getShort(long host) {
        return EVERYTHING.get(SHORT, host);
    }

    public static int getInt(long host) {
        return EVERYTHING.get(INT, host);
    }

    public static long getLong(long host) {
        return EVERYTHING.get(LONG, host);
    }

    public static void putByte(long host, byte value) {
        EVERYTHING.set(JAVA_BYTE, host, value);
    }

    public static void putShort(long host, short value) {
        EVERYTHING.set(SHORT, host, value);
    }

    public static void putInt(long host, int value) {
        EVERYTHING.set(INT, host, value);
    }

    public static void putLong(long host, long value) {
        EVERYTHING.set(LONG, host, value);
    }

    /** Copies between host addresses, which may overlap. */
    public static void copy(long fromHost, long toHost, long bytes) {
        MemorySegment.copy(EVERYTHING, fromHost, EVERYTHING, toHost, bytes);
    }

    public static void read(long host, byte[] into, int offset, int bytes) {
        MemorySegment.copy(EVERYTHING, JAVA_BYTE, host, into, offset, bytes);
    }

    public static void write(long host, byte[] from, int offset, int bytes) {
        MemorySegment.copy(from, offset, EVERYTHING, JAVA_BYTE, host, bytes);
    }

    public static void fill(long host, long bytes, byte value) {
        EVERYTHING.asSlice(host, bytes).fill(value);
    }
}
