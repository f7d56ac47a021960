package dev.lungo.cpu.core;

import dev.lungo.cpu.block.CodeCache;
import dev.lungo.host.PageWatch;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;
import org.jspecify.annotations.Nullable;

/**
 * Loads and stores at linear addresses, through a software TLB.
 *
 * <p>The TLB is direct-mapped and off the heap, so that translated code can look into it: entries
 * of 32 bytes {read tag, write tag, addend, info}. A tag is the linear page; the addend turns a
 * linear address into the host's. Code has a table of its own, of {tag, addend}. The test that a
 * load makes also catches an access that crosses into the next page, since it compares the page of
 * the last byte with the entry of the first. What must not be reached directly simply has no tag:
 * MMIO, pages that hold lowered code (for writes), pages not yet dirty, watched pages.
 *
 * <p>There is a set of entries for each kind of access right: user, supervisor, supervisor with
 * RFLAGS.AC set, which SMAP tells apart, and one set that is never filled, for when every access
 * has to be looked at (alignment checks, data breakpoints).
 */
public final class Mmu {
    private static final int ENTRIES = State.TLB_ENTRIES;
    private static final int ENTRY_BYTES = State.TLB_ENTRY_BYTES;
    private static final long INDEX_MASK = (ENTRIES - 1) * (long) ENTRY_BYTES;
    private static final int INDEX_SHIFT = 12 - 5;
    private static final long SET_BYTES = State.TLB_SET_BYTES;

    private static final int READ_TAG = State.TLB_READ;
    private static final int WRITE_TAG = State.TLB_WRITE;
    private static final int ADDEND = State.TLB_ADDEND;

    private static final long PAGE = 4096;
    private static final long PAGE_MASK = -PAGE;

    private static final int USER = 0;
    private static final int SUPERVISOR = 1;
    private static final int SUPERVISOR_AC = 2;
    private static final int UNFILLED = 3;

    private final Processor cpu;
    private final PhysicalMemory memory;
    private final PageWalker walker;
    private final CodeCache code;
    private final PageWatch watch;

    private final long tlbs;

    /** The set in use. */
    private long tlb;

    /** The set in use for stores: one that is never filled while somebody observes them. */
    private long storeTlb;

    private @Nullable StoreObserver observer;

    private boolean user;
    private boolean smapOff;
    private boolean paging;

    /** Linear addresses wrap here: at 4 GiB outside of IA-32e mode. */
    private long linearMask = 0xFFFF_FFFFL;

    private boolean canonicalCheck;

    /** Bits that a canonical address repeats: shifted out by this and back. */
    private int canonicalShift = 16;

    private boolean alignmentCheck;

    private final TlbTable data;
    private final TlbTable fetched;

    /** How often page tables were walked, but by translated code. */
    private long walks;

    Mmu(Processor cpu, PhysicalMemory memory, PageWalker walker, CodeCache code, PageWatch watch) {
        this.cpu = cpu;
        tlbs = cpu.state + State.TLB;
        data =
                new TlbTable(
                        tlbs,
                        ENTRIES,
                        ENTRY_BYTES,
                        2,
                        cpu.state + State.TLB_LOCAL,
                        cpu.state + State.TLB_GLOBAL,
                        cpu.state + State.TLB_LARGE);
        fetched =
                new TlbTable(
                        cpu.state + State.CODE_TLB,
                        State.CODE_TLB_ENTRIES,
                        State.CODE_TLB_ENTRY_BYTES,
                        1,
                        cpu.state + State.CODE_TLB_LOCAL,
                        cpu.state + State.CODE_TLB_GLOBAL,
                        cpu.state + State.CODE_TLB_LARGE);
        this.memory = memory;
        this.walker = walker;
        this.code = code;
        this.watch = watch;
    }

    /** How often paging structures have been walked since power-up. */
    public long walks() {
        return walks + Raw.getLong(cpu.state + State.WALKS);
    }

