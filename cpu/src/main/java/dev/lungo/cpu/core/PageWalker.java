package dev.lungo.cpu.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.PageEntry;
import dev.lungo.isa.PageFaultError;
import dev.lungo.machine.CpuSetup;

/**
 * Linear to guest-physical, by the paging structures in memory: 32-bit, PAE, 4-level and 5-level
 * paging, with accessed and dirty bits, access rights and protection keys. SDM 3A, "Paging".
 *
 * <p>A walk leaves what the TLB wants to know of the page in the fields {@link #global}, {@link
 * #writable} and so on. Left out: shadow-stack pages, HLAT.
 */
public final class PageWalker {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int EXECUTE = 2;

    public static final int PHYSICAL_BITS = CpuSetup.PHYSICAL_ADDRESS_BITS;

    private static final long PHYSICAL_MASK = (1L << PHYSICAL_BITS) - 1;
    private static final long RESERVED_ADDRESS = PageEntry.ADDRESS & ~PHYSICAL_MASK;
    private static final int ENTRY32_ADDRESS = 0xFFFF_F000;

    /** Another processor has changed an entry before it could be marked. */
    private static final long AGAIN = -1;

    private final Processor cpu;
    private final SystemRegisters system;
    private final PhysicalMemory memory;

    /** PDPTE0 to PDPTE3 of PAE paging, which MOV to CR3 loads. SDM 3A, "PDPTE Registers". */
    public final long[] pdpte = new long[4];

    // What the last walk found.

    /** The page stays over a MOV to CR3. */
    boolean global;

    /** A write in the same privilege would succeed, and the page is marked dirty already. */
    boolean writable;

    /** The page has 2 to this power bytes. */
    int pageShift;

    // The rights gathered on the way down: ANDed over the levels.
    private long rights;
    private boolean noExecute;

    // The entries gone through, by level: they are marked accessed once nothing can fault any more.
    private final long[] tableAt = new long[6];
    private final long[] tableEntry = new long[6];

    PageWalker(Processor cpu, PhysicalMemory memory) {
        this.cpu = cpu;
        this.system = cpu.system;
        this.memory = memory;
    }

    /**
     * The guest-physical address of a linear one.
     *
     * @param user whether it is a user-mode access
     * @param ignoreSmap whether RFLAGS.AC lets supervisor code at user pages
     * @throws GuestFault #PF, with CR2 set
     */
    long walk(long linear, int access, boolean user, boolean ignoreSmap) {
        for (; ; ) {
            long physical = walkOnce(linear, access, user, ignoreSmap);
            if (physical != AGAIN) {
                return physical;
            }
        }
    }

    /**
     * Whether walks are what nearly every operating system has them be: 4-level or 5-level paging,
     * and nothing that protects pages with key 0.
     */
    boolean isPlain() {
        return (system.efer & Efer.LMA) != 0
                && (system.cr4 & Cr4.PKS) == 0
                && (system.pkru & 3) == 0
                && cpu.nested.equals(Translation.NONE)
                && cpu.a20Mask == -1;
    }

    /** Bits that no entry may have, but for those of addresses that are too large. */
    long reserved() {
        return (system.efer & Efer.NXE) != 0 ? 0 : PageEntry.XD;
    }

    boolean hasGlobalPages() {
        return (system.cr4 & Cr4.PGE) != 0;
    }

    boolean hasFiveLevels() {
        return (system.cr4 & Cr4.LA57) != 0;
    }

    /** The guest-physical address of the topmost structure of 4-level or 5-level paging. */
    long root() {
        return system.cr3 & PageEntry.ADDRESS & PHYSICAL_MASK;
    }

    private long walkOnce(long linear, int access, boolean user, boolean ignoreSmap) {
        if ((system.cr4 & Cr4.PAE) == 0) {
            return walk32(linear, access, user, ignoreSmap);
        }
        rights = PageEntry.RW | PageEntry.US;
        noExecute = false;
        if ((system.efer & Efer.LMA) == 0) {
            return walkPae(linear, access, user, ignoreSmap);
        }
        int levels = hasFiveLevels() ? 5 : 4;
        return walk64(linear, root(), levels, access, user, ignoreSmap);
    }

