package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import java.util.function.IntConsumer;

/**
 * The entries of a direct-mapped TLB, in sets. All of it is off the heap, so that translated code
 * can fill it, too.
 *
 * <pre>
 * entry    longs: its tags, of which the first is what it is found by; at {@link State#TLB_INFO}
 *          the guest-physical page, with the bits below that are below
 * list     a long: how many entries may hold a translation of the kind; their indices, an int each
 * large    a bit for each number that an address shifted by {@link #LARGE_SHIFT} can end in: whether
 *          there may be a translation of such a large page; then a long: whether of a larger one
 * </pre>
 */
public final class TlbTable {
    /** No linear page. */
    public static final long NO_TAG = -1;

    // Bits of what is known of an entry; those below say how large the guest's page is, as a
    // binary logarithm.

    /** The translation is global. */
    public static final int GLOBAL = 1 << 6;

    /** It is in the list of those that are not, as far as that has not been emptied. */
    public static final int LISTED_LOCAL = 1 << 7;

    public static final int LISTED_GLOBAL = 1 << 8;

    /** The binary logarithm of the largest page that is not huge. */
    public static final int LARGE_SHIFT = 22;

    private static final int SHIFT = 0x3F;
    private static final int LISTED = LISTED_LOCAL | LISTED_GLOBAL;
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE = -1L << PAGE_SHIFT;

    private final long base;
    private final int entries;
    private final int entryBytes;
    private final int tags;
    private final long local;
    private final long global;
    private final long large;

    /**
     * @param base the host address of the first entry
     * @param entries of each set, a power of two
     * @param tags of each entry, a long each
     * @param local the host address of the list
     */
    TlbTable(
            long base, int entries, int entryBytes, int tags, long local, long global, long large) {
        this.base = base;
        this.entries = entries;
        this.entryBytes = entryBytes;
        this.tags = tags;
        this.local = local;
        this.global = global;
        this.large = large;
    }

    /** Where the translation of a linear address is, if there is one. */
    int index(int set, long linear) {
        return set * entries + ((int) (linear >>> PAGE_SHIFT) & entries - 1);
    }

    /** The host address of an entry. */
    long entry(int index) {
        return base + (long) index * entryBytes;
    }

    long tag(int index) {
        return Raw.getLong(entry(index));
    }

    long physicalPage(int index) {
        return info(index) & PAGE;
    }

    private long info(int index) {
        return Raw.getLong(entry(index) + State.TLB_INFO);
    }

    private void setInfo(int index, long info) {
        Raw.putLong(entry(index) + State.TLB_INFO, info);
    }

    /**
     * Sets the first tag, and notes the rest.
     *
     * @param physical the page
     * @param shift the binary logarithm of the size of the page as the guest has it
     */
    void fill(int index, long tag, long physical, boolean isGlobal, int shift) {
        int listed = isGlobal ? LISTED_GLOBAL : LISTED_LOCAL;
        long before = info(index) & LISTED;
        if ((before & listed) == 0) {
            add(isGlobal ? global : local, index);
        }
        if (shift > LARGE_SHIFT) {
            Raw.putLong(large + State.TLB_LARGE_BITS / 8, 1);
        } else if (shift > PAGE_SHIFT) {
            long at = largeAt(tag);
            Raw.putLong(at, Raw.getLong(at) | 1L << (tag >>> LARGE_SHIFT));
        }
        setInfo(index, physical | shift | before | listed | (isGlobal ? GLOBAL : 0));
        Raw.putLong(entry(index), tag);
    }

    void clear(int index) {
        for (int i = 0; i < tags; i++) {
            Raw.putLong(entry(index) + 8L * i, NO_TAG);
        }
    }

    void flush(boolean keepGlobal) {
        for (int i = 0; i < count(local); i++) {
            int index = get(local, i);
            long info = info(index);
            if ((info & GLOBAL) == 0 || !keepGlobal) {
                clear(index);
            }
            setInfo(index, info & ~LISTED_LOCAL);
        }
        empty(local);
        if (!keepGlobal) {
            for (int i = 0; i < count(global); i++) {
                int index = get(global, i);
                clear(index);
                setInfo(index, info(index) & ~LISTED_GLOBAL);
            }
            empty(global);
            Raw.fill(large, State.TLB_LARGE_BITS / 8 + 8, (byte) 0);
        }
    }

    /** Forgets the translations of the page, large or small, that holds this linear address. */
    void invalidate(long linear) {
        for (int set = 0; set < State.TLB_SETS; set++) {
            int index = index(set, linear);
            if (tag(index) == (linear & PAGE)) {
                clear(index);
            }
        }
        if (isInLarge(linear)) {
            invalidateLarge(local, linear);
            invalidateLarge(global, linear);
        }
    }

    /** Whether the address may be in a large page that there are translations of. */
    private boolean isInLarge(long linear) {
        return (Raw.getLong(largeAt(linear)) >>> (linear >>> LARGE_SHIFT) & 1) != 0
                || Raw.getLong(large + State.TLB_LARGE_BITS / 8) != 0;
    }

    /** The 64 bits that one of a linear address is in. */
    private long largeAt(long linear) {
        return large + ((linear >>> LARGE_SHIFT & State.TLB_LARGE_BITS - 1) >>> 6) * 8;
    }

    private void invalidateLarge(long list, long linear) {
        for (int i = 0; i < count(list); i++) {
            int index = get(list, i);
            int shift = (int) info(index) & SHIFT;
            if (shift > PAGE_SHIFT && tag(index) >> shift == linear >> shift) {
                clear(index);
            }
        }
    }

    /** Does something to each entry that may lead to a physical page. */
    void eachOf(long physical, IntConsumer action) {
        eachOf(local, physical, action);
        eachOf(global, physical, action);
    }

    private void eachOf(long list, long physical, IntConsumer action) {
        for (int i = 0; i < count(list); i++) {
            int index = get(list, i);
            if (physicalPage(index) == physical) {
                action.accept(index);
            }
        }
    }

    void reset() {
        flush(false);
        for (int i = 0; i < State.TLB_SETS * entries; i++) {
            clear(i);
        }
    }

    // Lists.

    private static int count(long list) {
        return (int) Raw.getLong(list);
    }

    private static int get(long list, int i) {
        return Raw.getInt(list + 8 + 4L * i);
    }

    private static void add(long list, int index) {
        int count = count(list);
        Raw.putInt(list + 8 + 4L * count, index);
        Raw.putLong(list, count + 1);
    }

    private static void empty(long list) {
        Raw.putLong(list, 0);
    }
}
