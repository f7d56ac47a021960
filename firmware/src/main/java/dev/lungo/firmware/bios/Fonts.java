package dev.lungo.firmware.bios;

import dev.lungo.firmware.text.Font;

/**
 * INT 10h, AH = 11h: what characters look like. IBM PS/2 and PC BIOS Interface Technical Reference,
 * "Interrupt 10H", "Character Generator". Text's fonts are in plane 2 of the VGA, eight of them;
 * those of graphics are where INT 43h and INT 1Fh lead to.
 */
final class Fonts {
    private static final int SEQUENCER = 0x3C4;
    private static final int MAP_MASK = 2;
    private static final int CHARACTER_MAP_SELECT = 3;
    private static final int MEMORY_MODE = 4;
    private static final int GRAPHICS_CONTROLLER = 0x3CE;
    private static final int READ_MAP_SELECT = 4;
    private static final int MODE = 5;
    private static final int MISCELLANEOUS = 6;
    private static final int MAXIMUM_SCAN_LINE = 0x09;
    private static final int VERTICAL_END = 0x12;

    private static final long WINDOW = 0xA0000;
    private static final int GLYPH_BYTES = 32;
    private static final int CHARACTERS = 256;
    private static final int RECALCULATE = 0x10;
    private static final int UPPER_HALF = 4 * 0x1F;
    private static final int GRAPHICS_FONT = 4 * 0x43;
    private static final int[] ROWS = {0, 14, 25, 43};

    private final SafeMemory memory;
    private final Bda bda;
    private final Ports ports;
    private final Screen screen;

    Fonts(SafeMemory memory, Bda bda, Ports ports, Screen screen) {
        this.memory = memory;
        this.bda = bda;
        this.ports = ports;
        this.screen = screen;
    }

    /** Fonts into the video BIOS. */
    void writeTables() {
        memory.write(Layout.VIDEO_BASE + Layout.FONT_16, Font.HEIGHT_16.toBytes());
        memory.write(Layout.VIDEO_BASE + Layout.FONT_14, Font.HEIGHT_14.toBytes());
        memory.write(Layout.VIDEO_BASE + Layout.FONT_8, Font.HEIGHT_8.toBytes());
    }

    /** What a mode begins with. */
    void reset(VideoMode mode) {
        int offset = offset(mode.height());
        memory.u32(GRAPHICS_FONT, pointer(offset));
        memory.u32(UPPER_HALF, pointer(Layout.FONT_8 + 0x400));
        if (mode.isText()) {
            load(Layout.VIDEO_BASE + offset, mode.height(), 0, CHARACTERS, 0);
        }
    }

    private static int offset(int height) {
        return switch (height) {
            case 8 -> Layout.FONT_8;
            case 14 -> Layout.FONT_14;
            default -> Layout.FONT_16;
        };
    }

    private static int pointer(int offset) {
        return Layout.VIDEO_SEGMENT << 16 | offset;
    }

    /** Serves, and says whether text has another number of rows now. */
    boolean serve(Registers regs) {
        int function = regs.al();
        switch (function) {
            case 0x00, 0x10 -> {
                int count = Math.min(regs.cx(), CHARACTERS);
                load(regs.esBp(), regs.bh(), regs.dx() & 0xFF, count, regs.bl());
                return function >= RECALCULATE && height(regs.bh());
            }
            case 0x01, 0x11, 0x02, 0x12, 0x04, 0x14 -> {
                int height = new int[] {0, 14, 8, 0, 16}[function & 0xF];
                load(Layout.VIDEO_BASE + offset(height), height, 0, CHARACTERS, regs.bl());
                return function >= RECALCULATE && height(height);
            }
            case 0x03 -> ports.indexed(SEQUENCER, CHARACTER_MAP_SELECT, regs.bl() & 0x3F);
            case 0x20 -> memory.u32(UPPER_HALF, regs.esBpPointer());
            case 0x21 -> graphics(regs, regs.esBpPointer(), regs.cx());
            case 0x22 -> graphics(regs, pointer(Layout.FONT_14), 14);
            case 0x23 -> graphics(regs, pointer(Layout.FONT_8), 8);
            case 0x24 -> graphics(regs, pointer(Layout.FONT_16), 16);
            case 0x30 -> information(regs);
            default -> regs.unknown();
        }
        return false;
    }