    private long walkPae(long linear, int access, boolean user, boolean ignoreSmap) {
        long entry = pdpte[(int) (linear >>> 30) & 3];
        if ((entry & PageEntry.P) == 0) {
            throw fault(linear, access, user, 0);
        }
        return walk64(
                linear, entry & PageEntry.ADDRESS & PHYSICAL_MASK, 2, access, user, ignoreSmap);
    }

    private long walk64(
            long linear, long table, int levels, int access, boolean user, boolean ignoreSmap) {
        boolean longMode = (system.efer & Efer.LMA) != 0;
        long inAll = RESERVED_ADDRESS | reserved();
        if (!longMode) {
            inAll |= 0x7FF0_0000_0000_0000L; // bits 62:52 are reserved in PAE paging
        }
        for (int level = levels; ; level--) {
            int shift = 12 + 9 * (level - 1);
            long at = table + ((linear >>> shift) & 0x1FF) * 8;
            long entry = memory.readLong(physical(at, READ));
            if ((entry & PageEntry.P) == 0) {
                throw fault(linear, access, user, 0);
            }
            boolean leaf = level == 1 || (entry & PageEntry.PS) != 0;
            long reserved = inAll;
            if (leaf && level > 1) {
                reserved |= level > 3 ? PageEntry.PS : (1L << shift) - (1L << 13);
            }
            if ((entry & reserved) != 0) {
                throw fault(linear, access, user, PageFaultError.P | PageFaultError.RSVD);
            }
            rights &= entry;
            noExecute |= (entry & PageEntry.XD) != 0;
            if (!leaf) {
                tableAt[level] = at;
                tableEntry[level] = entry;
                table = entry & PageEntry.ADDRESS & PHYSICAL_MASK;
                continue;
            }
            int key = (int) (entry >>> PageEntry.PROTECTION_KEY_SHIFT) & 0xF;
            check(linear, access, user, ignoreSmap, longMode ? key : -1);
            for (int i = levels; i > level; i--) {
                if ((tableEntry[i] & PageEntry.A) == 0
                        && !mark(tableAt[i], 8, tableEntry[i], PageEntry.A)) {
                    return AGAIN;
                }
            }
            long wanted = PageEntry.A | (access == WRITE ? PageEntry.D : 0);
            if ((entry & wanted) != wanted) {
                if (!mark(at, 8, entry, wanted)) {
                    return AGAIN;
                }
                entry |= wanted;
            }
            pageShift = shift;
            finish(entry, user, longMode ? key : -1);
            long offset = (1L << shift) - 1;
            long page = entry & PageEntry.ADDRESS & PHYSICAL_MASK & ~offset;
            return cpu.nested.translate(page | linear & offset, access);
        }
    }

    private long walk32(long linear, int access, boolean user, boolean ignoreSmap) {
        rights = PageEntry.RW | PageEntry.US;
        noExecute = false;
        long directoryAt =
                (system.cr3 & ENTRY32_ADDRESS & 0xFFFF_FFFFL) + ((linear >>> 22) & 0x3FF) * 4;
        int directory = memory.readInt(physical(directoryAt, READ));
        if ((directory & PageEntry.P) == 0) {
            throw fault(linear, access, user, 0);
        }
        rights &= directory;
        if ((directory & PageEntry.PS) != 0 && (system.cr4 & Cr4.PSE) != 0) {
            if ((directory & (1 << 21)) != 0) { // bits 20:13 are address bits 39:32 (PSE-36)
                throw fault(linear, access, user, PageFaultError.P | PageFaultError.RSVD);
            }
            check(linear, access, user, ignoreSmap, -1);
            if (!mark(directoryAt, 4, directory, wanted(access))) {
                return AGAIN;
            }
            pageShift = 22;
            finish(directory | wanted(access), user, -1);
            long page = (directory & 0xFFC0_0000L) | (long) (directory >>> 13 & 0xFF) << 32;
            return cpu.nested.translate(page | linear & 0x3F_FFFF, access);
        }
        long at = (directory & ENTRY32_ADDRESS & 0xFFFF_FFFFL) + ((linear >>> 12) & 0x3FF) * 4;
        int entry = memory.readInt(physical(at, READ));
        if ((entry & PageEntry.P) == 0) {
            throw fault(linear, access, user, 0);
        }
        rights &= entry;
        check(linear, access, user, ignoreSmap, -1);
        if (!mark(directoryAt, 4, directory, PageEntry.A) || !mark(at, 4, entry, wanted(access))) {
            return AGAIN;
        }
        pageShift = 12;
        finish(entry | wanted(access), user, -1);
        return cpu.nested.translate(
                (entry & ENTRY32_ADDRESS & 0xFFFF_FFFFL) | linear & 0xFFF, access);
    }

