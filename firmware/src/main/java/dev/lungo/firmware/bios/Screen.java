package dev.lungo.firmware.bios;

import dev.lungo.firmware.text.Font;

/**
 * Characters and pixels in the memory of the VGA's modes. In graphics modes characters are drawn,
 * and the attribute is their colour.
 *
 * <p>Left out: reading characters back from graphics, and reprogrammed fonts.
 */
final class Screen {
    private static final int TEXT_PAGES = 8;
    private static final int XOR = 0x80;
    private static final int CGA_BANK = 0x2000;
    private static final int CGA_ROW = 80;

    private final SafeMemory memory;
    private final Bda bda;
    private VideoMode mode;

    Screen(SafeMemory memory, Bda bda, VideoMode mode) {
        this.memory = memory;
        this.bda = bda;
        this.mode = mode;
    }

    VideoMode mode() {
        return mode;
    }

    void mode(VideoMode newMode) {
        mode = newMode;
    }

    /** Rows of characters, which a font changes. */
    int rows() {
        return bda.u8(Bda.LAST_ROW) + 1;
    }

    int columns() {
        return Math.max(bda.u16(Bda.COLUMNS), 1);
    }

    int pages() {
        return mode.isText() ? TEXT_PAGES : 1;
    }

    /** Fills all there is with what an empty screen has. */
    void clear() {
        int bytes = mode.isText() ? 0x8000 : mode.bits() == 8 ? 0x10000 : mode.pageBytes();
        byte[] all = new byte[bytes];
        for (int i = 0; mode.isText() && i < bytes; i += 2) {
            all[i] = ' ';
            all[i + 1] = 7;
        }
        memory.write(mode.memory(), all);
    }

    private long cell(int page, int row, int column) {
        int cell = row * columns() + column;
        return mode.memory() + (long) page * bda.u16(Bda.PAGE_BYTES) + 2L * cell;
    }

    private boolean isThere(int page, int row, int column) {
        return page < pages() && row < rows() && column < columns();
    }

    int character(int page, int row, int column) {
        return mode.isText() && isThere(page, row, column) ? memory.u8(cell(page, row, column)) : 0;
    }

    int attribute(int page, int row, int column) {
        boolean text = mode.isText() && isThere(page, row, column);
        return text ? memory.u8(cell(page, row, column) + 1) : 0;
    }

    void put(int page, int row, int column, int character, int attribute) {
        if (!isThere(page, row, column)) {
            return;
        }
        if (mode.isText()) {
            memory.u8(cell(page, row, column), character);
            memory.u8(cell(page, row, column) + 1, attribute);
        } else {
            draw(row, column, character, attribute);
        }
    }

    private void draw(int row, int column, int character, int color) {
        Font font = mode.height() == 8 ? Font.HEIGHT_8 : Font.HEIGHT_16;
        for (int y = 0; y < mode.height(); y++) {
            int bits = font.row(character, y);
            for (int x = 0; x < 8; x++) {
                boolean set = (bits & 0x80 >> x) != 0;
                if (set || (color & XOR) == 0) {
                    pixel(8 * column + x, row * mode.height() + y, set ? color : 0);
                }
            }
        }
    }

    /** Moves the rows of a window, and empties those that come in. Zero rows empty all of it. */
    void scroll(
            int page, boolean up, int by, int attribute, int top, int left, int bottom, int right) {
        int lastRow = Math.min(bottom, rows() - 1);
        int lastColumn = Math.min(right, columns() - 1);
        int height = lastRow - top + 1;
        if (height <= 0 || lastColumn < left || page >= pages()) {
            return;
        }
        int distance = by == 0 || by > height ? height : by;
        for (int i = 0; i < height; i++) {
            int to = up ? top + i : lastRow - i;
            boolean empty = i >= height - distance;
            if (empty) {
                emptyRow(page, to, left, lastColumn, attribute);
            } else {
                copyRow(page, up ? to + distance : to - distance, to, left, lastColumn);
            }
        }
    }

    private void emptyRow(int page, int row, int left, int right, int attribute) {
        for (int column = left; column <= right; column++) {
            put(page, row, column, ' ', mode.isText() ? attribute : attribute & ~XOR);
        }
    }

    private void copyRow(int page, int from, int to, int left, int right) {
        if (mode.isText()) {
            int bytes = 2 * (right - left + 1);
            memory.write(cell(page, to, left), memory.read(cell(page, from, left), bytes));
            return;
        }
        for (int y = 0; y < mode.height(); y++) {
            for (int x = 8 * left; x < 8 * (right + 1); x++) {
                pixel(x, to * mode.height() + y, pixel(x, from * mode.height() + y));
            }
        }
    }

    // ---- Pixels

    /** A pixel's colour. */
    int pixel(int x, int y) {
        if (!hasPixel(x, y)) {
            return 0;
        }
        long at = pixelByte(x, y);
        return mode.bits() == 8
                ? memory.u8(at)
                : memory.u8(at) >> shift(x) & (1 << mode.bits()) - 1;
    }

    /** Bit 7 of the colour has it combined with what is there, but for 256 colours. */
    void pixel(int x, int y, int color) {
        if (!hasPixel(x, y)) {
            return;
        }
        long at = pixelByte(x, y);
        if (mode.bits() == 8) {
            memory.u8(at, color);
            return;
        }
        int mask = (1 << mode.bits()) - 1 << shift(x);
        int value = color << shift(x) & mask;
        int old = memory.u8(at);
        memory.u8(at, (color & XOR) != 0 ? old ^ value : old & ~mask | value);
    }

    private boolean hasPixel(int x, int y) {
        return !mode.isText() && x < mode.width() && y < mode.pixelRows();
    }

    private int shift(int x) {
        int each = 8 / mode.bits();
        return (each - 1 - x % each) * mode.bits();
    }

    private long pixelByte(int x, int y) {
        int inRow = x * mode.bits() / 8;
        if (mode.memory() == 0xB8000) { // odd rows are in a bank of their own
            return mode.memory() + (y & 1L) * CGA_BANK + (y >> 1) * (long) CGA_ROW + inRow;
        }
        return mode.memory() + (long) y * (mode.width() * mode.bits() / 8) + inRow;
    }
}
