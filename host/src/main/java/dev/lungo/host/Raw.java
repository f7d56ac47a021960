package dev.lungo.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
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

    /** Of aligned ints and longs that several threads access. */
    private static final VarHandle SHARED_INT = JAVA_INT.withOrder(LITTLE_ENDIAN).varHandle();

    private static final VarHandle SHARED_LONG = JAVA_LONG.withOrder(LITTLE_ENDIAN).varHandle();

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

    /** As {@link #getIntOpaque}, of an aligned long, and before every later load and store. */
    public static long getLongVolatile(long host) {
        return (long) SHARED_LONG.getVolatile(ALL, host);
    }

    /** Stores to an aligned long, after every earlier load and store and before every later one. */
    public static void putLongVolatile(long host, long value) {
        SHARED_LONG.setVolatile(ALL, host, value);
    }

    /** Sets bits of an aligned long atomically, before every later load and store. */
    public static void orLong(long host, long bits) {
        int _ = Long.signum((long) SHARED_LONG.getAndBitwiseOr(ALL, host, bits));
    }

    /** Clears atomically the bits of an aligned long that the mask lacks. */
    public static void andLong(long host, long mask) {
        int _ = Long.signum((long) SHARED_LONG.getAndBitwiseAnd(ALL, host, mask));
    }

    /** Whether an atomic access to so many bytes can be had: they are in eight aligned ones. */
    public static boolean isAtomic(long host, int bytes) {
        return (host & 7) + bytes <= 8;
    }

    /**
     * Stores a value atomically where another is, and says whether that was so. The low bits of
     * both count.
     *
     * @param bytes 1, 2, 4 or 8, for which {@link #isAtomic}
     */
    public static boolean compareAndSet(long host, int bytes, long expected, long value) {
        if (bytes == 8) {
            return SHARED_LONG.compareAndSet(ALL, host, expected, value);
        }
        if (bytes == 4 && (host & 3) == 0) {
            return SHARED_INT.compareAndSet(ALL, host, (int) expected, (int) value);
        }
        long around = host & -8;
        int shift = 8 * (int) (host & 7);
        long mask = (1L << 8 * bytes) - 1 << shift;
        for (; ; ) {
            long old = (long) SHARED_LONG.getOpaque(ALL, around);
            if (((old ^ expected << shift) & mask) != 0) {
                return false;
            }
            long changed = old & ~mask | value << shift & mask;
            if (SHARED_LONG.compareAndSet(ALL, around, old, changed)) {
                return true;
            }
        }
    }

    /** Keeps the compiler from doing later loads and stores before earlier loads. */
    public static void afterLoad() {
        VarHandle.acquireFence();
    }

    /** Keeps the compiler from doing earlier loads and stores after later stores. */
    public static void beforeStore() {
        VarHandle.releaseFence();
    }

    /** Has all earlier loads and stores be done before any later one. */
    public static void fence() {
        VarHandle.fullFence();
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
