package dev.lungo.metal.load;

import dev.lungo.metal.core.Engine;
import dev.lungo.metal.core.Lungo;

/**
 * The memory map that a guest gets: the machine's, with the hypervisor's range reserved. ACPI 6.4,
 * "INT 15H, E820H - Query System Address Map". coreboot has the same types, and some more.
 */
final class E820 {
    private static final int MAX = 128;
    private static final long PAGE = 4096;
    static final int RAM = 1;
    static final int RESERVED = 2;

    private final long[] bases = new long[MAX];
    private final long[] ends = new long[MAX];
    private final int[] types = new int[MAX];
    private int count;

    private final long[] usedFrom = new long[MAX];
    private final long[] usedTo = new long[MAX];
    private int used;

    private final long ownStart;
    private final long ownEnd;

    /** Of this machine, on which the hypervisor's memory is reserved if it stays. */
    static E820 make() {
        long start = Lungo.rangeStart();
        E820 map = new E820(start, Engine.isPresent() ? Lungo.rangeEnd() : start);
        map.use(start, Lungo.rangeEnd());
        return map;
    }

    /** Of a machine where a range of RAM is reserved. */
    E820(long ownStart, long ownEnd) {
        this.ownStart = ownStart;
        this.ownEnd = ownEnd;
        use(ownStart, ownEnd);
    }

    int count() {
        return count;
    }

    long base(int i) {
        return bases[i];
    }

    long end(int i) {
        return ends[i];
    }

    int type(int i) {
        return types[i];
    }

    /** As ACPI has it; coreboot's own types are reserved memory. */
    int acpiType(int i) {
        return types[i] == CorebootTable.VENDOR_MEMORY || types[i] >= CorebootTable.TABLE_MEMORY
                ? RESERVED
                : types[i];
    }

    /** An entry of the machine's map; of RAM, the hypervisor's part is reserved. */
    void add(long base, long length, int type) {
        long end = base + length;
        if (base < 0 || end < base) {
            return; // beyond all addresses
        }
        if (type != RAM || end <= ownStart || base >= ownEnd || ownStart == ownEnd) {
            put(base, end, type);
            return;
        }
        put(base, ownStart, RAM);
        put(Math.max(base, ownStart), Math.min(end, ownEnd), RESERVED);
        put(ownEnd, end, RAM);
    }

    /** Takes a piece of RAM, within one entry, out of what the guest may use. */
    void reserve(long from, long to, int type) {
        use(from, to);
        for (int i = 0; i < count; i++) {
            if (types[i] == RAM && bases[i] <= from && to <= ends[i]) {
                E820 before = copy();
                count = i;
                put(bases[i], from, RAM);
                put(from, to, type);
                put(to, before.ends[i], RAM);
                for (int j = i + 1; j < before.count; j++) {
                    put(before.bases[j], before.ends[j], before.types[j]);
                }
                return;
            }
        }
    }

    private E820 copy() {
        E820 copy = new E820(ownStart, ownEnd);
        for (int i = 0; i < count; i++) {
            copy.put(bases[i], ends[i], types[i]);
        }
        return copy;
    }

    private void put(long base, long end, int type) {
        if (base < end && count < MAX) {
            bases[count] = base;
            ends[count] = end;
            types[count] = type;
            count++;
        }
    }

    /** Nothing is to be placed there. */
    void use(long from, long to) {
        if (used < MAX) {
            usedFrom[used] = from;
            usedTo[used] = to;
            used++;
        }
    }

    /** The lowest free RAM from an address on, which is then used. */
    long place(String what, long bytes, long align, long from, long limit) {
        for (int i = 0; i < count; i++) {
            if (types[i] != RAM) {
                continue;
            }
            long at = alignUp(Math.max(bases[i], from), align);
            while (at + bytes <= Math.min(ends[i], limit)) {
                int other = overlapping(at, at + bytes);
                if (other < 0) {
                    use(at, at + bytes);
                    return at;
                }
                at = alignUp(usedTo[other], align);
            }
        }
        throw noRoom(what);
    }

    /** A page for {@code Start}, by which other processors begin. */
    long placeTrampoline() {
        return place("the other processors' start", PAGE, PAGE, PAGE, 1 << 20);
    }

    /** The highest free RAM below an address, which is then used. */
    long placeHigh(String what, long bytes, long limit) {
        long best = 0;
        for (int i = 0; i < count; i++) {
            if (types[i] != RAM || bytes > limit) {
                continue;
            }
            long at = Math.min(ends[i], limit) - bytes & -PAGE;
            while (at > best && at >= bases[i]) {
                int other = overlapping(at, at + bytes);
                if (other < 0) {
                    best = at;
                } else {
                    at = usedFrom[other] - bytes & -PAGE;
                }
            }
        }
        if (best == 0) {
            throw noRoom(what);
        }
        use(best, best + bytes);
        return best;
    }

    /** Whether all of it is RAM that nothing was placed in. */
    boolean isFree(long from, long bytes) {
        if (from < 0 || bytes < 0 || overlapping(from, from + bytes) >= 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (types[i] == RAM && bases[i] <= from && bytes <= ends[i] - from) {
                return true;
            }
        }
        return false;
    }

    private static IllegalStateException noRoom(String what) {
        return new IllegalStateException("there is too little memory for " + what);
    }

    private int overlapping(long from, long to) {
        for (int i = 0; i < used; i++) {
            if (usedFrom[i] < to && from < usedTo[i]) {
                return i;
            }
        }
        return -1;
    }

    private static long alignUp(long value, long align) {
        return (value + align - 1) & -align;
    }
}
