package dev.lungo.firmware.bios;

/**
 * Characters and pixels in the memory of the VGA's modes. In graphics modes characters are drawn by
 * the font that INT 43h leads to, and the attribute is their colour.
 */
final class Screen {
    private static final int TEXT_PAGES = 8;
    private static final int XOR = 0x80;
    private static final int CGA_BANK = 0x2000;
    private static final int CGA_ROW = 80;
    private static final int LARGE_FONT = 4 * 0x43;
    private static final int UPPER_HALF = 4 * 0x1F;
    private static final int CHARACTERS = 256;
    private static final int MOST_LINES = 32;

    private final SafeMemory memory;
    private final Bda bda;
    private final PlanarPixels planes;
    private VideoMode mode;

    Screen(SafeMemory memory, Bda bda, Ports ports, VideoMode mode) {
        this.memory = memory;
        this.bda = bda;
        this.mode = mode;
        planes = new PlanarPixels(memory, ports);
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
        return mode.isText() ? TEXT_PAGES : mode.pages();
    }

    /** Lines of a character. */
    private int height() {
        return Math.clamp(bda.u16(Bda.CHARACTER_HEIGHT), 1, MOST_LINES);
    }

    /** Fills all there is with what an empty screen has. */
    void clear() {
        boolean window = mode.memory() == 0xA0000;
        byte[] all = new byte[mode.isText() ? 0x8000 : window ? 0x10000 : mode.pageBytes()];
        for (int i = 0; mode.isText() && i < all.length; i += 2) {
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

    /** What is in a cell; in graphics, the first character that looks like it, or 0. */
    int character(int page, int row, int column) {
        if (!isThere(page, row, column)) {
            return 0;
        }
        return mode.isText() ? memory.u8(cell(page, row, column)) : recognize(page, row, column);
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
            draw(page, row, column, character, attribute);
        }
    }

    // ---- Characters as pixels

    /** A line of a character; those of older modes have their upper half elsewhere. */
    private int glyph(int character, int line) {
        boolean upper = mode.memory() == 0xB8000 && character >= CHARACTERS / 2;
        int pointer = memory.u32(upper ? UPPER_HALF : LARGE_FONT);
        int number = upper ? character - CHARACTERS / 2 : character;
        long font = ((long) (pointer >>> 16) << 4) + (pointer & 0xFFFF);
        return memory.u8(font + (long) number * height() + line);
    }

    private void draw(int page, int row, int column, int character, int color) {
        boolean combined = (color & XOR) != 0;
        for (int line = 0; line < height(); line++) {
            int bits = glyph(character, line);
            int y = row * height() + line;
            if (mode.isPlanar()) {
                long at = pixelByte(page, 8 * column, y);
                if (!combined) {
                    planes.set(at, 0xFF, 0, false);
                }
                planes.set(at, bits, color & 0xF, combined);
                continue;
            }
            for (int x = 0; x < 8; x++) {
                boolean set = (bits & 0x80 >> x) != 0;
                if (set || !combined) {
                    pixel(page, 8 * column + x, y, set ? color : 0);
                }
            }
        }
    }

    private int recognize(int page, int row, int column) {
        int[] lines = new int[height()];
        for (int line = 0; line < lines.length; line++) {
            for (int x = 0; x < 8; x++) {
                boolean set = pixel(page, 8 * column + x, row * lines.length + line) != 0;
                lines[line] |= set ? 0x80 >> x : 0;
            }
        }
        for (int character = 0; character < CHARACTERS; character++) {
            int line = 0;
            while (line < lines.length && glyph(character, line) == lines[line]) {
                line++;
            }
            if (line == lines.length) {
                return character;
            }
        }
        return 0;
    }

    // ---- Scrolling

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
            if (mode.isText()) {
                put(page, row, column, ' ', attribute);
            } else {
                fill(page, row, column, attribute & ~XOR);
            }
        }
    }

    private void fill(int page, int row, int column, int color) {
        for (int y = row * height(); y < (row + 1) * height(); y++) {
            if (mode.isPlanar()) {
                planes.set(pixelByte(page, 8 * column, y), 0xFF, color & 0xF, false);
            } else {
                for (int x = 8 * column; x < 8 * (column + 1); x++) {
                    pixel(page, x, y, color);
                }
            }
        }
    }

    private void copyRow(int page, int from, int to, int left, int right) {
        int cells = right - left + 1;
        if (mode.isText()) {
            memory.write(cell(page, to, left), memory.read(cell(page, from, left), 2 * cells));
            return;
        }
        for (int y = 0; y < height(); y++) {
            long source = pixelByte(page, 8 * left, from * height() + y);
            long target = pixelByte(page, 8 * left, to * height() + y);
            if (mode.isPlanar()) {
                planes.copy(source, target, cells);
            } else {
                memory.write(target, memory.read(source, cells * mode.bits()));
            }
        }
    }

    // ---- Pixels

    /** A pixel's colour. */
    int pixel(int page, int x, int y) {
        if (!hasPixel(page, x, y)) {
            return 0;
        }
        long at = pixelByte(page, x, y);
        int mask = (1 << mode.bits()) - 1;
        if (mode.isPlanar()) {
            return planes.get(at, x & 7) & mask;
        }
        return memory.u8(at) >> shift(x) & mask;
    }

    /** Bit 7 of the colour has it combined with what is there, but for 256 colours. */
    void pixel(int page, int x, int y, int color) {
        if (!hasPixel(page, x, y)) {
            return;
        }
        long at = pixelByte(page, x, y);
        boolean combined = (color & XOR) != 0;
        if (mode.isPlanar()) {
            planes.set(at, 0x80 >> (x & 7), color & 0xF, combined);
        } else if (mode.bits() == 8) {
            memory.u8(at, color);
        } else {
            int mask = (1 << mode.bits()) - 1 << shift(x);
            int value = color << shift(x) & mask;
            int old = memory.u8(at);
            memory.u8(at, combined ? old ^ value : old & ~mask | value);
        }
    }

    private boolean hasPixel(int page, int x, int y) {
        return !mode.isText() && page < pages() && x < mode.width() && y < mode.pixelRows();
    }

    private int shift(int x) {
        int each = 8 / mode.bits();
        return (each - 1 - x % each) * mode.bits();
    }

    private long pixelByte(int page, int x, int y) {
        int bits = mode.isPlanar() ? 1 : mode.bits();
        int inRow = x * bits / 8;
        if (mode.memory() == 0xB8000) { // odd rows are in a bank of their own
            return mode.memory() + (y & 1L) * CGA_BANK + (y >> 1) * (long) CGA_ROW + inRow;
        }
        long first = mode.memory() + (long) page * mode.pageBytes();
        return first + (long) y * (mode.width() * bits / 8) + inRow;
    }
}
