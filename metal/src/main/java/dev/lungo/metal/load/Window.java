package dev.lungo.metal.load;

/**
 * A piece of memory that others have filled, or that is to be filled: nothing beyond its ends is
 * touched, whatever its content says.
 */
final class Window {
    private final Memory memory;
    private final String what;
    private final long start;
    private final long bytes;

    /**
     * @param what it is, for a message
     * @param start physical
     */
    Window(Memory memory, String what, long start, long bytes) {
        this.memory = memory;
        this.what = what;
        this.start = start;
        this.bytes = bytes;
    }

    /** Physical. */
    long start() {
        return start;
    }

    long end() {
        return start + bytes;
    }

    long bytes() {
        return bytes;
    }

    String what() {
        return what;
    }

    Window part(long from, long length) {
        return part(what, from, length);
    }

    /**
     * A piece of it that messages call by a name of its own.
     *
     * @throws IllegalStateException unless it is within this one
     */
    Window part(String name, long from, long length) {
        check(from, length);
        return new Window(memory, name, start + from, length);
    }

    boolean contains(long from, long length) {
        return from >= 0 && length >= 0 && from <= bytes && length <= bytes - from;
    }

    private void check(long from, long length) {
        if (!contains(from, length)) {
            throw new IllegalStateException(
                    what + " is damaged: something in it is beyond its end");
        }
    }

    int u8(long at) {
        check(at, 1);
        return memory.get(start + at);
    }

    void put8(long at, int value) {
        check(at, 1);
        memory.put(start + at, value & 0xFF);
    }

    /** Little-endian numbers, as most have them. */
    int u16(long at) {
        return u8(at) | u8(at + 1) << 8;
    }

    long u32(long at) {
        return u16(at) | (long) u16(at + 2) << 16;
    }

    long u64(long at) {
        return u32(at) | u32(at + 4) << 32;
    }

    void put32(long at, long value) {
        for (int i = 0; i < 4; i++) {
            put8(at + i, (int) (value >>> i * 8));
        }
    }

    void put64(long at, long value) {
        put32(at, value);
        put32(at + 4, value >>> 32);
    }

    /** Big-endian numbers, as CBFS has them. */
    long big32(long at) {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | u8(at + i);
        }
        return value;
    }

    long big64(long at) {
        return big32(at) << 32 | big32(at + 4);
    }

    /** Whether these characters are there, of ASCII. */
    boolean has(long at, String text) {
        if (!contains(at, text.length())) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (u8(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Copies all of another one to the beginning of this one, and zeros behind it. */
    void fillWith(Window content) {
        check(0, content.bytes);
        for (long i = 0; i < content.bytes; i++) {
            memory.put(start + i, content.memory.get(content.start + i));
        }
        clear(content.bytes);
    }

    /** Zeros from here to the end. */
    void clear(long from) {
        for (long i = from; i < bytes; i++) {
            memory.put(start + i, 0);
        }
    }
}
