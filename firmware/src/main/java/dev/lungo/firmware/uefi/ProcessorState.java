package dev.lungo.firmware.uefi;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.PageEntry;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.GuestMemory;

/**
 * What images find a processor in: 64-bit mode, memory mapped to itself, exceptions told to the
 * firmware. UEFI 2.10, "x64 Platforms" (2.3.4).
 */
public final class ProcessorState {
    /** The selectors that EDK II has, which some loaders take for granted. */
    private static final int DATA = 0x30;

    private static final int CODE = 0x38;

    private static final long FLAT_DATA = 0x00CF_9300_0000_FFFFL;
    private static final long FLAT_CODE_32 = 0x00CF_9B00_0000_FFFFL;
    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;

    private static final long TABLE_ENTRY = PageEntry.P | PageEntry.RW;
    private static final long LARGE_PAGE = TABLE_ENTRY | PageEntry.PS;
    private static final long GIB = 1L << 30;
    private static final int VECTORS = 256;
    private static final int EXCEPTIONS = 32;
    private static final int GATE = 0x8E00; // present, DPL 0, 64-bit interrupt gate

    /** Exceptions that push an error code. SDM 3A, "Exceptions and Interrupts" (table 6-1). */
    private static final int WITH_ERROR_CODE =
            1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17 | 1 << 21;

    private final long cr3;
    private final long gdt;
    private final int gdtBytes;
    private final long idt;
    private final long stackTop;

    /** Behind the OUT that an exception leads to. */
    private long exceptionOut;

    /**
     * Writes the tables that the processor needs.
     *
     * @param stackBytes of the stack that images begin with
     */
    ProcessorState(GuestMemory memory, MemoryMap map, PageMap pages, Stubs stubs, long stackBytes) {
        cr3 = identityMap(memory, map, pages);
        long tables = take(pages, 2);
        gdt = tables;
        byte[] descriptors = descriptors();
        gdtBytes = descriptors.length;
        memory.write(gdt, descriptors);
        idt = tables + PageMap.PAGE;
        memory.write(idt, gates(exceptionStubs(stubs)));
        stackTop = take(pages, stackBytes / PageMap.PAGE) + stackBytes;
    }

    private static long take(PageMap pages, long count) {
        long at =
                pages.allocate(MemoryType.BOOT_SERVICES_DATA, count, Long.MAX_VALUE, PageMap.PAGE);
        if (at < 0) {
            throw new dev.lungo.boot.BootException(
                    "UEFI does not fit into so little memory; give the machine more");
        }
        return at;
    }

    private static byte[] descriptors() {
        ByteWriter out = new ByteWriter().u64(0);
        out.u64(FLAT_DATA).u64(FLAT_CODE_32).u64(FLAT_DATA).u64(FLAT_CODE_32).u64(0);
        return out.u64(FLAT_DATA).u64(CODE_64).toBytes();
    }

    /** SDM 3A, "4-Level Paging": pages of 2 MiB, to the end of RAM or 4 GiB. */
    private static long identityMap(GuestMemory memory, MemoryMap map, PageMap pages) {
        long end = Math.max(PhysicalMap.FOUR_GIB, map.highRamEnd());
        int gib = (int) ((end + GIB - 1) / GIB);
        int pdpts = (gib + 511) / 512;
        long pml4 = take(pages, 1 + pdpts + gib);
        long pdpt = pml4 + PageMap.PAGE;
        long directory = pdpt + (long) pdpts * PageMap.PAGE;
        for (int i = 0; i < pdpts; i++) {
            memory.putLong(pml4 + 8L * i, pdpt + (long) i * PageMap.PAGE | TABLE_ENTRY);
        }
        for (int i = 0; i < gib; i++) {
            long table = directory + (long) i * PageMap.PAGE;
            memory.putLong(pdpt + 8L * i, table | TABLE_ENTRY);
            for (int j = 0; j < 512; j++) {
                memory.putLong(table + 8L * j, i * GIB + ((long) j << 21) | LARGE_PAGE);
            }
        }
        return pml4;
    }

    /**
     * The handlers: each pushes 0 where there is no error code, then its number, then calls the
     * firmware; those of interrupts just return.
     *
     * @return where the first is; they are 16 bytes apart, and the last is that of interrupts
     */
    private long exceptionStubs(Stubs stubs) {
        ByteWriter out = new ByteWriter();
        int common = EXCEPTIONS * 16 + 16;
        for (int i = 0; i < EXCEPTIONS; i++) {
            if ((WITH_ERROR_CODE & 1 << i) == 0) {
                out.u8(0x6A).u8(0); // push 0
            }
            out.u8(0x6A).u8(i); // push i
            out.u8(0xE9).u32(common - out.length() - 4); // jmp common
            out.alignTo(16);
        }
        out.u8(0x48).u8(0xCF).alignTo(16); // iretq
        out.u8(0xE6).u8(0xB4); // out 0B4h, al
        out.u8(0x0F).u8(0x0B); // ud2
        long first = stubs.place(out.toBytes(), 16);
        exceptionOut = first + common + 2;
        return first;
    }

    /** SDM 3A, "64-Bit Mode IDT" (6.14.1). */
    private static byte[] gates(long first) {
        ByteWriter out = new ByteWriter();
        for (int i = 0; i < VECTORS; i++) {
            long handler = first + 16L * Math.min(i, EXCEPTIONS);
            out.u16((int) handler).u16(CODE).u16(GATE).u16((int) (handler >> 16));
            out.u32(handler >> 32).u32(0);
        }
        return out.toBytes();
    }

    /** Whether this is where an exception calls the firmware. */
    boolean isException(long behindOut) {
        return behindOut == exceptionOut;
    }

    /** Whether a processor's memory is still mapped to itself as here. */
    boolean isOurs(CpuRegisters registers) {
        return registers.cr3 == cr3 && registers.segments[1].selector() == CODE;
    }

    /** The state in which images begin: interrupts are on, and none comes but the firmware's. */
    CpuRegisters registers(long entry) {
        CpuRegisters registers = new CpuRegisters();
        registers.rip = entry;
        registers.rflags |= Rflags.IF;
        registers.gpr[4] = stackTop - 64;
        for (int i = 0; i < registers.segments.length; i++) {
            registers.segments[i] = SegmentState.flatData(DATA);
        }
        registers.segments[1] = SegmentState.code64(CODE);
        registers.tr = new SegmentState(0, 0, 0xFFFF, 0x8B);
        registers.gdtBase = gdt;
        registers.gdtLimit = gdtBytes - 1;
        registers.idtBase = idt;
        registers.idtLimit = VECTORS * 16 - 1;
        registers.cr0 = Cr0.PG | Cr0.WP | Cr0.NE | Cr0.ET | Cr0.MP | Cr0.PE;
        registers.cr3 = cr3;
        registers.cr4 = Cr4.PAE | Cr4.DE | Cr4.OSFXSR | Cr4.OSXMMEXCPT;
        registers.efer = Efer.LME | Efer.LMA;
        return registers;
    }
}
