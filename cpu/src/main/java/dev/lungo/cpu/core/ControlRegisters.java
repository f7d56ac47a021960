package dev.lungo.cpu.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr3;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.PageEntry;

/**
 * Writing to control registers: what is valid, and what follows from a change. SDM 2B, "MOV—Move
 * to/from Control Registers"; SDM 3A, "Control Registers", "Paging-Mode Enabling" and "Operations
 * that Invalidate TLBs and Paging-Structure Caches".
 *
 * <p>Every method checks all before it changes anything, and throws #GP(0) for what is not valid.
 * The TLB holds rights that depend on CR0.WP, CR4.SMAP and the like, so it is flushed more often
 * than the manual asks for.
 */
public final class ControlRegisters {
    /** Which bits of CR0 and CR4 take part in the loading of PDPTEs. */
    private static final long CR0_PDPTES = Cr0.CD | Cr0.NW | Cr0.PG;

    private static final long CR4_PDPTES = Cr4.PAE | Cr4.PGE | Cr4.PSE | Cr4.SMEP;

    /** Bits that the validity of a cached translation, or the right to use it, depends on. */
    private static final long CR0_TRANSLATION = Cr0.PG | Cr0.WP | Cr0.PE;

    private static final long CR4_TRANSLATION =
            Cr4.PSE | Cr4.PAE | Cr4.PGE | Cr4.PCIDE | Cr4.SMEP | Cr4.SMAP | Cr4.PKE | Cr4.PKS
                    | Cr4.LA57;

    private static final long PDPTE_RESERVED = 0x1E6 | ~((1L << PageWalker.PHYSICAL_BITS) - 1);

    private static final long CR3_ADDRESS_BITS = (1L << PageWalker.PHYSICAL_BITS) - 1;
    private static final long LMSW_BITS = Cr0.PE | Cr0.MP | Cr0.EM | Cr0.TS;

    private final Processor cpu;
    private final SystemRegisters system;
    private final long cr4Defined;
    private final long[] loadedPdpte = new long[4];

    ControlRegisters(Processor cpu, CpuModel model) {
        this.cpu = cpu;
        this.system = cpu.system;
        cr4Defined = cr4Defined(model);
    }

    private static long cr4Defined(CpuModel model) {
        return Cr4.VME
                | Cr4.PVI
                | Cr4.TSD
                | Cr4.DE
                | Cr4.PSE
                | Cr4.PAE
                | Cr4.MCE
                | Cr4.PGE
                | Cr4.PCE
                | Cr4.OSFXSR
                | Cr4.OSXMMEXCPT
                | (model.has(Feature.UMIP) ? Cr4.UMIP : 0)
                | (model.has(Feature.LA57) ? Cr4.LA57 : 0)
                | (model.has(Feature.FSGSBASE) ? Cr4.FSGSBASE : 0)
                | (model.has(Feature.PCID) ? Cr4.PCIDE : 0)
                | (model.has(Feature.XSAVE) ? Cr4.OSXSAVE : 0)
                | (model.has(Feature.SMEP) ? Cr4.SMEP : 0)
                | (model.has(Feature.SMAP) ? Cr4.SMAP : 0)
                | (model.has(Feature.PKU) ? Cr4.PKE : 0)
                | (model.has(Feature.PKS) ? Cr4.PKS : 0);
    }

    /** CR0, CR2, CR3, CR4 or CR8. */
    public long read(int number) {
        return switch (number) {
            case 0 -> system.cr0;
            case 2 -> system.cr2;
            case 3 -> system.cr3;
            case 4 -> system.cr4;
            case 8 -> cpu.apic.cr8();
            default -> throw new IllegalArgumentException("no CR" + number);
        };
    }

    public void write(int number, long value) {
        switch (number) {
            case 0 -> setCr0(value);
            case 2 -> system.cr2 = value;
            case 3 -> setCr3(value);
            case 4 -> setCr4(value);
            case 8 -> setCr8(value);
            default -> throw new IllegalArgumentException("no CR" + number);
        }
    }

    public void setCr0(long value) {
        require(value >>> 32 == 0);
        boolean paging = (value & Cr0.PG) != 0;
        require(!paging || (value & Cr0.PE) != 0);
        require((value & (Cr0.NW | Cr0.CD)) != Cr0.NW);
        long cr0 = value & Cr0.DEFINED | Cr0.ET;
        long changed = cr0 ^ system.cr0;
        long efer = system.efer;
        if ((changed & Cr0.PG) != 0) {
            efer = paging ? eferForPaging() : eferWithoutPaging();
        }
        if (paging && (changed & CR0_PDPTES) != 0 && usesPdptes(efer, system.cr4)) {
            loadPdptes(system.cr3);
        }
        system.cr0 = cr0;
        system.efer = efer;
        if ((changed & CR0_TRANSLATION) != 0) {
            cpu.mmu.flush(false);
        }
        cpu.updateMode();
    }

