package dev.lungo.cpu.core;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Loads and stores at absolute host addresses, little-endian and unaligned. The cheapest form there
 * is: a static final segment over everything folds away, so that each of these is one instruction.
 */
public final class Raw {
    private Raw() {}

    // SAFETY: whoever calls has the address from the processor's state, its TLB or guest memory,
    // all of which outlive the processor; nothing here checks it.
    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Of aligned ints. */
    private static final VarHandle INT = JAVA_INT.varHandle();

    /** Zero-extended. */
    public static int getByte(long address) {
        return ALL.get(JAVA_BYTE, address) & 0xFF;
    }

    /** Zero-extended. */
    public static int getShort(long address) {
        return ALL.get(JAVA_SHORT_UNALIGNED, address) & 0xFFFF;
    }

    public static int getInt(long address) {
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    public static long getLong(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    public static void putByte(long address, int value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }

    public static void putShort(long address, int value) {
        ALL.set(JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    public static void putInt(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    public static void putLong(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /** A load that is neither torn nor left out, of an int that other threads write to. */
    public static int getIntOpaque(long address) {
        return (int) INT.getOpaque(ALL, address);
    }

    /** Sets bits atomically. */
    public static void orInt(long address, int bits) {
        int _ = (int) INT.getAndBitwiseOr(ALL, address, bits);
    }

    /** Clears atomically the bits that the mask lacks. */
    public static void andInt(long address, int mask) {
        int _ = (int) INT.getAndBitwiseAnd(ALL, address, mask);
    }

    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    public static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }
}
