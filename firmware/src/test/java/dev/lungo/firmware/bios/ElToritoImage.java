package dev.lungo.firmware.bios;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The smallest CD-ROM that boots. */
public final class ElToritoImage {
    static final int IMAGE_AT = 20;
    static final int FIRST_BYTES = 0x12345678;
    private static final int CATALOG_AT = 19;
    private static final int SECTOR = 2048;

    private ElToritoImage() {}

    /**
     * A disc with one entry.
     *
     * @param mediaType of the initial entry
     * @param sectors that it loads, of 512 bytes
     */
    public static ArrayDisk of(int mediaType, int sectors) {
        ArrayDisk disc = new ArrayDisk(2 << 20);
        ByteBuffer out = ByteBuffer.wrap(disc.content).order(ByteOrder.LITTLE_ENDIAN);
        byte[] record = "\0CD001\1EL TORITO SPECIFICATION".getBytes(StandardCharsets.US_ASCII);
        out.put(16 * SECTOR, "\1CD001\1".getBytes(StandardCharsets.US_ASCII)); // the volume
        out.put(17 * SECTOR, record);
        out.putInt(17 * SECTOR + 0x47, CATALOG_AT);
        int catalog = CATALOG_AT * SECTOR;
        out.put(catalog, (byte) 1);
        out.putShort(catalog + 0x1C, (short) (0 - 1 - 0xAA55)); // all words add up to zero
        out.putShort(catalog + 0x1E, (short) 0xAA55);
        out.put(catalog + 0x20, (byte) 0x88);
        out.put(catalog + 0x21, (byte) mediaType);
        out.putShort(catalog + 0x26, (short) sectors);
        out.putInt(catalog + 0x28, IMAGE_AT);
        out.putInt(IMAGE_AT * SECTOR, FIRST_BYTES);
        return disc;
    }
}