    /** SDM 3A, "Initializing IA-32e Mode". */
    private long eferForPaging() {
        if ((system.efer & Efer.LME) == 0) {
            return system.efer;
        }
        require((system.cr4 & Cr4.PAE) != 0);
        require((cpu.segments.access[Segments.CS] & Segments.LONG) == 0);
        int taskStateSegment = cpu.segments.access[Segments.TR];
        boolean of80286 = (taskStateSegment & Segments.CODE) == 0; // type 1 or 3, not 9 or 11
        require((taskStateSegment & Segments.PRESENT) == 0 || !of80286);
        return system.efer | Efer.LMA;
    }

    private long eferWithoutPaging() {
        require(!cpu.is64());
        require((system.cr4 & Cr4.PCIDE) == 0);
        return system.efer & ~Efer.LMA;
    }

    /** LMSW: the low four bits, and PE can only be set. */
    public void loadMachineStatusWord(int value) {
        long kept = system.cr0 & ~(LMSW_BITS & ~Cr0.PE);
        setCr0(kept | value & LMSW_BITS);
    }

    /** CLTS. */
    public void clearTaskSwitched() {
        system.cr0 &= ~Cr0.TS;
        cpu.updateMode();
    }

    public void setCr3(long value) {
        boolean pcids = (system.cr4 & Cr4.PCIDE) != 0;
        long cr3 = pcids ? value & ~Cr3.NO_FLUSH : value;
        if (cpu.isLong()) {
            require((cr3 & ~CR3_ADDRESS_BITS) == 0);
        } else if ((system.cr0 & Cr0.PG) != 0 && usesPdptes(system.efer, system.cr4)) {
            loadPdptes(value);
        }
        boolean sameTables = pcids && value < 0 && cr3 == system.cr3;
        system.cr3 = cr3;
        if (!sameTables) {
            cpu.mmu.flush(true);
        }
    }

    public void setCr4(long value) {
        require((value & ~cr4Defined) == 0);
        long changed = value ^ system.cr4;
        if (cpu.isLong()) {
            require((value & Cr4.PAE) != 0);
            require((changed & Cr4.LA57) == 0);
        }
        if ((changed & value & Cr4.PCIDE) != 0) {
            require(cpu.isLong() && (system.cr3 & Cr3.PCID) == 0);
        }
        boolean paging = (system.cr0 & Cr0.PG) != 0;
        if (paging && (changed & CR4_PDPTES) != 0 && usesPdptes(system.efer, value)) {
            loadPdptes(system.cr3);
        }
        system.cr4 = value;
        if ((changed & CR4_TRANSLATION) != 0) {
            cpu.mmu.flush(false);
        }
        cpu.updateMode();
    }

    private void setCr8(long value) {
        require(value >>> 4 == 0);
        cpu.apic.setCr8((int) value);
    }

    /** XSETBV to XCR0. SDM 1, "Enabling the XSAVE Feature Set and XSAVE-Enabled Features". */
    public void setXcr0(long value) {
        require((value & ~XState.supported(cpu.model)) == 0);
        require((value & XState.X87) != 0);
        require((value & (XState.SSE | XState.AVX)) != XState.AVX);
        system.xcr0 = value;
        cpu.updateMode();
    }

    /** WRPKRU, XRSTOR. */
    public void setPkru(int value) {
        if (value != system.pkru) {
            system.pkru = value;
            cpu.mmu.flush(false);
        }
    }

    /** WRMSR to IA32_PKRS. */
    void setPkrs(long value) {
        require(value >>> 32 == 0);
        system.pkrs = (int) value;
        cpu.mmu.flush(false);
    }

    private static boolean usesPdptes(long efer, long cr4) {
        return (cr4 & Cr4.PAE) != 0 && (efer & Efer.LMA) == 0;
    }

    /** SDM 3A, "PDPTE Registers". Nothing has changed if one is not valid. */
    public void loadPdptes(long cr3) {
        long table = cr3 & 0xFFFF_FFE0L;
        for (int i = 0; i < 4; i++) {
            long at = cpu.nested.translate(table + 8L * i, PageWalker.READ) & cpu.a20Mask;
            long entry = cpu.memory.readLong(at);
            require((entry & PageEntry.P) == 0 || (entry & PDPTE_RESERVED) == 0);
            loadedPdpte[i] = entry;
        }
        System.arraycopy(loadedPdpte, 0, cpu.walker.pdpte, 0, 4);
    }

    private void require(boolean valid) {
        if (!valid) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
    }
}
