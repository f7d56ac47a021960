package dev.lungo.boot.bytes;

import java.util.Arrays;

/** Bytes that grow at their end; integers are little-endian. */
public final class ByteWriter {
    private byte[] bytes = new byte[256];
    private int length;

    public int length() {
        return length;
    }

    public ByteWriter u8(int value) {
        room(1)[length++] = (byte) value;
        return this;
    }

    public ByteWriter u16(int value) {
        return u8(value).u8(value >> 8);
    }

    public ByteWriter u32(long value) {
        return u16((int) value).u16((int) (value >> 16));
    }

    public ByteWriter u64(long value) {
        return u32(value).u32(value >> 32);
    }

    public ByteWriter bytes(byte[] more) {
        System.arraycopy(more, 0, room(more.length), length, more.length);
        length += more.length;
        return this;
    }

    public ByteWriter zeros(int count) {
        room(count);
        length += count;
        return this;
    }

    /** UTF-8, and nothing after it. */
    public ByteWriter text(String text) {
        return bytes(utf8(text));
    }

    /** Text in a field of its own width, filled up with spaces as ACPI's identifiers are. */
    public ByteWriter field(String text, int width) {
        for (int i = 0; i < width; i++) {
            u8(i < text.length() ? text.charAt(i) : ' ');
        }
        return this;
    }

    /** Zeros until the length is a multiple of {@code align}. */
    public ByteWriter alignTo(int align) {
        return zeros(-length & (align - 1));
    }

    public ByteWriter setU8(int offset, int value) {
        bytes[offset] = (byte) value;
        return this;
    }

    public ByteWriter setU16(int offset, int value) {
        return setU8(offset, value).setU8(offset + 1, value >> 8);
    }

    public ByteWriter setU32(int offset, long value) {
        return setU16(offset, (int) value).setU16(offset + 2, (int) (value >> 16));
    }

    public ByteWriter setU64(int offset, long value) {
        return setU32(offset, value).setU32(offset + 4, value >> 32);
    }

    /**
     * Makes the bytes from {@code from} to {@code to - 1} add up to zero by the one at {@code at}.
     */
    public ByteWriter checksum(int from, int to, int at) {
        int sum = 0;
        bytes[at] = 0;
        for (int i = from; i < to; i++) {
            sum += bytes[i];
        }
        return setU8(at, -sum);
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private byte[] room(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
        return bytes;
    }

    /** A lone surrogate is written as a question mark. */
    public static byte[] utf8(String text) {
        ByteWriter out = new ByteWriter();
        for (int i = 0; i < text.length(); i++) {
            int c = text.codePointAt(i);
            if (c < 0x80) {
                out.u8(c);
            } else if (c < 0x800) {
                out.u8(0xC0 | (c >> 6)).u8(0x80 | (c & 0x3F));
            } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                out.u8('?');
            } else if (c < 0x1_0000) {
                out.u8(0xE0 | (c >> 12)).u8(0x80 | ((c >> 6) & 0x3F)).u8(0x80 | (c & 0x3F));
            } else {
                out.u8(0xF0 | (c >> 18)).u8(0x80 | ((c >> 12) & 0x3F));
                out.u8(0x80 | ((c >> 6) & 0x3F)).u8(0x80 | (c & 0x3F));
                i++;
            }
        }
        return out.toBytes();
    }

    /** UTF-8 with a NUL after it. */
    public static byte[] cString(String text) {
        return new ByteWriter().text(text).u8(0).toBytes();
    }
}
