package dev.lungo.devices.virtio;

/** Numbers in a device's configuration structure. */
final class LittleEndian {
    private LittleEndian() {}

    static void put(byte[] into, int at, int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            into[at + i] = (byte) (value >>> 8 * i);
        }
    }
}
