package dev.lungo.metal.core;

import dev.lungo.isa.Msr;

/**
 * The memory type that the firmware has given an address. SDM 3A, "Memory Type Range Registers
 * (MTRRs)". Read anew each time, because the guest may change them.
 */
public final class Mtrr {
    private static final int UNCACHEABLE = 0;
    private static final int WRITE_THROUGH = 4;
    private static final int WRITE_BACK = 6;
    private static final int ENABLED = 1 << 11;
    private static final int FIXED_ENABLED = 1 << 10;
    private static final int VALID = 1 << 11;
    private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;

    private Mtrr() {}

    /** The type of a naturally aligned range, or -1 if parts of it have different ones. */
    public static int typeOf(long base, long bytes) {
        long def = Bare.rdmsr(Msr.IA32_MTRR_DEF_TYPE);
        if ((def & ENABLED) == 0) {
            return UNCACHEABLE;
        }
        if (base < 0x10_0000 && (def & FIXED_ENABLED) != 0) {
            return bytes > Pages.SIZE ? -1 : fixed(base);
        }
        int count = (int) Bare.rdmsr(Msr.IA32_MTRRCAP) & 0xFF;
        int type = -1;
        for (int i = 0; i < count; i++) {
            long mask = Bare.rdmsr(Msr.IA32_MTRR_PHYSMASK0 + 2 * i);
            if ((mask & VALID) == 0) {
                continue;
            }
            long first = Bare.rdmsr(Msr.IA32_MTRR_PHYSBASE0 + 2 * i);
            mask &= ADDRESS;
            boolean begins = (base & mask) == (first & mask);
            long size = mask & -mask;
            if (!begins && size < bytes && (first & ADDRESS & -bytes) == base) {
                return -1;
            }
            if (begins) {
                if (size < bytes) {
                    return -1;
                }
                type = combine(type, (int) first & 0xFF);
            }
        }
        return type < 0 ? (int) def & 0xFF : type;
    }

    private static int combine(int a, int b) {
        if (a < 0 || a == b) {
            return b;
        }
        boolean through =
                (a == WRITE_THROUGH || a == WRITE_BACK) && (b == WRITE_THROUGH || b == WRITE_BACK);
        return through ? WRITE_THROUGH : UNCACHEABLE;
    }

    private static int fixed(long base) {
        int address = (int) base;
        long types;
        int index;
        if (address < 0x8_0000) {
            types = Bare.rdmsr(Msr.IA32_MTRR_FIX64K_00000);
            index = address >>> 16;
        } else if (address < 0xC_0000) {
            types = Bare.rdmsr(Msr.IA32_MTRR_FIX16K_80000 + ((address - 0x8_0000) >>> 17));
            index = (address >>> 14) & 7;
        } else {
            types = Bare.rdmsr(Msr.IA32_MTRR_FIX4K_C0000 + ((address - 0xC_0000) >>> 15));
            index = (address >>> 12) & 7;
        }
        return (int) (types >>> (8 * index)) & 0xFF;
    }
}
