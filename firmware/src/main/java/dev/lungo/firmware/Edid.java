package dev.lungo.firmware;

import dev.lungo.boot.bytes.ByteWriter;

/**
 * What the monitor says of itself: it takes the modes up to 1280x1024. VESA Enhanced Extended
 * Display Identification Data Standard, release A, "EDID Structure Version 1 Revision 3".
 */
public final class Edid {
    private Edid() {}

    /** The one block of 128 bytes. */
    public static byte[] block() {
        ByteWriter out = new ByteWriter();
        out.u8(0).u32(-1).u16(-1).u8(0);
        out.u8('L' - 64 << 2 | 'G' - 64 >> 3).u8(('G' - 64 & 7) << 5 | 'O' - 64); // maker
        out.u16(1).u32(1).u8(1).u8(36); // product, serial number, week, year since 1990
        out.u8(1).u8(3); // EDID 1.3
        out.u8(0x08).u8(32).u8(24).u8(120).u8(0x0A); // analogue, cm, gamma 2.2, RGB and preferred
        out.u8(0xEE)
                .u8(0x91)
                .u8(0xA3)
                .u8(0x54)
                .u8(0x4C)
                .u8(0x99)
                .u8(0x26)
                .u8(0x0F)
                .u8(0x50)
                .u8(0x54); // sRGB
        out.u8(0x21).u8(0x08).u8(0); // 640x480, 800x600, 1024x768 at 60 Hz
        out.u16(0x8081).u16(0xC081); // 1280x1024, 1280x720 at 60 Hz
        for (int i = 0; i < 6; i++) {
            out.u16(0x0101);
        }
        // 1024x768 at 60 Hz: 65 MHz, blanking 320 and 38, sync 24+136 and 3+6
        out.u16(6500).u8(0x00).u8(0x40).u8(0x41).u8(0x00).u8(0x26).u8(0x30);
        out.u8(0x18).u8(0x88).u8(0x36).u8(0).u8(0x40).u8(0xF0).u8(0x10).u8(0).u8(0).u8(0x18);
        out.u16(0).u8(0).u8(0xFC).u8(0).text("Lungo\n       ");
        for (int i = 0; i < 2; i++) {
            out.u16(0).u8(0).u8(0x10).zeros(14); // none
        }
        out.u8(0); // extensions
        return out.u8(0).checksum(0, 128, 127).toBytes();
    }
}
