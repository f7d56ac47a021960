package dev.lungo.metal.load;

import dev.lungo.metal.core.Engine;
import dev.lungo.metal.core.Lungo;

/**
 * The memory map that a guest gets: the machine's, with the hypervisor's range reserved. ACPI 6.4,
 * "INT 15H, E820H - Query System Address Map".
 */
final class E820 {
    private static final int MAX = 128;
    private static final int RAM = 1;
    private static final int RESERVED = 2;

    private final long[] bases = new long[MAX];
    private final long[] ends = new long[MAX];
    private final int[] types = new int[MAX];
    private int count;

    private final long[] usedFrom = new long[MAX];
    private final long[] usedTo = new long[MAX];
    private int used;

    E820() {
        use(Lungo.rangeStart(), Lungo.rangeEnd());
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

    /** An entry of the machine's map; of RAM, the hypervisor's part is left out, if it stays. */
    void add(long base, long length, int type) {
        long start = Lungo.rangeStart();
        long stop = Lungo.rangeEnd();
        long end = base + length;
        if (type != RAM || end <= start || base >= stop || !Engine.isPresent()) {
            put(base, end, type);
            return;
        }
        put(base, start, type);
        put(Math.max(base, start), Math.min(end, stop), RESERVED);
        put(stop, end, type);
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
        throw new IllegalStateException("there is too little memory for " + what);
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
