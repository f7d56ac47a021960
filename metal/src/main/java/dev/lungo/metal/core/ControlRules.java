package dev.lungo.metal.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;

/**
 * What MOV to CR0 refuses, and what it does to EFER, for writes that are done in the processor's
 * stead. SDM 2B, "MOV—Move to/from Control Registers".
 */
public final class ControlRules {
    private ControlRules() {}

    /**
     * Whether CR0 may become that value.
     *
     * @param code64 whether CS.L is set and EFER.LMA is
     */
    public static boolean cr0MayBe(long value, long old, long cr4, long efer, boolean code64) {
        boolean paging = (value & Cr0.PG) != 0;
        if (value >>> 32 != 0
                || paging && (value & Cr0.PE) == 0
                || (value & Cr0.NW) != 0 && (value & Cr0.CD) == 0) {
            return false;
        }
        if (paging == ((old & Cr0.PG) != 0)) {
            return true;
        }
        return paging
                ? (efer & Efer.LME) == 0 || (cr4 & Cr4.PAE) != 0
                : !code64 && (cr4 & Cr4.PCIDE) == 0;
    }

    /**
     * The bits of CR4 that this processor has, by what CPUID says. SDM 3A, "Control Registers";
     * VMXE and SMXE are hidden.
     */
    public static long cr4Bits(long scratch) {
        Bare.cpuid(1, 0, scratch);
        long c1 = Bare.get64(scratch + 16);
        Bare.cpuid(0, 0, scratch);
        long b7 = 0;
        long c7 = 0;
        long d7 = 0;
        if (Bare.get32(scratch) >= 7) {
            Bare.cpuid(7, 0, scratch);
            b7 = Bare.get64(scratch + 8);
            c7 = Bare.get64(scratch + 16);
            d7 = Bare.get64(scratch + 24);
        }
        long bits =
                Cr4.VME
                        | Cr4.PVI
                        | Cr4.TSD
                        | Cr4.DE
                        | Cr4.PSE
                        | Cr4.PAE
                        | Cr4.MCE
                        | Cr4.PGE
                        | Cr4.PCE
                        | Cr4.OSFXSR
                        | Cr4.OSXMMEXCPT;
        // spotless:off
        return bits
                | when(c1, 17, Cr4.PCIDE)    | when(c1, 26, Cr4.OSXSAVE)
                | when(b7,  0, Cr4.FSGSBASE) | when(b7,  7, Cr4.SMEP)     | when(b7, 20, Cr4.SMAP)
                | when(c7,  2, Cr4.UMIP)     | when(c7,  3, Cr4.PKE)      | when(c7,  7, Cr4.CET)
                | when(c7, 16, Cr4.LA57)     | when(c7, 23, Cr4.KL)       | when(c7, 31, Cr4.PKS)
                | when(d7,  5, Cr4.UINTR)    | when(d7, 20, Cr4.CET);
        // spotless:on
    }

    private static long when(long features, int bit, long control) {
        return (features >>> bit & 1) != 0 ? control : 0;
    }

    /** LMA is PG and LME. */
    public static long eferAfter(long cr0, long efer) {
        boolean active = (cr0 & Cr0.PG) != 0 && (efer & Efer.LME) != 0;
        return active ? efer | Efer.LMA : efer & ~Efer.LMA;
    }
}
