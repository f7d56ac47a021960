package dev.lungo.boot.bytes;

/** Little-endian integers in an array, whose bounds the caller has checked. */
public final class Little {
    private Little() {}

    public static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xFF;
    }

    public static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | ((bytes[at + 1] & 0xFF) << 8);
    }

    public static long u32(byte[] bytes, int at) {
        return u16(bytes, at) | ((long) u16(bytes, at + 2) << 16);
    }

    public static long u64(byte[] bytes, int at) {
        return u32(bytes, at) | (u32(bytes, at + 4) << 32);
    }

    public static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >> 8);
    }

    public static void put32(byte[] bytes, int at, long value) {
        put16(bytes, at, (int) value);
        put16(bytes, at + 2, (int) (value >> 16));
    }

    public static void put64(byte[] bytes, int at, long value) {
        put32(bytes, at, value);
        put32(bytes, at + 4, value >> 32);
    }
}
