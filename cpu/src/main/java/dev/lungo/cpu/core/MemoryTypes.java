package dev.lungo.cpu.core;

import dev.lungo.isa.Msr;

/**
 * The MSRs that give memory its type: MTRRs and the PAT. SDM 3A, "Memory Type Range Registers
 * (MTRRs)" and "Page Attribute Table (PAT)".
 *
 * <p>There is no cache to be seen, so types have no effect; they are checked, kept and read back.
 */
final class MemoryTypes {
    /** As firmware that found nothing to add finds it: UC-, WC and WP only by changing it. */
    private static final long PAT_AFTER_RESET = 0x0007_0406_0007_0406L;

    private static final int VARIABLE_RANGES = 8;
    private static final int FIXED_RANGES = 11;

    // IA32_MTRRCAP
    private static final long CAP_FIXED = 1 << 8;
    private static final long CAP_WRITE_COMBINING = 1 << 10;

    // IA32_MTRR_DEF_TYPE
    private static final long FIXED_ENABLE = 1 << 10;
    private static final long ENABLE = 1 << 11;

    private static final long MASK_VALID = 1 << 11;
    private static final long ADDRESS = (1L << PageWalker.PHYSICAL_BITS) - 4096;

    // Types: UC, WC, WT, WP, WB, and in the PAT also UC-.
    private static final int MTRR_TYPES = 0b0111_0011;
    private static final int PAT_TYPES = 0b1111_0011;

    private long pat = PAT_AFTER_RESET;
    private long defaultType;
    private final long[] variable = new long[2 * VARIABLE_RANGES];
    private final long[] fixed = new long[FIXED_RANGES];

    /** RESET#; INIT leaves these registers alone. */
    void reset() {
        pat = PAT_AFTER_RESET;
        defaultType = 0;
        java.util.Arrays.fill(variable, 0);
        java.util.Arrays.fill(fixed, 0);
    }

    long pat() {
        return pat;
    }

    /** Returns false for what is a #GP. */
    boolean setPat(long value) {
        if (!eachByteIn(value, PAT_TYPES)) {
            return false;
        }
        pat = value;
        return true;
    }

    static long capabilities() {
        return VARIABLE_RANGES | CAP_FIXED | CAP_WRITE_COMBINING;
    }

    long defaultType() {
        return defaultType;
    }

    boolean setDefaultType(long value) {
        if ((value & ~(0xFF | FIXED_ENABLE | ENABLE)) != 0 || !isType(value, MTRR_TYPES)) {
            return false;
        }
        defaultType = value;
        return true;
    }

    static boolean isVariable(int msr) {
        return msr >= Msr.IA32_MTRR_PHYSBASE0
                && msr < Msr.IA32_MTRR_PHYSBASE0 + 2 * VARIABLE_RANGES;
    }

    long variable(int msr) {
        return variable[msr - Msr.IA32_MTRR_PHYSBASE0];
    }

    boolean setVariable(int msr, long value) {
        boolean isBase = (msr & 1) == 0;
        boolean valid =
                isBase
                        ? (value & ~(ADDRESS | 0xFF)) == 0 && isType(value, MTRR_TYPES)
                        : (value & ~(ADDRESS | MASK_VALID)) == 0;
        if (valid) {
            variable[msr - Msr.IA32_MTRR_PHYSBASE0] = value;
        }
        return valid;
    }

    /** Which of the fixed ranges this is; -1 if none. */
    private static int fixedIndex(int msr) {
        return switch (msr) {
            case Msr.IA32_MTRR_FIX64K_00000 -> 0;
            case Msr.IA32_MTRR_FIX16K_80000, Msr.IA32_MTRR_FIX16K_A0000 ->
                    msr - Msr.IA32_MTRR_FIX16K_80000 + 1;
            default ->
                    msr >= Msr.IA32_MTRR_FIX4K_C0000 && msr <= Msr.IA32_MTRR_FIX4K_F8000
                            ? msr - Msr.IA32_MTRR_FIX4K_C0000 + 3
                            : -1;
        };
    }

    static boolean isFixed(int msr) {
        return fixedIndex(msr) >= 0;
    }

    long fixed(int msr) {
        return fixed[fixedIndex(msr)];
    }

    boolean setFixed(int msr, long value) {
        if (!eachByteIn(value, MTRR_TYPES)) {
            return false;
        }
        fixed[fixedIndex(msr)] = value;
        return true;
    }

    private static boolean isType(long value, int types) {
        int type = (int) value & 0xFF;
        return type < 8 && (types >>> type & 1) != 0;
    }

    private static boolean eachByteIn(long value, int types) {
        for (int shift = 0; shift < 64; shift += 8) {
            if (!isType(value >>> shift, types)) {
                return false;
            }
        }
        return true;
    }
}
