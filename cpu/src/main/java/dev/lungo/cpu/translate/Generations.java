package dev.lungo.cpu.translate;

/**
 * The code memory as it fills: cut into generations of equal size, which are used one after the
 * other. Once all are full, the oldest makes room for the next.
 */
final class Generations {
    static final int COUNT = 8;

    /** More than the translation of any unit. */
    private static final int ROOM = 256 << 10;

    private final long base;
    private final int bytes;
    private int current;
    private long next;

    /** Generations that have ever been used. */
    private int used = 1;

    /**
     * @param base the host address where it begins
     * @param bytes how much there is
     */
    Generations(long base, int bytes) {
        if (bytes / COUNT < 2 * ROOM) {
            throw new IllegalArgumentException("code memory of " + bytes + " bytes is too small");
        }
        this.base = base;
        this.bytes = bytes / COUNT;
        next = base;
    }

    /** How many bytes the generations have that a file can fill. */
    int capacity() {
        return bytes * COUNT;
    }

    /** The host address of what is written next. */
    long next() {
        return next;
    }

    int current() {
        return current;
    }

    /** So much has been written. */
    void take(int count) {
        next += count + 15 & -16;
    }

    /** All that is below this address is in use. */
    void loaded(long end) {
        next = end;
        current = (int) ((end - 1 - base) / bytes);
        used = current + 1;
    }

    boolean hasRoom() {
        return next + ROOM <= base + (current + 1L) * bytes;
    }

    /** Whether there is a generation that nothing has been written to. */
    boolean hasFresh() {
        return used < COUNT;
    }

    /** Goes on with the next one, from its beginning. */
    void advance() {
        current = (current + 1) % COUNT;
        used = Math.max(used, current + 1);
        next = base + (long) current * bytes;
    }

    /** Where what belongs to nobody ends, which is at the beginning of the first generation. */
    void skip(long to) {
        next = Math.max(next, to);
    }

    /** The generation that a host address is in. */
    int of(long address) {
        return (int) ((address - base) / bytes);
    }
}
