package dev.lungo.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Loads and stores at absolute host addresses, little-endian and unaligned. Nothing checks the
 * address: a wrong one is undefined behaviour of the whole process, so only code that owns the
 * mapping it points into may call these.
 *
 * <p>The cheapest form there is: a constant segment over everything folds away, so that each of
 * these is one instruction.
 */
public final class Raw {
    // SAFETY: the segment stays in here; every caller states by the mapping it holds, which
    // outlives it, that its addresses are its own.
    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** Of aligned ints that several threads access. */
    private static final VarHandle SHARED_INT = JAVA_INT.withOrder(LITTLE_ENDIAN).varHandle();

    private Raw() {}

    /** Zero-extended. */
    public static int getByte(long host) {
        return ALL.get(JAVA_BYTE, host) & 0xFF;
    }

    /** Zero-extended. */
    public static int getShort(long host) {
        return ALL.get(SHORT, host) & 0xFFFF;
    }

    public static int getInt(long host) {
        return ALL.get(INT, host);
    }

    public static long getLong(long host) {
        return ALL.get(LONG, host);
    }

    /** Stores the low 8 bits. */
    public static void putByte(long host, int value) {
        ALL.set(JAVA_BYTE, host, (byte) value);
    }

    /** Stores the low 16 bits. */
    public static void putShort(long host, int value) {
        ALL.set(SHORT, host, (short) value);
    }

    public static void putInt(long host, int value) {
        ALL.set(INT, host, value);
    }

    public static void putLong(long host, long value) {
        ALL.set(LONG, host, value);
    }

    /** A load that is neither torn nor left out, of an aligned int that other threads write to. */
    public static int getIntOpaque(long host) {
        return (int) SHARED_INT.getOpaque(ALL, host);
    }

    /** Sets bits of an aligned int atomically. */
    public static void orInt(long host, int bits) {
        int _ = (int) SHARED_INT.getAndBitwiseOr(ALL, host, bits);
    }

    /** Clears atomically the bits of an aligned int that the mask lacks. */
    public static void andInt(long host, int mask) {
        int _ = (int) SHARED_INT.getAndBitwiseAnd(ALL, host, mask);
    }

    /** Copies between host addresses, which may overlap. */
    public static void copy(long fromHost, long toHost, long bytes) {
        MemorySegment.copy(ALL, fromHost, ALL, toHost, bytes);
    }

    public static void read(long host, byte[] into, int offset, int bytes) {
        MemorySegment.copy(ALL, JAVA_BYTE, host, into, offset, bytes);
    }

    public static void write(long host, byte[] from, int offset, int bytes) {
        MemorySegment.copy(from, offset, ALL, JAVA_BYTE, host, bytes);
    }

    public static void fill(long host, long bytes, byte value) {
        ALL.asSlice(host, bytes).fill(value);
    }

    /** Bytes at a host address, to be read from or written to a file. */
    public static ByteBuffer buffer(long host, int bytes) {
        return ALL.asSlice(host, bytes).asByteBuffer();
    }
}