    /** Where an entry is. */
    private long physical(long guestPhysical, int access) {
        return cpu.nested.translate(guestPhysical, access) & cpu.a20Mask;
    }

    /** The bits that a page's entry must have. */
    private static long wanted(int access) {
        return PageEntry.A | (access == WRITE ? PageEntry.D : 0);
    }

    /**
     * Sets bits of an entry, if it still is what it was: as hardware does, with a locked operation.
     * SDM 3A, "Accessed and Dirty Flags" and "Automatic Locking" (section 9.1.2.1).
     */
    private boolean mark(long at, int bytes, long entry, long bits) {
        return (entry & bits) == bits
                || memory.compareAndSet(physical(at, WRITE), bytes, entry, entry | bits);
    }

    /** SDM 3A, "Determination of Access Rights". {@code key} is -1 without protection keys. */
    private void check(long linear, int access, boolean user, boolean ignoreSmap, int key) {
        boolean userPage = (rights & PageEntry.US) != 0;
        boolean allowed =
                switch (access) {
                    case READ -> user ? userPage : !userPage || smapAllows(ignoreSmap);
                    case WRITE ->
                            user
                                    ? userPage && (rights & PageEntry.RW) != 0
                                    : (!userPage || smapAllows(ignoreSmap)) && supervisorWrites();
                    default ->
                            !noExecute
                                    && (user
                                            ? userPage
                                            : !userPage || (system.cr4 & Cr4.SMEP) == 0);
                };
        boolean keyDenies = key >= 0 && access != EXECUTE && !keyAllows(key, access, user);
        if (!allowed || keyDenies) { // the error code tells of the key even where more is wrong
            int violation = PageFaultError.P | (keyDenies ? PageFaultError.PK : 0);
            throw fault(linear, access, user, violation);
        }
    }

    private boolean smapAllows(boolean ignoreSmap) {
        return ignoreSmap || (system.cr4 & Cr4.SMAP) == 0;
    }

    private boolean supervisorWrites() {
        return (rights & PageEntry.RW) != 0 || (system.cr0 & Cr0.WP) == 0;
    }

    /** SDM 3A, "Protection Keys": PKRU is for user pages, IA32_PKRS for the others. */
    private boolean keyAllows(int key, int access, boolean user) {
        boolean userPage = (rights & PageEntry.US) != 0;
        if ((system.cr4 & (userPage ? Cr4.PKE : Cr4.PKS)) == 0) {
            return true;
        }
        int keyRights = (userPage ? system.pkru : system.pkrs) >>> 2 * key;
        boolean accessDisabled = (keyRights & 1) != 0;
        boolean writeDisabled = (keyRights & 2) != 0;
        return !accessDisabled
                && !(access == WRITE && writeDisabled && (user || (system.cr0 & Cr0.WP) != 0));
    }

    private void finish(long entry, boolean user, int key) {
        global = (entry & PageEntry.G) != 0 && hasGlobalPages();
        writable =
                (entry & PageEntry.D) != 0
                        && (user ? (rights & PageEntry.RW) != 0 : supervisorWrites())
                        && (key < 0 || keyAllows(key, WRITE, user));
    }

    private GuestFault fault(long linear, int access, boolean user, int code) {
        int error = code;
        if (access == WRITE) {
            error |= PageFaultError.WR;
        }
        if (user) {
            error |= PageFaultError.US;
        }
        boolean reportsFetch =
                (system.cr4 & Cr4.SMEP) != 0
                        || (system.cr4 & Cr4.PAE) != 0 && (system.efer & Efer.NXE) != 0;
        if (access == EXECUTE && reportsFetch) {
            error |= PageFaultError.ID;
        }
        cpu.faultAddress = linear;
        return cpu.fault(ExceptionVector.PF, error);
    }
}
