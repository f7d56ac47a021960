package dev.lungo.firmware.uefi.hii;

import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import java.util.TreeMap;

/** The texts of one language. UEFI 2.10, "String Package" (33.3.6). Fonts of texts are not kept. */
public final class StringPackage {
    public static final int TYPE = 0x04;

    private static final int HEADER_BYTES = 46;

    // EFI_HII_STRING_BLOCK
    private static final int END = 0x00;
    private static final int STRING_SCSU = 0x10;
    private static final int STRING_SCSU_FONT = 0x11;
    private static final int STRINGS_SCSU = 0x12;
    private static final int STRINGS_SCSU_FONT = 0x13;
    private static final int STRING_UCS2 = 0x14;
    private static final int STRING_UCS2_FONT = 0x15;
    private static final int STRINGS_UCS2 = 0x16;
    private static final int STRINGS_UCS2_FONT = 0x17;
    private static final int DUPLICATE = 0x20;
    private static final int SKIP2 = 0x21;
    private static final int SKIP1 = 0x22;
    private static final int EXT1 = 0x30;
    private static final int EXT2 = 0x31;
    private static final int EXT4 = 0x32;

    final String language;
    final TreeMap<Integer, String> strings = new TreeMap<>();
    private int next = 1;

    public StringPackage(String language) {
        this.language = language;
    }

    /**
     * Reads a package; what is not well-formed in it, and all that follows, is left out.
     *
     * @param bytes from its header on
     */
    static StringPackage of(byte[] bytes) {
        StringBuilder name = new StringBuilder();
        for (int i = HEADER_BYTES; i < bytes.length && bytes[i] != 0; i++) {
            name.append((char) (bytes[i] & 0x7F));
        }
        StringPackage strings = new StringPackage(name.toString());
        if (bytes.length >= HEADER_BYTES) {
            strings.read(bytes, (int) Math.min(Little.u32(bytes, 8), bytes.length));
        }
        return strings;
    }

    private void read(byte[] bytes, int from) {
        int at = from;
        while (at >= 0 && at + 1 < bytes.length && bytes[at] != END) {
            at = readBlock(bytes, at);
        }
    }

    /** Where the next block is, or negative if there is none. */
    private int readBlock(byte[] bytes, int at) {
        return switch (bytes[at] & 0xFF) {
            case STRING_SCSU -> narrow(bytes, at + 1, 1);
            case STRING_SCSU_FONT -> narrow(bytes, at + 2, 1);
            case STRINGS_SCSU -> narrow(bytes, at + 3, count(bytes, at + 1));
            case STRINGS_SCSU_FONT -> narrow(bytes, at + 4, count(bytes, at + 2));
            case STRING_UCS2 -> wide(bytes, at + 1, 1);
            case STRING_UCS2_FONT -> wide(bytes, at + 2, 1);
            case STRINGS_UCS2 -> wide(bytes, at + 3, count(bytes, at + 1));
            case STRINGS_UCS2_FONT -> wide(bytes, at + 4, count(bytes, at + 2));
            case DUPLICATE -> {
                String same = strings.get(count(bytes, at + 1));
                if (same != null) {
                    strings.put(next, same);
                }
                next++;
                yield at + 3;
            }
            case SKIP2 -> skip(count(bytes, at + 1), at + 3);
            case SKIP1 -> skip(bytes[at + 1] & 0xFF, at + 2);
            case EXT1 -> at + 2 < bytes.length ? at + Math.max(3, bytes[at + 2] & 0xFF) : -1;
            case EXT2 -> at + 4 <= bytes.length ? at + Math.max(4, Little.u16(bytes, at + 2)) : -1;
            case EXT4 ->
                    at + 6 <= bytes.length
                            ? Math.clamp(at + Little.u32(bytes, at + 2), at + 6, 1 << 30)
                            : -1;
            default -> -1;
        };
    }

    private static int count(byte[] bytes, int at) {
        return at + 2 <= bytes.length ? Little.u16(bytes, at) : 0;
    }

    private int skip(int count, int at) {
        next = Math.min(next + count, 0xFFFF);
        return at;
    }

    private int narrow(byte[] bytes, int from, int count) {
        int at = from;
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            while (at < bytes.length && bytes[at] != 0) {
                text.append((char) (bytes[at++] & 0xFF));
            }
            if (at++ >= bytes.length) {
                return -1;
            }
            strings.put(next++, text.toString());
        }
        return at;
    }

    private int wide(byte[] bytes, int from, int count) {
        int at = from;
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            while (at + 2 <= bytes.length && Little.u16(bytes, at) != 0) {
                text.append((char) Little.u16(bytes, at));
                at += 2;
            }
            if (at + 2 > bytes.length) {
                return -1;
            }
            at += 2;
            strings.put(next++, text.toString());
        }
        return at;
    }

    /** One that no text has yet. */
    int nextIdentifier() {
        return next;
    }

    void put(int identifier, String text) {
        strings.put(identifier, text);
        next = Math.max(next, identifier + 1);
    }

    byte[] toBytes() {
        byte[] name = ByteWriter.cString(language);
        ByteWriter out = new ByteWriter().u32(0);
        out.u32(HEADER_BYTES + name.length).u32(HEADER_BYTES + name.length);
        out.zeros(32).u16(1).bytes(name);
        int expected = 1;
        for (var each : strings.entrySet()) {
            int gap = each.getKey() - expected;
            if (gap > 0) {
                out.u8(SKIP2).u16(gap);
            }
            out.u8(STRING_UCS2);
            for (char c : each.getValue().toCharArray()) {
                out.u16(c);
            }
            out.u16(0);
            expected = each.getKey() + 1;
        }
        out.u8(END);
        return out.setU32(0, out.length() | (long) TYPE << 24).toBytes();
    }
}