    /** Chooses the access rights that hold from now on; returns the number of the set in use. */
    int select(Access rights) {
        user = rights.user();
        smapOff = rights.ac();
        alignmentCheck = rights.checkAlignment();
        paging = rights.paging();
        linearMask = rights.longMode() ? -1 : 0xFFFF_FFFFL;
        canonicalCheck = rights.longMode();
        canonicalShift = rights.la57() ? 7 : 16;
        int set = user ? USER : smapOff ? SUPERVISOR_AC : SUPERVISOR;
        if (alignmentCheck || cpu.watchpoints()) {
            set = UNFILLED;
        }
        tlb = tlbs + SET_BYTES * set;
        selectForStores();
        return set;
    }

    private void selectForStores() {
        storeTlb = observer == null ? tlb : tlbs + SET_BYTES * UNFILLED;
    }

    /** Somebody who wants to know of stores that instructions make. */
    public interface StoreObserver {
        /** These guest-physical bytes have been stored, on one page. */
        void stored(long physical, int bytes);
    }

    /**
     * Has every store reported, but those of translated code, and whole pieces of memory that are
     * reached by {@link #hostForStore}; null for none.
     */
    public void observeStores(@Nullable StoreObserver wanted) {
        observer = wanted;
        selectForStores();
    }

    private void written(long physical, int bytes) {
        watch.written(physical, bytes);
        if (observer != null) {
            observer.stored(physical, bytes);
        }
    }

    /** What decides on access rights and the form of linear addresses. */
    record Access(
            boolean user,
            boolean ac,
            boolean checkAlignment,
            boolean paging,
            boolean longMode,
            boolean la57) {}

    // Loads, zero-extended. The compiler may put no load or store before an earlier load, nor
    // behind a later store: with the host's own order, that is the guest's. SDM 3A, "Memory
    // Ordering".

