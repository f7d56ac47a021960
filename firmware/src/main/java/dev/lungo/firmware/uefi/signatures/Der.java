package dev.lungo.firmware.uefi.signatures;

import java.util.Arrays;

/**
 * A value in DER, and the values in it, one after the other. ITU-T X.690, "Basic encoding rules"
 * (8) and "Distinguished encoding rules" (10).
 *
 * <p>Tags have one byte and lengths are definite. Whatever does not fit is {@link Malformed}; no
 * method recurses.
 */
final class Der {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    /** [0] and [1], constructed. */
    static final int CONTEXT_0 = 0xA0;

    static final int CONTEXT_1 = 0xA1;

    /** This is not DER, or not what should be here. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super("not what should be here", null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    private Der(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    static Der of(byte[] bytes) {
        return new Der(bytes, 0, bytes.length);
    }

    boolean hasMore() {
        return at < end;
    }

    /** Whether the next value has this tag. */
    boolean isNext(int tag) {
        return hasMore() && (bytes[at] & 0xFF) == tag;
    }

    /** The values inside the next one, which must have this tag. */
    Der enter(int tag) {
        if (!isNext(tag)) {
            throw new Malformed();
        }
        int length = at + 1 < end ? bytes[at + 1] & 0xFF : 0xFF;
        int from = at + 2;
        if (length >= 0x80) {
            int count = length & 0x7F;
            if (count == 0 || count > 4 || count > end - from) {
                throw new Malformed();
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | bytes[from + i] & 0xFF;
            }
            from += count;
        }
        if (length < 0 || length > end - from) {
            throw new Malformed();
        }
        at = from + length;
        return new Der(bytes, from, at);
    }

    /** What is in the next value, which must have this tag. */
    byte[] content(int tag) {
        return enter(tag).rest();
    }

    /** The next value as it is, with tag and length. */
    byte[] whole(int tag) {
        int from = at;
        enter(tag);
        return Arrays.copyOfRange(bytes, from, at);
    }

    /** The next value as it is, whatever it is. */
    byte[] whole() {
        return whole(hasMore() ? bytes[at] & 0xFF : 0);
    }

    /** All that has not been read yet. */
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, end);
        at = end;
        return rest;
    }

    /** What is in the next value, whatever it is. */
    byte[] content() {
        return content(hasMore() ? bytes[at] & 0xFF : 0);
    }

    void skip() {
        enter(hasMore() ? bytes[at] & 0xFF : 0);
    }

    /** Skips the next value if it has this tag. */
    void skipIf(int tag) {
        if (isNext(tag)) {
            skip();
        }
    }
}
