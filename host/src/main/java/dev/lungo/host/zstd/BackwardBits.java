package dev.lungo.host.zstd;

import static dev.lungo.host.zstd.MalformedException.require;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bits that are read from the end of some bytes to their beginning. The last byte's highest bit
 * that is set says where they end. RFC 8878, "Huffman-Coded Streams", "FSE".
 */
final class BackwardBits {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int at;
    private final int end;

    /** How many are left; negative when more were read than there are, which read as zeroes. */
    private int left;

    BackwardBits(byte[] bytes, int at, int end) throws MalformedException {
        require(end > at && bytes[end - 1] != 0, "a stream of bits has no end");
        this.bytes = bytes;
        this.at = at;
        this.end = end;
        int padding = Integer.numberOfLeadingZeros(bytes[end - 1] & 0xFF) - 24 + 1;
        left = (end - at) * 8 - padding;
    }

    int left() {
        return left;
    }

    /** The next bits, at most 31. */
    int peek(int count) {
        int from = left - count;
        if (from >= 0) {
            return (int) (word(from >> 3) >>> (from & 7)) & (1 << count) - 1;
        }
        if (left <= 0) {
            return 0;
        }
        return (int) word(0) << -from & (1 << count) - 1;
    }

    /** Up to eight bytes, from an index on. */
    private long word(int index) {
        int here = at + index;
        if (here + 8 <= bytes.length) {
            return (long) LONG.get(bytes, here);
        }
        long word = 0;
        for (int i = Math.min(here + 8, end) - 1; i >= here; i--) {
            word = word << 8 | bytes[i] & 0xFF;
        }
        return word;
    }

    void skip(int count) {
        left -= count;
    }

    int read(int count) {
        int bits = peek(count);
        left -= count;
        return bits;
    }
}
