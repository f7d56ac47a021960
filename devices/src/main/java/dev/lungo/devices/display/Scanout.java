package dev.lungo.devices.display;

import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.Picture;

/**
 * What a VGA's registers make of its memory on the screen. IBM PS/2 Hardware Interface Technical
 * Reference, "Video Subsystem", "CRT Controller" and "Attribute Controller".
 *
 * <p>Pixels are as the program has them: a line that is shown twice is one. Left out: blinking,
 * underlines, the border, and panning of text.
 */
final class Scanout {
    // Sequencer registers
    private static final int CHARACTER_MAP_SELECT = 3;

    // CRTC registers
    private static final int HORIZONTAL_END = 0x01;
    private static final int OVERFLOW = 0x07;
    private static final int MAXIMUM_SCAN_LINE = 0x09;
    private static final int START_HIGH = 0x0C;
    private static final int START_LOW = 0x0D;
    private static final int VERTICAL_END = 0x12;
    private static final int OFFSET = 0x13;
    private static final int UNDERLINE = 0x14;
    private static final int MODE_CONTROL = 0x17;
    private static final int LINE_COMPARE = 0x18;
    private static final int SCANNED_TWICE = 1 << 7;
    private static final int DOUBLEWORDS = 1 << 6; // of UNDERLINE
    private static final int ROW_BIT_0_ABOVE = 1; // of MODE_CONTROL: bit 13 is no row's
    private static final int ROW_BIT_1_ABOVE = 1 << 1;
    private static final int WRAP_AT_64K = 1 << 5;
    private static final int BYTES = 1 << 6;

    // Graphics controller
    private static final int GRAPHICS = 1;
    private static final int INTERLEAVED = 1 << 5;
    private static final int COLORS_256 = 1 << 6;

    // Attribute controller
    private static final int MODE = 0x10;
    private static final int PLANE_ENABLE = 0x12;
    private static final int PANNING = 0x13;
    private static final int COLOR_SELECT = 0x14;
    private static final int SIXTEENS = 1 << 7;

    private static final long MONO_MEMORY = 0xB0000;
    private static final long COLOR_MEMORY = 0xB8000;
    private static final int TEXT_BYTES = 0x8000;
    private static final int MOST_COLUMNS = 256;
    private static final int MOST_ROWS = 256;
    private static final int GLYPH_BYTES = 32;
    private static final int FONT_BYTES = 256 * GLYPH_BYTES;

    private final Vga vga;
    private final GuestMemory memory;

    /** The RAM at B0000h or B8000h when the picture was begun; empty if the planes are shown. */
    private byte[] ram = new byte[0];

    Scanout(Vga vga, GuestMemory memory) {
        this.vga = vga;
        this.memory = memory;
    }

    /** The screen as it is. */
    Picture picture() {
        if (!vga.isScreenOn()) {
            return new Picture.Blank();
        }
        int place = vga.graphics[VgaMemory.MISCELLANEOUS] >> 2 & 3;
        ram =
                switch (place) {
                    case 2 -> read(MONO_MEMORY);
                    case 3 -> read(COLOR_MEMORY);
                    default -> new byte[0];
                };
        boolean graphics = (vga.graphics[VgaMemory.MISCELLANEOUS] & GRAPHICS) != 0;
        return graphics ? pixels() : text();
    }

    private byte[] read(long at) {
        byte[] into = new byte[TEXT_BYTES];
        if (memory.contains(at, TEXT_BYTES)) {
            memory.read(at, into, 0, TEXT_BYTES);
        }
        return into;
    }

    /** A byte of a plane, which RAM stands for where programs have the memory there. */
    private int plane(int number, int address) {
        if (ram.length == 0) {
            return vga.planes.plane(number, address);
        }
        boolean sequential = (vga.sequencer[VgaMemory.MEMORY_MODE] & VgaMemory.SEQUENTIAL) != 0;
        int at = sequential ? address : address & ~1 | number & 1;
        return number > 1 ? 0 : ram[at & TEXT_BYTES - 1] & 0xFF;
    }

    // ---- Counting

    private int lines() {
        int overflow = vga.crtc[OVERFLOW];
        return (vga.crtc[VERTICAL_END] | (overflow & 1 << 1) << 7 | (overflow & 1 << 6) << 3) + 1;
    }

    private int columns() {
        return Math.min(vga.crtc[HORIZONTAL_END] + 1, MOST_COLUMNS);
    }

    /** How many lines a row of characters, or of pixels, has. */
    private int scansOfRow() {
        return (vga.crtc[MAXIMUM_SCAN_LINE] & 0x1F) + 1;
    }

    private int linesOfScan() {
        return (vga.crtc[MAXIMUM_SCAN_LINE] & SCANNED_TWICE) != 0 ? 2 : 1;
    }

    private int start() {
        return vga.crtc[START_HIGH] << 8 | vga.crtc[START_LOW];
    }

    private int lineCompare() {
        return vga.crtc[LINE_COMPARE]
                | (vga.crtc[OVERFLOW] & 1 << 4) << 4
                | (vga.crtc[MAXIMUM_SCAN_LINE] & 1 << 6) << 3;
    }

