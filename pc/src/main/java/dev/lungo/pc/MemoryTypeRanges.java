package dev.lungo.pc;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.isa.Msr;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.VirtualCpu;

/**
 * The MTRRs as firmware leaves them, the same on every processor: RAM is write-back, the legacy
 * video window and what devices answer below 4 GiB are uncacheable, and the BIOS is write-protect.
 * An operating system that finds MTRRs switched off does without the PAT as well.
 *
 * <p>SDM 3A, "Memory Type Range Registers (MTRRs)".
 */
final class MemoryTypeRanges {
    // Memory types.
    private static final long UC = 0;
    private static final long WP = 0x0505_0505_0505_0505L; // eight ranges
    private static final long WB = 0x0606_0606_0606_0606L;

    // IA32_MTRR_DEF_TYPE
    private static final long DEFAULT_WB = 6;
    private static final long FIXED_ENABLE = 1 << 10;
    private static final long ENABLE = 1 << 11;

    private static final long MASK_VALID = 1 << 11;
    private static final long ADDRESSES = 1L << CpuSetup.PHYSICAL_ADDRESS_BITS;

    private MemoryTypeRanges() {}

    static void set(VirtualCpu cpu) {
        cpu.writeMsr(Msr.IA32_MTRR_FIX64K_00000, WB);
        cpu.writeMsr(Msr.IA32_MTRR_FIX16K_80000, WB);
        cpu.writeMsr(Msr.IA32_MTRR_FIX16K_A0000, UC);
        for (int msr = Msr.IA32_MTRR_FIX4K_C0000; msr <= Msr.IA32_MTRR_FIX4K_F8000; msr++) {
            cpu.writeMsr(msr, WP);
        }
        setUncacheable(cpu, 0, PhysicalMap.ECAM, PhysicalMap.ECAM_BYTES);
        setUncacheable(cpu, 1, PhysicalMap.PCI_MMIO, PhysicalMap.FOUR_GIB - PhysicalMap.PCI_MMIO);
        cpu.writeMsr(Msr.IA32_MTRR_DEF_TYPE, ENABLE | FIXED_ENABLE | DEFAULT_WB);
    }

    /** A range has a power of two of bytes, and begins at a multiple of that. */
    private static void setUncacheable(VirtualCpu cpu, int range, long base, long bytes) {
        cpu.writeMsr(Msr.IA32_MTRR_PHYSBASE0 + 2 * range, base | UC);
        cpu.writeMsr(Msr.IA32_MTRR_PHYSMASK0 + 2 * range, ADDRESSES - bytes | MASK_VALID);
    }
}
