package dev.lungo.boot.smbios;

import dev.lungo.boot.bytes.ByteWriter;

/**
 * One SMBIOS structure: a formatted area, then the strings that it names by number. SMBIOS 3.0,
 * "Structure header format" (§6.1.2) and "Text strings" (§6.1.3).
 */
final class Structure {
    private static final int LENGTH = 1;

    private final ByteWriter formatted = new ByteWriter();
    private final ByteWriter strings = new ByteWriter();
    private int count;

    Structure(int type, int handle) {
        formatted.u8(type).u8(0).u16(handle);
    }

    Structure u8(int value) {
        formatted.u8(value);
        return this;
    }

    Structure u16(int value) {
        formatted.u16(value);
        return this;
    }

    Structure u32(long value) {
        formatted.u32(value);
        return this;
    }

    Structure u64(long value) {
        formatted.u64(value);
        return this;
    }

    /** The number of a string; an empty one is not there, and has number 0. */
    Structure string(String text) {
        if (text.isEmpty()) {
            return u8(0);
        }
        strings.text(text).u8(0);
        count++;
        return u8(count);
    }

    byte[] toBytes() {
        formatted.setU8(LENGTH, formatted.length());
        ByteWriter out = new ByteWriter().bytes(formatted.toBytes()).bytes(strings.toBytes());
        return out.zeros(count == 0 ? 2 : 1).toBytes();
    }
}
