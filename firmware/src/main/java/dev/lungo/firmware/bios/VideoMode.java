package dev.lungo.firmware.bios;

import org.jspecify.annotations.Nullable;

/**
 * A video mode of the VGA, with what its registers hold. IBM PS/2 Hardware Interface Technical
 * Reference, "Video Subsystem", gives the registers; the values are those of IBM's VGA, as in every
 * BIOS since.
 *
 * @param columns of characters
 * @param height of a character
 * @param memory where it begins
 * @param bits of a pixel; 0 for text
 * @param sequencer registers in hexadecimal digits, as the other tables
 */
record VideoMode(
        int number,
        int columns,
        int rows,
        int height,
        int memory,
        int pageBytes,
        int bits,
        int misc,
        String sequencer,
        String crtc,
        String graphics,
        String attributes) {
    static final int TEXT = 0;

    // spotless:off
    private static final String CRTC_80 = "5F4F50825581BF1F 004F0D0E00000000 9C8E8F281F96B9A3FF";
    private static final String CRTC_40 = "2D2728902BA0BF1F 004F0D0E00000000 9C8E8F141F96B9A3FF";
    private static final String CRTC_MONO = "5F4F50825581BF1F 004F0D0E00000000 9C8E8F280F96B9A3FF";
    private static final String COLORS = "0001020304051407 38393A3B3C3D3E3F 0C000F0800";
    private static final String CGA = "0013151702040607 1011121314151617 0100030000";
    private static final String TEXT_PLANES = "0000000000100E00FF";

    private static final String PLANES = "000000000000050FFF";
    private static final String CRTC_350 = "5F4F50825480BF1F 0040000000000000 83855D280F63BAE3FF";
    private static final String CRTC_480 = "5F4F508254800B3E 0040000000000000 EA8CDF2800E704E3FF";
    private static final String EGA_LOW = "0001020304050607 1011121314151617 01000F0000";
    private static final String EGA = "0001020304051407 38393A3B3C3D3E3F 01000F0000";

    private static final VideoMode[] MODES = {
        new VideoMode(0x00, 40, 25, 16, 0xB8000, 0x0800, TEXT, 0x67, "0308030002", CRTC_40, TEXT_PLANES, COLORS),
        new VideoMode(0x01, 40, 25, 16, 0xB8000, 0x0800, TEXT, 0x67, "0308030002", CRTC_40, TEXT_PLANES, COLORS),
        new VideoMode(0x02, 80, 25, 16, 0xB8000, 0x1000, TEXT, 0x67, "0300030002", CRTC_80, TEXT_PLANES, COLORS),
        new VideoMode(0x03, 80, 25, 16, 0xB8000, 0x1000, TEXT, 0x67, "0300030002", CRTC_80, TEXT_PLANES, COLORS),
        new VideoMode(0x04, 40, 25,  8, 0xB8000, 0x4000,    2, 0x63, "0309030002",
             "2D2728902B80BF1F 00C1000000000000 9C8E8F140096B9A2FF", "0000000000300F0FFF", CGA),
        new VideoMode(0x05, 40, 25,  8, 0xB8000, 0x4000,    2, 0x63, "0309030002",
             "2D2728902B80BF1F 00C1000000000000 9C8E8F140096B9A2FF", "0000000000300F0FFF", CGA),
        new VideoMode(0x06, 80, 25,  8, 0xB8000, 0x4000,    1, 0x63, "0301010006",
             "5F4F50825480BF1F 00C1000000000000 9C8E8F280096B9C2FF", "00000000000D0D0FFF",
             "0017171717171717 1717171717171717 0100010000"),
        new VideoMode(0x07, 80, 25, 16, 0xB0000, 0x1000, TEXT, 0x66, "0300030002", CRTC_MONO, "0000000000100A00FF",
             "0008080808080808 1018181818181818 0E000F0800"),
        new VideoMode(0x0D, 40, 25,  8, 0xA0000, 0x2000,    4, 0x63, "03090F0006",
             "2D2728902B80BF1F 00C0000000000000 9C8E8F140096B9E3FF", PLANES, EGA_LOW),
        new VideoMode(0x0E, 80, 25,  8, 0xA0000, 0x4000,    4, 0x63, "03010F0006",
             "5F4F50825480BF1F 00C0000000000000 9C8E8F280096B9E3FF", PLANES, EGA_LOW),
        new VideoMode(0x0F, 80, 25, 14, 0xA0000, 0x8000,    1, 0xA3, "03010F0006", CRTC_350, PLANES,
             "0008000018180000 0008000000180000 0B00050000"),
        new VideoMode(0x10, 80, 25, 14, 0xA0000, 0x8000,    4, 0xA3, "03010F0006", CRTC_350, PLANES, EGA),
        new VideoMode(0x11, 80, 30, 16, 0xA0000, 0xA000,    1, 0xE3, "03010F0006", CRTC_480, PLANES,
             "003F003F003F003F 003F003F003F003F 01000F0000"),
        new VideoMode(0x12, 80, 30, 16, 0xA0000, 0xA000,    4, 0xE3, "03010F0006", CRTC_480, PLANES, EGA),
        new VideoMode(0x13, 40, 25,  8, 0xA0000, 0x10000,   8, 0x63, "03010F000E",
             "5F4F50825480BF1F 0041000000000000 9C8E8F284096B9A3FF", "000000000040050FFF",
             "0001020304050607 08090A0B0C0D0E0F 41000F0000"),
        new VideoMode(0x6A, 100, 37, 16, 0xA0000, 0x10000,  4, 0xE3, "03010F0006", // VESA's, 800x600
             "7F6363836B1B72F0 0060000000000000 598D57320057 73E3FF", PLANES, EGA),
    };
    // spotless:on

    private static int[] hex(String text) {
        String digits = text.replace(" ", "");
        int[] values = new int[digits.length() / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = Integer.parseInt(digits, 2 * i, 2 * i + 2, 16);
        }
        return values;
    }

    static @Nullable VideoMode of(int number) {
        for (VideoMode each : MODES) {
            if (each.number == number) {
                return each;
            }
        }
        return null;
    }

    boolean isText() {
        return bits == TEXT;
    }

    /** Whether a byte has a bit of each of eight pixels, and each plane another bit. */
    boolean isPlanar() {
        return memory == 0xA0000 && bits <= 4;
    }

    boolean isMonochrome() {
        return number == 0x07 || number == 0x0F;
    }

    /** Of graphics. */
    int pages() {
        return isPlanar() ? 0x10000 / pageBytes : 1;
    }

    /** In pixels. */
    int width() {
        return columns * (isText() ? 9 : 8);
    }

    int pixelRows() {
        return rows * height;
    }

    int crtcPort() {
        return (misc & 1) != 0 ? 0x3D4 : 0x3B4;
    }

    /** Writes all registers. */
    void program(Ports ports) {
        ports.out(0x3C2, misc);
        ports.indexed(0x3C4, 0, 1); // in reset meanwhile
        int[] clocking = hex(sequencer);
        for (int i = 1; i < clocking.length; i++) {
            ports.indexed(0x3C4, i, clocking[i]);
        }
        ports.indexed(0x3C4, 0, clocking[0]);
        int[] timing = hex(crtc);
        ports.indexed(crtcPort(), 0x11, timing[0x11] & 0x7F); // opens the first eight
        for (int i = 0; i < timing.length; i++) {
            ports.indexed(crtcPort(), i, timing[i]);
        }
        int[] drawing = hex(graphics);
        for (int i = 0; i < drawing.length; i++) {
            ports.indexed(0x3CE, i, drawing[i]);
        }
        ports.in(crtcPort() + 6); // the attribute controller takes an index next
        int[] coloring = hex(attributes);
        for (int i = 0; i < coloring.length; i++) {
            ports.out(0x3C0, i);
            ports.out(0x3C0, coloring[i]);
        }
        ports.out(0x3C0, 0x20); // the screen on
        ports.out(0x3C6, 0xFF);
    }
}
