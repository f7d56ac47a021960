package dev.lungo.machine;

/** What a screen shows. */
public sealed interface Picture {
    /** Nothing. */
    record Blank() implements Picture {}

    /**
     * Characters of code page 437.
     *
     * @param cells a character and its attribute each, from the top left, row by row; attributes
     *     have the foreground in bits 3:0, the background in 7:4
     * @param colors of the attributes: sixteen, as pixels have them
     * @param height of a character, in pixels; it is eight wide
     * @param fonts 32 bytes for each character, a byte a line: 256 of them for attributes with bit
     *     3 clear, then as many for the others; all zero where nobody has given them any
     */
    @SuppressWarnings("ArrayRecordComponent") // buffers that are handed over
    record Text(int columns, int rows, byte[] cells, int[] colors, int height, byte[] fonts)
            implements Picture {
        public int character(int row, int column) {
            return cells[2 * (row * columns + column)] & 0xFF;
        }

        public int attribute(int row, int column) {
            return cells[2 * (row * columns + column) + 1] & 0xFF;
        }

        /** A line of the character in a cell, the leftmost pixel in bit 7. */
        public int line(int row, int column, int y) {
            int font = (attribute(row, column) & 1 << 3) << 5;
            return fonts[32 * (font + character(row, column)) + y] & 0xFF;
        }
    }

    /**
     * Pixels.
     *
     * @param rgb red in bits 23:16, green, blue in 7:0, from the top left, row by row
     */
    @SuppressWarnings("ArrayRecordComponent") // a buffer that is handed over
    record Pixels(int width, int height, int[] rgb) implements Picture {}
}