    public int load8(long linear) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if ((linear & PAGE_MASK) == Raw.getLong(entry + READ_TAG)) {
            int value = Raw.getByte(linear + Raw.getLong(entry + ADDEND));
            Raw.afterLoad();
            return value;
        }
        return (int) slowLoad(linear, 1, PageWalker.READ);
    }

    public int load16(long linear) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + 1) & PAGE_MASK) == Raw.getLong(entry + READ_TAG)) {
            int value = Raw.getShort(linear + Raw.getLong(entry + ADDEND));
            Raw.afterLoad();
            return value;
        }
        return (int) slowLoad(linear, 2, PageWalker.READ);
    }

    /** All 32 bits; the sign is the caller's affair. */
    public int load32(long linear) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + 3) & PAGE_MASK) == Raw.getLong(entry + READ_TAG)) {
            int value = Raw.getInt(linear + Raw.getLong(entry + ADDEND));
            Raw.afterLoad();
            return value;
        }
        return (int) slowLoad(linear, 4, PageWalker.READ);
    }

    public long load64(long linear) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + 7) & PAGE_MASK) == Raw.getLong(entry + READ_TAG)) {
            long value = Raw.getLong(linear + Raw.getLong(entry + ADDEND));
            Raw.afterLoad();
            return value;
        }
        return slowLoad(linear, 8, PageWalker.READ);
    }

    /** Any of the four widths, zero-extended. */
    public long load(long linear, int bytes) {
        return switch (bytes) {
            case 1 -> load8(linear);
            case 2 -> load16(linear);
            case 4 -> load32(linear) & 0xFFFF_FFFFL;
            default -> load64(linear);
        };
    }

    /**
     * The load of a read-modify-write instruction: it faults as the store would, so that the store
     * that follows cannot.
     */
    public long loadForUpdate(long linear, int bytes) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + bytes - 1) & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG)) {
            long host = linear + Raw.getLong(entry + ADDEND);
            return switch (bytes) {
                case 1 -> Raw.getByte(host);
                case 2 -> Raw.getShort(host);
                case 4 -> Raw.getInt(host) & 0xFFFF_FFFFL;
                default -> Raw.getLong(host);
            };
        }
        return slowLoad(linear, bytes, PageWalker.WRITE);
    }

    // Stores, of the low bits.

    public void store8(long linear, int value) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if ((linear & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG)) {
            Raw.beforeStore();
            Raw.putByte(linear + Raw.getLong(entry + ADDEND), value);
        } else {
            slowStore(linear, 1, value);
        }
    }

    public void store16(long linear, int value) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + 1) & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG)) {
            Raw.beforeStore();
            Raw.putShort(linear + Raw.getLong(entry + ADDEND), value);
        } else {
            slowStore(linear, 2, value);
        }
    }

    public void store32(long linear, int value) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + 3) & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG)) {
            Raw.beforeStore();
            Raw.putInt(linear + Raw.getLong(entry + ADDEND), value);
        } else {
            slowStore(linear, 4, value);
        }
    }

    public void store64(long linear, long value) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + 7) & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG)) {
            Raw.beforeStore();
            Raw.putLong(linear + Raw.getLong(entry + ADDEND), value);
        } else {
            slowStore(linear, 8, value);
        }
    }

    /** Any of the four widths. */
    public void store(long linear, int bytes, long value) {
        switch (bytes) {
            case 1 -> store8(linear, (int) value);
            case 2 -> store16(linear, (int) value);
            case 4 -> store32(linear, (int) value);
            default -> store64(linear, value);
        }
    }

    /**
     * Stores a value atomically where another is, and says whether that was so, behind a {@link
     * #loadForUpdate} that has not faulted. What is not RAM is stored to in any case.
     */
    public boolean compareAndStore(long linear, int bytes, long expected, long value) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + bytes - 1) & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG)) {
            long host = linear + Raw.getLong(entry + ADDEND);
            if (Raw.isAtomic(host, bytes)) {
                return Raw.compareAndSet(host, bytes, expected, value);
            }
        }
        return slowCompareAndStore(linear, bytes, expected, value);
    }

    // Larger pieces.

    /** Copies guest bytes to a host address; a fault leaves the destination in part written. */
    public void copyIn(long linear, int bytes, long host) {
        int done = 0;
        for (; bytes - done >= 8; done += 8) {
            Raw.putLong(host + done, load64(linear + done & linearMask));
        }
        for (; done < bytes; done++) {
            Raw.putByte(host + done, load8(linear + done & linearMask));
        }
    }

    /** Copies from a host address to the guest: all of it, or nothing and a fault. */
    public void copyOut(long linear, int bytes, long host) {
        probeStore(linear, bytes);
        int done = 0;
        for (; bytes - done >= 8; done += 8) {
            store64(linear + done & linearMask, Raw.getLong(host + done));
        }
        for (; done < bytes; done++) {
            store8(linear + done & linearMask, Raw.getByte(host + done));
        }
    }

    /** Faults if a load of these bytes (at most a page) would, without reading them. */
    public void probeLoad(long linear, int bytes) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + bytes - 1) & PAGE_MASK) != Raw.getLong(entry + READ_TAG)) {
            translate(linear, bytes, PageWalker.READ);
            if (crosses(linear, bytes)) {
                translate(nextPage(linear), bytes, PageWalker.READ);
            }
        }
    }

    /** Faults if a store of these bytes (at most a page) would. */
    public void probeStore(long linear, int bytes) {
        long entry = storeTlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        if (((linear + bytes - 1) & PAGE_MASK) != Raw.getLong(entry + WRITE_TAG)) {
            translate(linear, bytes, PageWalker.WRITE);
            if (crosses(linear, bytes)) {
                translate(nextPage(linear), bytes, PageWalker.WRITE);
            }
        }
    }

    /** The host address of a byte that can be loaded directly, or 0: for string instructions. */
    public long hostForLoad(long linear) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        boolean hit = (linear & PAGE_MASK) == Raw.getLong(entry + READ_TAG);
        return hit ? linear + Raw.getLong(entry + ADDEND) : 0;
    }

    /** The host address of a byte that can be stored directly, or 0. */
    public long hostForStore(long linear) {
        long entry = tlb + ((linear >>> INDEX_SHIFT) & INDEX_MASK);
        boolean hit = (linear & PAGE_MASK) == Raw.getLong(entry + WRITE_TAG);
        return hit ? linear + Raw.getLong(entry + ADDEND) : 0;
    }

    // Accesses that the processor makes on its own account, to descriptor tables and the TSS: with
    // supervisor rights whatever the CPL, and never excused from SMAP.

    public long loadSystem(long linear, int bytes) {
        return asSystem(linear & linearMask, bytes, SystemAccess.LOAD, 0, false);
    }

    public void storeSystem(long linear, int bytes, long value) {
        asSystem(linear & linearMask, bytes, SystemAccess.STORE, value, false);
    }

    /** A push on the stack of an inner privilege level, which RFLAGS.AC does excuse from SMAP. */
    void storeSupervisor(long linear, int bytes, long value) {
        boolean ac = (Raw.getLong(cpu.state + State.RFLAGS) & Rflags.AC) != 0;
        asSystem(linear & linearMask, bytes, SystemAccess.STORE, value, ac);
    }

    /** Sets or clears bits of a byte, atomically. */
    void setSystemBits(long linear, long bits, boolean set) {
        SystemAccess access = set ? SystemAccess.SET_BITS : SystemAccess.CLEAR_BITS;
        asSystem(linear & linearMask, 1, access, bits, false);
    }

    private enum SystemAccess {
        LOAD,
        STORE,
        SET_BITS,
        CLEAR_BITS
    }

    private long asSystem(long linear, int bytes, SystemAccess access, long value, boolean ac) {
        long savedTlb = tlb;
        boolean savedUser = user;
        boolean savedSmapOff = smapOff;
        boolean savedAlignment = alignmentCheck;
        tlb = tlbs + SET_BYTES * (ac ? SUPERVISOR_AC : SUPERVISOR);
        selectForStores();
        user = false;
        smapOff = ac;
        alignmentCheck = false;
        try {
            switch (access) {
                case LOAD -> {
                    return load(linear, bytes);
                }
                case STORE -> store(linear, bytes, value);
                case SET_BITS, CLEAR_BITS -> {
                    long old;
                    long changed;
                    do {
                        old = loadForUpdate(linear, bytes);
                        changed = access == SystemAccess.SET_BITS ? old | value : old & ~value;
                    } while (!compareAndStore(linear, bytes, old, changed));
                }
            }
            return 0;
        } finally {
            tlb = savedTlb;
            selectForStores();
            user = savedUser;
            smapOff = savedSmapOff;
            alignmentCheck = savedAlignment;
        }
    }

    /** The physical address of code, to be executed with the current rights. */
    public long translateForFetch(long linear) {
        int index = fetched.index(set(), linear);
        if ((linear & PAGE_MASK) == fetched.tag(index)) {
            return fetched.physicalPage(index) | linear & ~PAGE_MASK;
        }
        return translate(linear, 1, PageWalker.EXECUTE);
    }

    // The slow path.

    private boolean crosses(long linear, int bytes) {
        return (linear & ~PAGE_MASK) + bytes > PAGE;
    }

    private long nextPage(long linear) {
        return ((linear & PAGE_MASK) + PAGE) & linearMask;
    }

    private long slowLoad(long linear, int bytes, int access) {
        if (!crosses(linear, bytes)) {
            return memory.read(translate(linear, bytes, access), bytes);
        }
        checkAlignment(linear, bytes);
        int first = (int) (PAGE - (linear & ~PAGE_MASK));
        long low = translate(linear, first, access);
        long high = translate(nextPage(linear), bytes - first, access);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            long at = i < first ? low + i : high + i - first;
            value |= memory.read(at, 1) << 8 * i;
        }
        return value;
    }

    private void slowStore(long linear, int bytes, long value) {
        if (!crosses(linear, bytes)) {
            long physical = translate(linear, bytes, PageWalker.WRITE);
            memory.write(physical, bytes, value);
            written(physical, bytes);
            return;
        }
        checkAlignment(linear, bytes);
        int first = (int) (PAGE - (linear & ~PAGE_MASK));
        long low = translate(linear, first, PageWalker.WRITE);
        long high = translate(nextPage(linear), bytes - first, PageWalker.WRITE);
        for (int i = 0; i < bytes; i++) {
            long at = i < first ? low + i : high + i - first;
            memory.write(at, 1, value >>> 8 * i & 0xFF);
            written(at, 1);
        }
    }

    private boolean slowCompareAndStore(long linear, int bytes, long expected, long value) {
        if (!crosses(linear, bytes)) {
            long physical = translate(linear, bytes, PageWalker.WRITE);
            long host = memory.host(physical);
            if (host != 0 && Raw.isAtomic(host, bytes)) {
                boolean stored = Raw.compareAndSet(host, bytes, expected, value);
                if (stored) {
                    written(physical, bytes);
                }
                return stored;
            }
            if (host == 0) { // a device's, which has been asked already
                memory.write(physical, bytes, value);
                return true;
            }
        }
        return cpu.exclusively(() -> {
            boolean stored = loadForUpdate(linear, bytes) == cut(expected, bytes);
            if (stored) {
                store(linear, bytes, value);
            }
            return stored;
        });
    }

    private static long cut(long value, int bytes) {
        return bytes == 8 ? value : value & (1L << 8 * bytes) - 1;
    }

    private void checkAlignment(long linear, int bytes) {
        if (alignmentCheck && (linear & (bytes - 1)) != 0) {
            throw cpu.fault(ExceptionVector.AC, 0);
        }
    }

    /**
     * Translates, and remembers the translation. The bytes are for checks, and stay on the page.
     */
    private long translate(long linear, int bytes, int access) {
        if (canonicalCheck && linear << canonicalShift >> canonicalShift != linear) {
            throw cpu.nonCanonicalFault();
        }
        if (alignmentCheck && access != PageWalker.EXECUTE) {
            checkAlignment(linear, bytes);
        }
        cpu.watch(linear, bytes, access);
        long physical;
        if (paging) {
            walks++;
            physical = walker.walk(linear, access, user, smapOff);
            letTranslatedCodeWalk();
        } else {
            walker.global = false;
            walker.pageShift = 12;
            walker.writable = true;
            physical = cpu.nested.translate(linear, access);
        }
        physical &= cpu.a20Mask;
        fill(linear, physical, access);
        return physical;
    }

    /** Until something changes, by which translations are flushed as well. */
    private void letTranslatedCodeWalk() {
        if (Raw.getLong(cpu.state + State.PAGE_TABLE) == 0 && walker.isPlain()) {
            long root = memory.host(walker.root());
            long levels = root != 0 && walker.hasFiveLevels() ? State.FIVE_LEVELS : 0;
            Raw.putLong(cpu.state + State.PAGE_TABLE, root | levels);
            Raw.putLong(cpu.state + State.PAGE_RESERVED, walker.reserved());
            int global = walker.hasGlobalPages() ? TlbTable.GLOBAL : 0;
            Raw.putLong(cpu.state + State.PAGE_GLOBAL, global);
        }
    }

    /** The number of the set in use. */
    private int set() {
        return (int) ((tlb - tlbs) / SET_BYTES);
    }

    private void fill(long linear, long physical, int access) {
        long host = memory.host(physical);
        if (host == 0 || tlb == tlbs + SET_BYTES * UNFILLED) {
            return;
        }
        long page = linear & PAGE_MASK;
        long addend = (host & PAGE_MASK) - page;
        boolean fetches = access == PageWalker.EXECUTE;
        TlbTable table = fetches ? fetched : data;
        int index = table.index(set(), linear);
        long entry = table.entry(index);
        if (fetches) {
            Raw.putLong(entry + State.CODE_TLB_ADDEND, addend);
        } else {
            if (Raw.getLong(entry + READ_TAG) != page || Raw.getLong(entry + ADDEND) != addend) {
                data.clear(index);
            }
            Raw.putLong(entry + ADDEND, addend);
            if (walker.writable && watch.admit(cpu.inbox.number, physical)) {
                Raw.putLong(entry + WRITE_TAG, page);
            }
        }
        table.fill(index, page, physical & PAGE_MASK, walker.global, walker.pageShift);
    }

    // Invalidation.

    /** Forgets every translation, or all but the global ones. */
    public void flush(boolean keepGlobal) {
        Raw.putLong(cpu.state + State.PAGE_TABLE, 0);
        data.flush(keepGlobal);
        fetched.flush(keepGlobal);
        code.translationsChanged();
    }

    /** Forgets the translations of the page, large or small, that holds this address. */
    public void invalidate(long linear) {
        data.invalidate(linear);
        fetched.invalidate(linear);
        code.translationsChanged();
    }

    /** Writes to a page must take the slow path from now on. */
    public void protectFromWrites(long physical) {
        data.eachOf(
                physical & PAGE_MASK,
                index -> Raw.putLong(data.entry(index) + WRITE_TAG, TlbTable.NO_TAG));
    }

    void reset() {
        Raw.putLong(cpu.state + State.PAGE_TABLE, 0);
        data.reset();
        fetched.reset();
        code.translationsChanged();
    }
}
