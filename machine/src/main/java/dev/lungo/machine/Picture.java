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
     */
    @SuppressWarnings("ArrayRecordComponent") // buffers that are handed over
    record Text(int columns, int rows, byte[] cells, int[] colors) implements Picture {
        public int character(int row, int column) {
            return cells[2 * (row * columns + column)] & 0xFF;
        }

        public int attribute(int row, int column) {
            return cells[2 * (row * columns + column) + 1] & 0xFF;
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
