package dev.lungo.machine;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.PageEntry;

/**
 * Where a processor's linear addresses are, for somebody who looks on: nothing faults, and no
 * accessed bit is set. SDM 3A, "Paging". Rights are not looked at.
 */
public final class LinearAddresses {
    /** No such address. */
    public static final long UNMAPPED = -1;

    private static final long LEGACY_ADDRESS = 0xFFFF_F000L;

    private final CpuRegisters registers;
    private final GuestMemory memory;

    public LinearAddresses(CpuRegisters registers, GuestMemory memory) {
        this.registers = registers;
        this.memory = memory;
    }

    /** The guest-physical address, or {@link #UNMAPPED}. */
    public long physical(long linear) {
        if ((registers.cr0 & Cr0.PG) == 0) {
            return linear & 0xFFFF_FFFFL;
        }
        if ((registers.efer & Efer.LMA) != 0) {
            boolean five = (registers.cr4 & Cr4.LA57) != 0;
            return walk(registers.cr3 & PageEntry.ADDRESS, five ? 5 : 4, linear, 9);
        }
        long low = linear & 0xFFFF_FFFFL;
        return (registers.cr4 & Cr4.PAE) != 0
                ? walk(registers.cr3 & 0xFFFF_FFE0L, 3, low, 9)
                : walk(registers.cr3 & LEGACY_ADDRESS, 2, low, 10);
    }

    /**
     * @param level of the table, 1 being that of the pages
     * @param bits of the address that each level translates: 9 with entries of 8 bytes, 10 of 4
     */
    private long walk(long table, int level, long linear, int bits) {
        int entryBytes = bits == 9 ? 8 : 4;
        int shift = 12 + bits * (level - 1);
        long at = table + ((linear >>> shift) & ((1 << bits) - 1)) * entryBytes;
        if (!memory.contains(at, entryBytes)) {
            return UNMAPPED;
        }
        long entry = bits == 9 ? memory.getLong(at) : memory.getInt(at) & 0xFFFF_FFFFL;
        if ((entry & PageEntry.P) == 0) {
            return UNMAPPED;
        }
        long address = entry & (bits == 9 ? PageEntry.ADDRESS : LEGACY_ADDRESS);
        long inside = (1L << shift) - 1;
        if (level == 1 || (level <= 3 && (entry & PageEntry.PS) != 0)) {
            return (address & ~inside) | (linear & inside);
        }
        return walk(address, level - 1, linear, bits);
    }
}