    /** Characters of so many lines each into one of the eight fonts in plane 2. */
    private void load(long from, int height, int first, int count, int block) {
        int lines = Math.min(height, GLYPH_BYTES);
        int last = Math.min(first + count, CHARACTERS);
        if (lines == 0 || first >= last) {
            return;
        }
        byte[] glyphs = new byte[(last - first) * GLYPH_BYTES];
        byte[] given = memory.read(from, (last - first) * height);
        for (int i = 0; i < last - first; i++) {
            System.arraycopy(given, i * height, glyphs, i * GLYPH_BYTES, lines);
        }
        int font = (block & 3) << 14 | (block & 4) << 11;
        int[] saved = {
            ports.indexed(SEQUENCER, MAP_MASK),
            ports.indexed(SEQUENCER, MEMORY_MODE),
            ports.indexed(GRAPHICS_CONTROLLER, READ_MAP_SELECT),
            ports.indexed(GRAPHICS_CONTROLLER, MODE),
            ports.indexed(GRAPHICS_CONTROLLER, MISCELLANEOUS)
        };
        access(0x04, 0x07, 0x02, 0x00, 0x04); // plane 2 alone, at A0000h, each byte
        memory.write(WINDOW + font + (long) first * GLYPH_BYTES, glyphs);
        access(saved[0], saved[1], saved[2], saved[3], saved[4]);
    }

    private void access(int mapMask, int memoryMode, int readMap, int mode, int miscellaneous) {
        ports.indexed(SEQUENCER, MAP_MASK, mapMask);
        ports.indexed(SEQUENCER, MEMORY_MODE, memoryMode);
        ports.indexed(GRAPHICS_CONTROLLER, READ_MAP_SELECT, readMap);
        ports.indexed(GRAPHICS_CONTROLLER, MODE, mode);
        ports.indexed(GRAPHICS_CONTROLLER, MISCELLANEOUS, miscellaneous);
    }

    /** As many rows as fit into the lines of the mode. */
    private boolean height(int height) {
        if (!screen.mode().isText() || height == 0 || height > GLYPH_BYTES) {
            return false;
        }
        int port = bda.u16(Bda.CRTC_PORT);
        int scanLine = ports.indexed(port, MAXIMUM_SCAN_LINE);
        ports.indexed(port, MAXIMUM_SCAN_LINE, scanLine & ~0x1F | height - 1);
        int rows = screen.mode().pixelRows() / height;
        ports.indexed(port, VERTICAL_END, rows * height - 1);
        bda.u16(Bda.CHARACTER_HEIGHT, height);
        bda.u8(Bda.LAST_ROW, rows - 1);
        bda.u16(Bda.PAGE_BYTES, rows * screen.columns() * 2 + 0xFF & ~0xFF);
        return true;
    }

    private void graphics(Registers regs, int pointer, int height) {
        memory.u32(GRAPHICS_FONT, pointer);
        int rows = regs.bl() == 0 ? regs.dl() : ROWS[Math.min(regs.bl(), ROWS.length - 1)];
        if (height > 0 && height <= GLYPH_BYTES) {
            bda.u16(Bda.CHARACTER_HEIGHT, height);
        }
        if (rows > 0) {
            bda.u8(Bda.LAST_ROW, rows - 1);
        }
    }

    private void information(Registers regs) {
        int offset =
                switch (regs.bh()) {
                    case 2 -> Layout.FONT_14;
                    case 3 -> Layout.FONT_8;
                    case 4 -> Layout.FONT_8 + 0x400;
                    case 5, 7 -> Layout.NO_REPLACEMENTS; // for characters nine wide
                    case 6 -> Layout.FONT_16;
                    default -> -1;
                };
        if (offset >= 0) {
            regs.es(Layout.VIDEO_SEGMENT);
            regs.bp(offset);
        } else if (regs.bh() < 2) { // as the vectors have it
            int pointer = memory.u32(regs.bh() == 0 ? UPPER_HALF : GRAPHICS_FONT);
            regs.es(pointer >>> 16);
            regs.bp(pointer);
        } else {
            regs.unknown();
            return;
        }
        regs.cx(bda.u16(Bda.CHARACTER_HEIGHT));
        regs.dl(bda.u8(Bda.LAST_ROW));
    }
}
