package dev.lungo.metal.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.PageEntry;
import dev.lungo.metal.Vcpu;

/**
 * Guest-linear to guest-physical addresses, by walking the guest's own tables. SDM 3A, "Paging".
 *
 * <p>Privilege is not checked: this is for instructions that the processor was executing. The
 * hypervisor's own memory is never reached.
 */
public final class GuestMemory {
    public static final long NONE = -1;
    private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;

    private GuestMemory() {}

    /** Guest-physical, or {@link #NONE}. CR0, CR3, CR4 and EFER of the Vcpu must be current. */
    public static long physical(Vcpu vcpu, long linear) {
        long at = walk(vcpu, linear);
        return at == NONE || NestedMap.isRemoved(at) ? NONE : at;
    }

    private static long walk(Vcpu vcpu, long linear) {
        if ((vcpu.cr0 & Cr0.PG) == 0) {
            return linear & 0xFFFF_FFFFL;
        }
        if ((vcpu.efer & Efer.LMA) != 0) {
            int levels = (vcpu.cr4 & Cr4.LA57) != 0 ? 5 : 4;
            return walkLong(vcpu.cr3 & ADDRESS, linear, levels);
        }
        if ((vcpu.cr4 & Cr4.PAE) != 0) {
            long pdpte = read64((vcpu.cr3 & 0xFFFF_FFE0L) + (linear >>> 30 & 3) * 8);
            return (pdpte & PageEntry.P) == 0 ? NONE : walkLong(pdpte & ADDRESS, linear, 2);
        }
        return walk32(vcpu, linear & 0xFFFF_FFFFL);
    }

    private static long walkLong(long table, long linear, int levels) {
        long at = table;
        for (int level = levels; level > 0; level--) {
            int shift = 3 + 9 * level;
            long entry = read64(at + (linear >>> shift & 511) * 8);
            if ((entry & PageEntry.P) == 0) {
                return NONE;
            }
            if (level == 1 || level <= 3 && (entry & PageEntry.PS) != 0) {
                long offset = (1L << shift) - 1;
                return (entry & ADDRESS & ~offset) | (linear & offset);
            }
            at = entry & ADDRESS;
        }
        return NONE;
    }

    private static long walk32(Vcpu vcpu, long linear) {
        long directory = read32((vcpu.cr3 & 0xFFFF_F000L) + (linear >>> 22) * 4);
        if ((directory & PageEntry.P) == 0) {
            return NONE;
        }
        if ((directory & PageEntry.PS) != 0 && (vcpu.cr4 & Cr4.PSE) != 0) {
            return (directory & 0xFFC0_0000L)
                    | (directory & 0x1F_E000L) << 19
                    | (linear & 0x3F_FFFF);
        }
        long page = read32((directory & 0xFFFF_F000L) + (linear >>> 12 & 1023) * 4);
        return (page & PageEntry.P) == 0 ? NONE : (page & 0xFFFF_F000L) | (linear & 0xFFF);
    }

    private static long read64(long at) {
        return NestedMap.isRemoved(at) ? 0 : Bare.get64(at);
    }

    private static long read32(long at) {
        return NestedMap.isRemoved(at) ? 0 : Bare.get32(at) & 0xFFFF_FFFFL;
    }

    /** Fetches what may be an instruction at a guest-linear address. */
    public static void fetch(Processor processor, long linear) {
        Store store = processor.store;
        long page = NONE;
        store.fetched = 0;
        for (int i = 0; i < Store.MAX_LENGTH; i++) {
            long at = linear + i;
            if (page == NONE || (at & 0xFFF) == 0) {
                page = physical(processor.vcpu, at & -Pages.SIZE);
                if (page == NONE) {
                    return;
                }
            }
            store.code[i] = (byte) Bare.get8(page + (at & 0xFFF));
            store.fetched++;
        }
    }
}
