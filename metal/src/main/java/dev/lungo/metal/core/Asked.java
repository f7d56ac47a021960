package dev.lungo.metal.core;

import java.util.Arrays;

/**
 * What the hypervisor wants to be asked about. The engines have exits for more than that, which are
 * no business of its handlers.
 */
public final class Asked {
    /** MSRs that an intercept can be set for: three ranges of so many. */
    private static final int RANGE = 0x2000;

    private static final long[] READS = new long[3 * RANGE / 64];
    private static final long[] WRITES = new long[3 * RANGE / 64];

    /** Others, which always exit. */
    private static int[] otherReads = new int[0];

    private static int[] otherWrites = new int[0];
    private static int controls;
    private static int exceptions;

    private Asked() {}

    static void readsOf(int msr) {
        if (index(msr) < 0) {
            otherReads = with(otherReads, msr);
        } else {
            READS[index(msr) >>> 6] |= 1L << index(msr);
        }
    }

    static void writesOf(int msr) {
        if (index(msr) < 0) {
            otherWrites = with(otherWrites, msr);
        } else {
            WRITES[index(msr) >>> 6] |= 1L << index(msr);
        }
    }

    static void writesOfControl(int register) {
        controls |= 1 << register;
    }

    static void exception(int vector) {
        exceptions |= 1 << vector;
    }

    static boolean hasReadsOf(int msr) {
        return has(READS, otherReads, msr);
    }

    static boolean hasWritesOf(int msr) {
        return has(WRITES, otherWrites, msr);
    }

    static boolean hasWritesOfControl(int register) {
        return (controls >>> register & 1) != 0;
    }

    static boolean hasException(int vector) {
        return (exceptions >>> vector & 1) != 0;
    }

    private static int index(int msr) {
        int low = msr & RANGE - 1;
        return switch (msr & -RANGE) {
            case 0 -> low;
            case 0xC000_0000 -> RANGE + low;
            case 0xC001_0000 -> 2 * RANGE + low;
            default -> -1;
        };
    }

    private static int[] with(int[] others, int msr) {
        int[] more = Arrays.copyOf(others, others.length + 1);
        more[others.length] = msr;
        return more;
    }

    private static boolean has(long[] bits, int[] others, int msr) {
        int index = index(msr);
        if (index >= 0) {
            return (bits[index >>> 6] >>> index & 1) != 0;
        }
        for (int i = 0; i < others.length; i++) {
            if (others[i] == msr) {
                return true;
            }
        }
        return false;
    }
}
