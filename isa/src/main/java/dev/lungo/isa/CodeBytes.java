package dev.lungo.isa;

/**
 * The bytes of one instruction, read in order. Beyond the end there are zeros, and a note of it.
 */
final class CodeBytes {
    private final byte[] bytes;
    private final int start;
    private final int limit;
    private int position;
    private boolean exhausted;

    CodeBytes(byte[] bytes, int offset, int available) {
        this.bytes = bytes;
        this.start = offset;
        this.position = offset;
        this.limit = offset + Math.min(available, Decoder.MAX_BYTES);
    }

    /** Whether more was asked for than there is. */
    boolean exhausted() {
        return exhausted;
    }

    /** How many were read. */
    int length() {
        return position - start;
    }

    /** Why there are no more of them. */
    Undecodable end() {
        return limit - start == Decoder.MAX_BYTES ? Undecodable.TOO_LONG : Undecodable.TRUNCATED;
    }

    int next() {
        if (position >= limit) {
            exhausted = true;
            return 0;
        }
        return bytes[position++] & 0xFF;
    }

    /** What {@link #next} will be. */
    int peek() {
        if (position >= limit) {
            exhausted = true;
            return 0;
        }
        return bytes[position] & 0xFF;
    }

    /** A little-endian number of so many bytes, zero-extended. */
    long unsigned(int count) {
        if (limit - position < count) {
            exhausted = true;
            return 0;
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[position + i] & 0xFFL) << (8 * i);
        }
        position += count;
        return value;
    }

    /** A little-endian number of so many bytes, sign-extended. */
    long signed(int count) {
        int unused = 64 - 8 * count;
        return unsigned(count) << unused >> unused;
    }
}
