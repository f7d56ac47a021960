package dev.lungo.boot;

import dev.lungo.boot.bytes.Little;

/**
 * A globally unique identifier as disks, variables and UEFI's tables have it: its first three
 * fields are little-endian. UEFI, "GUID and Time Formats" (appendix A).
 *
 * @param low its first eight bytes, as a little-endian quadword
 * @param high its last eight
 */
public record Guid(long low, long high) {
    public static final int BYTES = 16;
    public static final Guid ZERO = new Guid(0, 0);

    private static final String DIGITS = "0123456789abcdef";

    /** In which order the bytes are written, {@code -1} being a hyphen. */
    private static final int[] TEXT = {
        3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15
    };

    public static Guid of(byte[] bytes, int at) {
        return new Guid(Little.u64(bytes, at), Little.u64(bytes, at + 8));
    }

    /**
     * Reads the form of {@link #toString}, in any case.
     *
     * @throws IllegalArgumentException if this is not xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx
     */
    public static Guid parse(String text) {
        byte[] bytes = new byte[BYTES];
        int at = 0;
        for (int index : TEXT) {
            if (index < 0) {
                if (at >= text.length() || text.charAt(at++) != '-') {
                    throw new IllegalArgumentException("not a GUID: " + text);
                }
            } else {
                bytes[index] = (byte) (digit(text, at) << 4 | digit(text, at + 1));
                at += 2;
            }
        }
        if (at != text.length()) {
            throw new IllegalArgumentException("not a GUID: " + text);
        }
        return of(bytes, 0);
    }

    private static int digit(String text, int at) {
        int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        if (digit < 0) {
            throw new IllegalArgumentException("not a GUID: " + text);
        }
        return digit;
    }

    public void put(byte[] bytes, int at) {
        Little.put64(bytes, at, low);
        Little.put64(bytes, at + 8, high);
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        put(bytes, 0);
        return bytes;
    }

    public boolean isZero() {
        return low == 0 && high == 0;
    }

    /** In the registry's form, with small letters. */
    @Override
    public String toString() {
        byte[] bytes = toBytes();
        StringBuilder text = new StringBuilder();
        for (int index : TEXT) {
            if (index < 0) {
                text.append('-');
            } else {
                text.append(DIGITS.charAt(bytes[index] >> 4 & 0xF));
                text.append(DIGITS.charAt(bytes[index] & 0xF));
            }
        }
        return text.toString();
    }
}
