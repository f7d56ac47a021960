package dev.lungo.devices.virtio;

/** Numbers in structures that driver and device share. */
final class LittleEndian {
    private LittleEndian() {}

    static void put(byte[] into, int at, int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            into[at + i] = (byte) (value >>> 8 * i);
        }
    }

    static int u16(byte[] from, int at) {
        return (from[at] & 0xFF) | (from[at + 1] & 0xFF) << 8;
    }

    static long u32(byte[] from, int at) {
        return u16(from, at) | (long) u16(from, at + 2) << 16;
    }
}
