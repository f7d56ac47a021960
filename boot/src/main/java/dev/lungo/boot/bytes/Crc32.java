package dev.lungo.boot.bytes;

/**
 * The CRC with the polynomial 04C1_1DB7h, reflected, as UEFI's tables, GPT and Ethernet have it.
 * UEFI, "EFI_BOOT_SERVICES.CalculateCrc32()" (7.5).
 */
public final class Crc32 {
    private static final int[] TABLE = table();

    private Crc32() {}

    /** Of {@code count} bytes, as an unsigned doubleword. */
    public static long of(byte[] bytes, int from, int count) {
        int crc = -1;
        for (int i = from; i < from + count; i++) {
            crc = TABLE[(crc ^ bytes[i]) & 0xFF] ^ (crc >>> 8);
        }
        return ~crc & 0xFFFF_FFFFL;
    }

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0xEDB8_8320;
            }
            table[i] = crc;
        }
        return table;
    }
}
