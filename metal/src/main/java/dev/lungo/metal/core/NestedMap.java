package dev.lungo.metal.core;

/**
 * Guest-physical to host-physical: everything to itself, in pages of 2 MiB that are split where
 * something needs a page of 4 KiB of its own. One map serves all processors.
 *
 * <p>The entries are those of the EPT (SDM 3C, "Format of an EPT PDE that Maps a 2-MByte Page"),
 * and at the same time those of nested paging (APM 2, "Nested Paging"): R, W and X are where P, RW
 * and US are. Only the memory type is the EPT's alone. Directories are made when the guest first
 * goes there, out of {@link Pages}, so that what is never used costs nothing.
 */
public final class NestedMap {
    private static final long ALL = 0b111;
    private static final long NO_WRITE = 0b101;
    private static final long LARGE = 1L << 7;
    private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;
    private static final long LARGE_BYTES = 2L << 20;
    private static final int WRITE_BACK = 6;

    private static long pml4;
    private static boolean ept;
    private static long physicalEnd;
    private static long lock;

    private NestedMap() {}

    /** Begins an empty map of this many bits of physical address. */
    public static void begin(boolean forEpt, int addressBits) {
        ept = forEpt;
        physicalEnd = 1L << (addressBits < 48 ? addressBits : 48);
        pml4 = Pages.take(1);
        lock = Pages.take(1);
    }

    public static long root() {
        return pml4;
    }

    /** Maps the 2 MiB around an address to itself, unless they have an entry: false if they do. */
    public static boolean mapAround(long guestPhysical) {
        if (guestPhysical < 0 || guestPhysical >= physicalEnd) {
            return false;
        }
        acquire();
        long entry = directoryEntry(guestPhysical);
        boolean absent = entry != 0 && Bare.get64(entry) == 0;
        if (absent) {
            long base = guestPhysical & -LARGE_BYTES;
            int type = ept ? Mtrr.typeOf(base, LARGE_BYTES) : 0;
            if (type < 0) {
                split(entry, base);
            } else {
                Bare.put64(entry, base | LARGE | ALL | type(type));
            }
        }
        release();
        return absent;
    }

    /** Whether there is a page: another processor may have mapped it since this one found none. */
    public static boolean isMapped(long guestPhysical) {
        if (isRemoved(guestPhysical)) {
            return false;
        }
        long directory = directoryEntry(guestPhysical);
        return directory != 0 && Bare.get64(directory) != 0;
    }

    /** Takes pages of 4 KiB out of the map for good. */
    public static boolean remove(long guestPhysical, long bytes) {
        return change(guestPhysical, bytes, 0);
    }

    public static boolean writeProtect(long guestPhysical) {
        return change(guestPhysical, Pages.SIZE, NO_WRITE);
    }

    private static boolean change(long from, long bytes, long access) {
        acquire();
        boolean done = true;
        for (long page = from & -Pages.SIZE; page < from + bytes; page += Pages.SIZE) {
            long entry = directoryEntry(page);
            if (entry == 0) {
                done = false;
                break;
            }
            long value = Bare.get64(entry);
            if (value == 0 || (value & LARGE) != 0) {
                split(entry, page & -LARGE_BYTES);
                value = Bare.get64(entry);
            }
            long leaf = (value & ADDRESS) + (page >>> 12 & 511) * 8;
            int type = ept ? Mtrr.typeOf(page, Pages.SIZE) : 0;
            Bare.put64(leaf, access == 0 ? 1L << 52 : page | access | type(type));
        }
        release();
        return done;
    }

    /** Whether the page is one that was taken out. */
    public static boolean isRemoved(long guestPhysical) {
        if (guestPhysical < 0 || guestPhysical >= physicalEnd) {
            return true;
        }
        long directory = directoryEntry(guestPhysical);
        long value = directory == 0 ? 0 : Bare.get64(directory);
        if (value == 0 || (value & LARGE) != 0) {
            return false;
        }
        return (Bare.get64((value & ADDRESS) + (guestPhysical >>> 12 & 511) * 8) & ALL) == 0;
    }

    /** Whether the page can be written. */
    static boolean isOpen(long guestPhysical) {
        if (guestPhysical < 0 || guestPhysical >= physicalEnd) {
            return false;
        }
        long directory = directoryEntry(guestPhysical);
        long value = directory == 0 ? 0 : Bare.get64(directory);
        if (value == 0 || (value & LARGE) != 0) {
            return value != 0;
        }
        return (Bare.get64((value & ADDRESS) + (guestPhysical >>> 12 & 511) * 8) & ALL) == ALL;
    }

    private static void split(long entry, long base) {
        long table = Pages.take(1);
        if (table == 0) {
            return;
        }
        for (int i = 0; i < 512; i++) {
            long page = base + (long) i * Pages.SIZE;
            int type = ept ? Mtrr.typeOf(page, Pages.SIZE) : 0;
            Bare.put64(table + i * 8L, page | ALL | type(type));
        }
        Bare.put64(entry, table | ALL);
    }

    private static long type(int type) {
        return ept ? (long) (type < 0 ? WRITE_BACK : type) << 3 : 0;
    }

    /** Address of the page-directory entry, or 0 when there are no more pages. */
    private static long directoryEntry(long guestPhysical) {
        long pdpt = below(pml4 + (guestPhysical >>> 39 & 511) * 8);
        long directory = pdpt == 0 ? 0 : below(pdpt + (guestPhysical >>> 30 & 511) * 8);
        return directory == 0 ? 0 : directory + (guestPhysical >>> 21 & 511) * 8;
    }

    private static long below(long entry) {
        long value = Bare.get64(entry);
        if (value == 0) {
            long table = Pages.take(1);
            if (table == 0) {
                return 0;
            }
            value = table | ALL;
            Bare.put64(entry, value);
        }
        return value & ADDRESS;
    }

    private static void acquire() {
        while (Bare.swap32(lock, 1) != 0) {
            Bare.pause();
        }
    }

    private static void release() {
        Bare.swap32(lock, 0);
    }
}
