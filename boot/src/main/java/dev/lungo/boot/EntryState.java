package dev.lungo.boot;

import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.PageEntry;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/** The states a processor is in when a boot loader hands over. */
public final class EntryState {
    /** The selectors that the Linux boot protocol prescribes; the others leave them open. */
    private static final int CODE = 0x10;

    private static final int DATA = 0x18;

    private static final long FLAT_CODE_32 = 0x00CF_9B00_0000_FFFFL;
    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;
    private static final long FLAT_DATA = 0x00CF_9300_0000_FFFFL;

    /** Busy 32-bit TSS, as PVH wants and VMX demands. */
    private static final SegmentState TASK = new SegmentState(0, 0, 0x67, 0x8B);

    private static final long PAGE = 4096;
    private static final long TABLE_ENTRY = PageEntry.P | PageEntry.RW;
    private static final long LARGE_PAGE = TABLE_ENTRY | PageEntry.PS;

    private EntryState() {}

    /** Protected mode, flat, no paging, interrupts off. */
    public static CpuRegisters protected32(GuestRam ram, long entry) {
        CpuRegisters registers = flat(ram, entry, FLAT_CODE_32);
        registers.segments[1] = SegmentState.flatCode32(CODE);
        registers.cr0 = Cr0.PE | Cr0.ET;
        return registers;
    }

    /** 64-bit mode, the first 4 GiB mapped to themselves, interrupts off. */
    public static CpuRegisters long64(GuestRam ram, long entry) {
        CpuRegisters registers = flat(ram, entry, CODE_64);
        registers.segments[1] = SegmentState.code64(CODE);
        registers.cr0 = Cr0.PG | Cr0.PE | Cr0.ET;
        registers.cr3 = identityMap(ram);
        registers.cr4 = Cr4.PAE;
        registers.efer = Efer.LME | Efer.LMA;
        return registers;
    }

    private static CpuRegisters flat(GuestRam ram, long entry, long code) {
        ByteWriter gdt = new ByteWriter().u64(0).u64(0).u64(code).u64(FLAT_DATA);
        CpuRegisters registers = new CpuRegisters();
        registers.rip = entry;
        for (int i = 0; i < registers.segments.length; i++) {
            registers.segments[i] = SegmentState.flatData(DATA);
        }
        registers.tr = TASK;
        registers.gdtBase = ram.place("the GDT", gdt.toBytes(), 16);
        registers.gdtLimit = gdt.length() - 1;
        return registers;
    }

    /** SDM 3A, "4-Level Paging": one PML4, one PDPT, four page directories of 2 MiB pages. */
    private static long identityMap(GuestRam ram) {
        long pml4 = ram.claimLowest("the page tables", 6 * PAGE, PAGE);
        long pdpt = pml4 + PAGE;
        long directories = pdpt + PAGE;

        ByteWriter tables = new ByteWriter();
        tables.u64(pdpt | TABLE_ENTRY).alignTo((int) PAGE);
        for (int i = 0; i < 4; i++) {
            tables.u64((directories + i * PAGE) | TABLE_ENTRY);
        }
        tables.alignTo((int) PAGE);
        for (long page = 0; page < PhysicalMap.FOUR_GIB; page += 2 << 20) {
            tables.u64(page | LARGE_PAGE);
        }
        ram.memory().write(pml4, tables.toBytes());
        return pml4;
    }
}
