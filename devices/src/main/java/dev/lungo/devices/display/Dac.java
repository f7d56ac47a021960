package dev.lungo.devices.display;

/**
 * The palette of 256 colours behind ports 3C6h to 3C9h. IBM PS/2 Hardware Interface Technical
 * Reference, "Video Digital-to-Analog Converter". Colours have six bits, or eight where the display
 * interface says so.
 */
final class Dac {
    private static final int READING = 0;
    private static final int WRITING = 3;

    private final int[] levels = new int[3 * 256];
    private int mask = 0xFF;
    private int state;
    private int index;
    private boolean eightBits;

    void reset() {
        java.util.Arrays.fill(levels, 0);
        mask = 0xFF;
        state = READING;
        index = 0;
        eightBits = false;
    }

    void eightBits(boolean on) {
        eightBits = on;
    }

    int mask() {
        return mask;
    }

    void mask(int value) {
        mask = value;
    }

    int state() {
        return state;
    }

    int writeIndex() {
        return index / 3;
    }

    void readIndex(int value) {
        state = WRITING;
        index = 3 * value;
    }

    void writeIndex(int value) {
        state = READING;
        index = 3 * value;
    }

    int read() {
        int value = levels[index];
        index = (index + 1) % levels.length;
        return value;
    }

    void write(int value) {
        levels[index] = eightBits ? value : value & 0x3F;
        index = (index + 1) % levels.length;
    }

    /** A colour as a picture has it. */
    int rgb(int color) {
        int at = 3 * (color & mask);
        return level(at) << 16 | level(at + 1) << 8 | level(at + 2);
    }

    private int level(int at) {
        int value = levels[at];
        return eightBits ? value : value << 2 | value >> 4;
    }
}
