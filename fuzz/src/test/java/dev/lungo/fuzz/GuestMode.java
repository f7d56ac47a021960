package dev.lungo.fuzz;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/** The modes in which code can be run. SDM 3A, "Modes of Operation". */
enum GuestMode {
    REAL(CodeMode.CODE16),
    VM86(CodeMode.CODE16),
    PROTECTED_16(CodeMode.CODE16),
    PROTECTED_32(CodeMode.CODE32),
    COMPATIBILITY_16(CodeMode.CODE16),
    COMPATIBILITY_32(CodeMode.CODE32),
    LONG_64(CodeMode.CODE64);

    /** The ways to map addresses, where a mode leaves a choice. */
    enum Paging {
        NONE,
        LEGACY,
        PAE
    }

    // Access rights as in a descriptor, DPL 0.
    private static final int CODE_16 = 0x009B;
    private static final int CODE_32 = 0xC09B;
    private static final int CODE_64 = 0xA09B;
    private static final int DATA_16 = 0x0093;
    private static final int DATA_32 = 0xC093;

    private static final int CS = 1;

    final CodeMode code;

    GuestMode(CodeMode code) {
        this.code = code;
    }

    boolean isLong() {
        return this == COMPATIBILITY_16 || this == COMPATIBILITY_32 || this == LONG_64;
    }

    /**
     * Registers to begin with in the tables of {@link GuestTables}. Real mode has neither paging
     * nor privilege levels, virtual-8086 mode has level 3.
     */
    CpuRegisters registers(Paging paging, boolean user) {
        CpuRegisters registers = new CpuRegisters();
        registers.cr0 = Cr0.ET | Cr0.NE;
        registers.rip = GuestTables.CODE;
        registers.gpr[4] = GuestTables.STACK;
        if (this == REAL || this == VM86) {
            segments(registers, 0, this == REAL ? 0x93 : 0xF3, this == REAL ? 0x93 : 0xF3);
            registers.idtLimit = 0x3FF;
        }
        if (this != REAL) {
            registers.cr0 |= Cr0.PE;
            registers.gdtBase = GuestTables.GDT;
            registers.gdtLimit = GuestTables.TABLE_LIMIT;
            registers.idtBase = GuestTables.IDT;
            registers.idtLimit = GuestTables.TABLE_LIMIT;
            registers.ldtr =
                    new SegmentState(GuestTables.LDT_SELECTOR, GuestTables.LDT, 0xFFF, 0x82);
            registers.tr = new SegmentState(GuestTables.TSS_SELECTOR, GuestTables.TSS, 0xFFF, 0x8B);
            page(registers, paging);
        }
        if (this == VM86) {
            registers.rflags |= Rflags.VM;
        } else if (this != REAL) {
            int dpl = user ? 0x60 : 0;
            boolean is16 = code == CodeMode.CODE16;
            int rights = is16 ? CODE_16 : this == LONG_64 ? CODE_64 : CODE_32;
            segments(registers, user ? 3 : 0, rights | dpl, (is16 ? DATA_16 : DATA_32) | dpl);
        }
        return registers;
    }

    private void page(CpuRegisters registers, Paging paging) {
        if (isLong()) {
            registers.cr0 |= Cr0.PG;
            registers.cr3 = GuestTables.PML4;
            registers.cr4 |= Cr4.PAE;
            registers.efer = Efer.LME | Efer.LMA;
        } else if (paging != Paging.NONE) {
            registers.cr0 |= Cr0.PG;
            boolean pae = paging == Paging.PAE;
            registers.cr3 = pae ? GuestTables.PAE_POINTERS : GuestTables.LEGACY_DIRECTORY;
            registers.cr4 |= pae ? Cr4.PAE : Cr4.PSE;
        }
    }

    private void segments(CpuRegisters registers, int rpl, int codeAccess, int dataAccess) {
        boolean real = this == REAL || this == VM86;
        int limit = code == CodeMode.CODE16 ? 0xFFFF : -1;
        for (int i = 0; i < registers.segments.length; i++) {
            int selector = real ? 0 : GuestTables.dataSelector(rpl) | rpl;
            registers.segments[i] = new SegmentState(selector, 0, limit, dataAccess);
        }
        int selector = real ? 0 : GuestTables.codeSelector(this, rpl) | rpl;
        registers.segments[CS] = new SegmentState(selector, 0, limit, codeAccess);
    }
}