    /** Where a row begins; those below the line compared with begin at 0 again. */
    private int rowStart(int row, int linesOfRow) {
        int above = (lineCompare() + linesOfRow) / linesOfRow;
        int pitch = 2 * vga.crtc[OFFSET];
        return row < above ? start() + row * pitch : (row - above) * pitch;
    }

    /** The address in the planes that a count of the CRTC has. */
    private int address(int count, int scan) {
        int control = vga.crtc[MODE_CONTROL];
        int at;
        if ((vga.crtc[UNDERLINE] & DOUBLEWORDS) != 0) {
            at = count << 2 | count >> 14 & 3;
        } else if ((control & BYTES) == 0) {
            at = count << 1 | count >> ((control & WRAP_AT_64K) != 0 ? 15 : 13) & 1;
        } else {
            at = count;
        }
        if ((control & ROW_BIT_0_ABOVE) == 0) {
            at = at & ~(1 << 13) | (scan & 1) << 13;
        }
        if ((control & ROW_BIT_1_ABOVE) == 0) {
            at = at & ~(1 << 14) | (scan >> 1 & 1) << 14;
        }
        return at & VgaMemory.PLANE_BYTES - 1;
    }

    // ---- Colours

    /** What the attribute controller makes of four bits. */
    private int color(int index) {
        int color = vga.attributes[index & vga.attributes[PLANE_ENABLE] & 0xF];
        int select = vga.attributes[COLOR_SELECT];
        boolean sixteens = (vga.attributes[MODE] & SIXTEENS) != 0;
        int low = sixteens ? color & 0xF | (select & 3) << 4 : color & 0x3F;
        return vga.dac.rgb(low | (select & 0xC) << 4);
    }

    private int[] colors() {
        int[] colors = new int[16];
        for (int i = 0; i < colors.length; i++) {
            colors[i] = color(i);
        }
        return colors;
    }

    // ---- Text

    private Picture text() {
        int columns = columns();
        int height = scansOfRow();
        int rows = Math.clamp(lines() / (height * linesOfScan()), 1, MOST_ROWS);
        byte[] cells = new byte[2 * columns * rows];
        for (int row = 0; row < rows; row++) {
            int count = rowStart(row, height * linesOfScan());
            for (int column = 0; column < columns; column++) {
                int at = address(count + column, 0);
                int cell = 2 * (columns * row + column);
                cells[cell] = (byte) plane(0, at);
                cells[cell + 1] = (byte) plane(1, at);
            }
        }
        return new Picture.Text(columns, rows, cells, colors(), height, fonts());
    }

    /** Fonts are in plane 2, eight of them, of which two are chosen. */
    private byte[] fonts() {
        int select = vga.sequencer[CHARACTER_MAP_SELECT];
        int second = font(select >> 2 & 3 | select >> 3 & 4);
        int first = font(select & 3 | select >> 2 & 4);
        byte[] fonts = new byte[2 * FONT_BYTES];
        for (int i = 0; i < FONT_BYTES; i++) {
            fonts[i] = (byte) vga.planes.plane(2, first + i);
            fonts[FONT_BYTES + i] = (byte) vga.planes.plane(2, second + i);
        }
        return fonts;
    }

    /** Where a font is: the first four at multiples of 16 KiB, the others 8 KiB behind them. */
    private static int font(int number) {
        return (number & 3) << 14 | (number & 4) << 11;
    }

    // ---- Graphics

    private Picture pixels() {
        boolean manyColors = (vga.graphics[VgaMemory.MODE] & COLORS_256) != 0;
        int each = manyColors ? 4 : 8; // pixels of a count
        int banks = vga.crtc[MODE_CONTROL] & (ROW_BIT_0_ABOVE | ROW_BIT_1_ABOVE);
        boolean scansDiffer = banks != (ROW_BIT_0_ABOVE | ROW_BIT_1_ABOVE);
        int linesOfRow = scansOfRow() * linesOfScan();
        int linesOfPixel = scansDiffer ? linesOfScan() : linesOfRow;
        int width = columns() * each;
        int height = Math.max(lines() / linesOfPixel, 1);
        int panning = manyColors ? vga.attributes[PANNING] >> 1 & 3 : vga.attributes[PANNING] & 7;
        int[] colors = colors();
        int[] rgb = new int[width * height];
        for (int y = 0; y < height; y++) {
            int line = y * linesOfPixel;
            int count = rowStart(line / linesOfRow, linesOfRow);
            int scan = line % linesOfRow / linesOfScan();
            for (int x = 0; x < width; x++) {
                int place = x + panning;
                int at = address(count + place / each, scan);
                rgb[y * width + x] =
                        manyColors
                                ? vga.dac.rgb(plane(place & 3, at))
                                : colors[index(at, place & 7)];
            }
        }
        return new Picture.Pixels(width, height, rgb);
    }

    /** The four bits of a pixel. */
    private int index(int at, int place) {
        if ((vga.graphics[VgaMemory.MODE] & INTERLEAVED) != 0) { // two planes take turns
            int pair = place >> 2;
            int shift = 6 - 2 * (place & 3);
            return plane(pair, at) >> shift & 3 | (plane(pair + 2, at) >> shift & 3) << 2;
        }
        int index = 0;
        for (int number = 0; number < 4; number++) {
            index |= (plane(number, at) >> 7 - place & 1) << number;
        }
        return index;
    }
}
