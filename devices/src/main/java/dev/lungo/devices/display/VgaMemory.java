package dev.lungo.devices.display;

import dev.lungo.isa.Width;

/**
 * The four planes of a VGA's memory as they are seen at A0000h. IBM PS/2 Hardware Interface
 * Technical Reference, "Video Subsystem", "Graphics Controller" and "Sequencer": which planes an
 * access reaches, what is made of the data on the way, and what the latches have to do with it.
 *
 * <p>While the registers place the memory at B0000h or B8000h, nobody answers here.
 */
final class VgaMemory {
    static final int PLANE_BYTES = 0x1_0000;

    // Sequencer registers
    static final int MAP_MASK = 2;
    static final int MEMORY_MODE = 4;
    static final int SEQUENTIAL = 1 << 2;
    static final int CHAIN_4 = 1 << 3;

    // Graphics controller registers
    private static final int SET_RESET = 0;
    private static final int ENABLE_SET_RESET = 1;
    private static final int COLOR_COMPARE = 2;
    private static final int DATA_ROTATE = 3;
    private static final int READ_MAP_SELECT = 4;
    static final int MODE = 5;
    static final int MISCELLANEOUS = 6;
    private static final int COLOR_DONT_CARE = 7;
    private static final int BIT_MASK = 8;

    private static final int READ_COMPARE = 1 << 3;
    private static final int READ_ODD_EVEN = 1 << 4;
    private static final int FIRST_ELSEWHERE = 2; // of MISCELLANEOUS, bits 3:2

    private static final int EVERY_PLANE = 0x0101_0101;

    private final Vga vga;
    private final int[] sequencer;
    private final int[] graphics;

    /** A byte of each plane, the first plane's lowest. */
    private final int[] planes = new int[PLANE_BYTES];

    private int latches;

    /** Those of a {@link Vga}, which is also their lock. */
    VgaMemory(Vga vga) {
        this.vga = vga;
        sequencer = vga.sequencer;
        graphics = vga.graphics;
    }

    void reset() {
        java.util.Arrays.fill(planes, 0);
        latches = 0;
    }

    /** A byte of a plane, at an address of the planes' own. */
    int plane(int number, int address) {
        return planes[address & PLANE_BYTES - 1] >>> 8 * number & 0xFF;
    }

    /** Zero-extended. */
    long read(long offset, Width width) {
        long value = 0;
        for (int i = 0; i < width.bytes(); i++) {
            value |= (long) read((int) offset + i) << 8 * i;
        }
        return value;
    }

    void write(long offset, Width width, long value) {
        for (int i = 0; i < width.bytes(); i++) {
            write((int) offset + i, (int) (value >>> 8 * i) & 0xFF);
        }
    }

    private boolean isHere() {
        return vga.isMemoryEnabled() && (graphics[MISCELLANEOUS] >> 2 & 3) < FIRST_ELSEWHERE;
    }

    private int read(int offset) {
        if (!isHere()) {
            return 0xFF;
        }
        if ((sequencer[MEMORY_MODE] & CHAIN_4) != 0) {
            latches = planes[offset & ~3];
            return latches >>> 8 * (offset & 3) & 0xFF;
        }
        if ((graphics[MODE] & READ_ODD_EVEN) != 0) {
            latches = planes[offset & ~1];
            return latches >>> 8 * (graphics[READ_MAP_SELECT] & 2 | offset & 1) & 0xFF;
        }
        latches = planes[offset];
        return (graphics[MODE] & READ_COMPARE) == 0
                ? latches >>> 8 * (graphics[READ_MAP_SELECT] & 3) & 0xFF
                : compare();
    }

    /** A bit for each pixel that has the colour wanted, in the planes that count. */
    private int compare() {
        int different =
                (latches ^ planes(graphics[COLOR_COMPARE])) & planes(graphics[COLOR_DONT_CARE]);
        int any = different | different >>> 16;
        return ~(any | any >>> 8) & 0xFF;
    }

    private void write(int offset, int value) {
        if (!isHere()) {
            return;
        }
        int mask = sequencer[MAP_MASK] & 0xF;
        int address = offset;
        if ((sequencer[MEMORY_MODE] & CHAIN_4) != 0) {
            mask &= 1 << (offset & 3);
            address = offset & ~3;
        } else if ((sequencer[MEMORY_MODE] & SEQUENTIAL) == 0) { // odd and even
            mask &= 0b0101 << (offset & 1);
            address = offset & ~1;
        }
        int enabled = planes(mask);
        planes[address] = planes[address] & ~enabled | data(value) & enabled;
    }

    /** What the planes would get: "Graphics Mode Register", write modes. */
    private int data(int value) {
        int set = planes(graphics[SET_RESET]);
        int enable = planes(graphics[ENABLE_SET_RESET]);
        int bits = graphics[BIT_MASK];
        return switch (graphics[MODE] & 3) {
            case 0 -> combine(rotated(value) * EVERY_PLANE & ~enable | set & enable, bits);
            case 1 -> latches;
            case 2 -> combine(planes(value), bits);
            default -> combine(set, bits & rotated(value));
        };
    }

    private int rotated(int value) {
        int count = graphics[DATA_ROTATE] & 7;
        return (value >> count | value << 8 - count) & 0xFF;
    }

    /** With the latches, by the function selected; bits that are masked are the latches'. */
    private int combine(int value, int bits) {
        int result =
                switch (graphics[DATA_ROTATE] >> 3 & 3) {
                    case 0 -> value;
                    case 1 -> value & latches;
                    case 2 -> value | latches;
                    default -> value ^ latches;
                };
        int changed = (bits & 0xFF) * EVERY_PLANE;
        return result & changed | latches & ~changed;
    }

    /** A byte of ones for each plane whose bit is set. */
    private static int planes(int bits) {
        int spread = bits & 1 | (bits & 2) << 7 | (bits & 4) << 14 | (bits & 8) << 21;
        return spread * 0xFF;
    }
}
