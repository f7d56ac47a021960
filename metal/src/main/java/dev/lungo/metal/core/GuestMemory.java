package dev.lungo.metal.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.PageEntry;
import dev.lungo.isa.Rflags;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;

/**
 * Guest-linear to guest-physical addresses, by walking the guest's own tables. SDM 3A, "Paging".
 *
 * <p>{@link #physical} checks no privilege: it is for instructions that the processor was
 * executing. The hypervisor's own memory is never reached.
 */
public final class GuestMemory {
    public static final long NONE = -1;
    private static final int PRESENT = 1;
    private static final int WRITE = 1 << 1;
    private static final int USER = 1 << 2;
    private static final int GP = 13;
    private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;

    private GuestMemory() {}

    /** Guest-physical, or {@link #NONE}. CR0, CR3, CR4 and EFER of the Vcpu must be current. */
    public static long physical(Processor processor, long linear) {
        long at = walk(processor, linear);
        return at == NONE || isAbsent(at) ? NONE : at;
    }

    /**
     * For an access in the guest's stead: guest-physical, with the tables' accessed and dirty bits
     * set; or {@link #NONE}, and the guest has its fault. SDM 3A, "Page-Fault Exceptions".
     */
    static long translate(Processor processor, long linear, boolean write, boolean user) {
        Vcpu vcpu = processor.vcpu;
        PageWalk walk = processor.walk;
        int error = (write ? WRITE : 0) | (user ? USER : 0);
        long at = walk(processor, linear);
        if (at == NONE) {
            Engine.vendor().pageFault(processor, linear, error);
            return NONE;
        }
        if (isAbsent(at)) {
            Guest.raise(vcpu, GP, 0);
            return NONE;
        }
        boolean paging = (vcpu.cr0 & Cr0.PG) != 0;
        boolean smap = (vcpu.cr4 & Cr4.SMAP) != 0 && (vcpu.rflags & Rflags.AC) == 0;
        boolean denied =
                user && !walk.user
                        || write && !walk.writable && (user || (vcpu.cr0 & Cr0.WP) != 0)
                        || !user && walk.user && smap;
        if (paging && denied) {
            Engine.vendor().pageFault(processor, linear, error | PRESENT);
            return NONE;
        }
        walk.mark(write);
        return at;
    }

    private static long walk(Processor processor, long linear) {
        Vcpu vcpu = processor.vcpu;
        PageWalk walk = processor.walk;
        walk.begin();
        if ((vcpu.cr0 & Cr0.PG) == 0) {
            return linear & 0xFFFF_FFFFL;
        }
        if ((vcpu.efer & Efer.LMA) != 0) {
            int levels = (vcpu.cr4 & Cr4.LA57) != 0 ? 5 : 4;
            return walkLong(walk, vcpu.cr3 & ADDRESS, linear, levels);
        }
        if ((vcpu.cr4 & Cr4.PAE) != 0) {
            long pdpte = read64((vcpu.cr3 & 0xFFFF_FFE0L) + (linear >>> 30 & 3) * 8);
            return (pdpte & PageEntry.P) == 0 ? NONE : walkLong(walk, pdpte & ADDRESS, linear, 2);
        }
        return walk32(walk, vcpu, linear & 0xFFFF_FFFFL);
    }

    private static long walkLong(PageWalk walk, long table, long linear, int levels) {
        long at = table;
        for (int level = levels; level > 0; level--) {
            int shift = 3 + 9 * level;
            long place = at + (linear >>> shift & 511) * 8;
            long entry = read64(place);
            if ((entry & PageEntry.P) == 0) {
                return NONE;
            }
            walk.through(place, entry);
            if (level == 1 || level <= 3 && (entry & PageEntry.PS) != 0) {
                long offset = (1L << shift) - 1;
                return (entry & ADDRESS & ~offset) | (linear & offset);
            }
            at = entry & ADDRESS;
        }
        return NONE;
    }

    private static long walk32(PageWalk walk, Vcpu vcpu, long linear) {
        long place = (vcpu.cr3 & 0xFFFF_F000L) + (linear >>> 22) * 4;
        long directory = read32(place);
        if ((directory & PageEntry.P) == 0) {
            return NONE;
        }
        walk.through(place, directory);
        if ((directory & PageEntry.PS) != 0 && (vcpu.cr4 & Cr4.PSE) != 0) {
            return (directory & 0xFFC0_0000L)
                    | (directory & 0x1F_E000L) << 19
                    | (linear & 0x3F_FFFF);
        }
        place = (directory & 0xFFFF_F000L) + (linear >>> 12 & 1023) * 4;
        long page = read32(place);
        if ((page & PageEntry.P) == 0) {
            return NONE;
        }
        walk.through(place, page);
        return (page & 0xFFFF_F000L) | (linear & 0xFFF);
    }

    /** The guest may have tables that lead anywhere. */
    private static boolean isAbsent(long at) {
        return NestedMap.isRemoved(at) || !HostTables.reaches(at);
    }

    private static long read64(long at) {
        return isAbsent(at) ? 0 : Bare.get64(at);
    }

    private static long read32(long at) {
        return isAbsent(at) ? 0 : Bare.get32(at) & 0xFFFF_FFFFL;
    }

    /** Fetches what may be an instruction at a guest-linear address. */
    public static void fetch(Processor processor, long linear) {
        Store store = processor.store;
        long page = NONE;
        store.fetched = 0;
        for (int i = 0; i < Store.MAX_LENGTH; i++) {
            long at = linear + i;
            if (page == NONE || (at & 0xFFF) == 0) {
                page = physical(processor, at & -Pages.SIZE);
                if (page == NONE) {
                    return;
                }
            }
            store.code[i] = (byte) Bare.get8(page + (at & 0xFFF));
            store.fetched++;
        }
    }
}
