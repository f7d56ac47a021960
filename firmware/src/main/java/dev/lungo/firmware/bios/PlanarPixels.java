package dev.lungo.firmware.bios;

/**
 * Pixels in the planes of a VGA, eight to a byte: by its set/reset, bit mask and latches, which are
 * left as a mode begins with them. IBM PS/2 Hardware Interface Technical Reference, "Graphics
 * Controller".
 */
final class PlanarPixels {
    private static final int GRAPHICS_CONTROLLER = 0x3CE;
    private static final int SET_RESET = 0;
    private static final int ENABLE_SET_RESET = 1;
    private static final int DATA_ROTATE = 3;
    private static final int READ_MAP_SELECT = 4;
    private static final int MODE = 5;
    private static final int BIT_MASK = 8;
    private static final int EXCLUSIVE_OR = 0x18;
    private static final int COPY_LATCHES = 1; // a write mode
    private static final int ALL_PLANES = 0xF;

    private final SafeMemory memory;
    private final Ports ports;

    PlanarPixels(SafeMemory memory, Ports ports) {
        this.memory = memory;
        this.ports = ports;
    }

    private void register(int index, int value) {
        ports.indexed(GRAPHICS_CONTROLLER, index, value);
    }

    /** The colour of the pixel in bit {@code 7 - x} of a byte. */
    int get(long at, int x) {
        int color = 0;
        for (int plane = 0; plane < 4; plane++) {
            register(READ_MAP_SELECT, plane);
            color |= (memory.u8(at) >> 7 - x & 1) << plane;
        }
        register(READ_MAP_SELECT, 0);
        return color;
    }

    /**
     * Gives the pixels of a byte a colour.
     *
     * @param bits which of them
     * @param combined by exclusive or with what they have
     */
    void set(long at, int bits, int color, boolean combined) {
        register(SET_RESET, color);
        register(ENABLE_SET_RESET, ALL_PLANES);
        register(DATA_ROTATE, combined ? EXCLUSIVE_OR : 0);
        register(BIT_MASK, bits);
        memory.u8(at); // into the latches
        memory.u8(at, 0);
        register(BIT_MASK, 0xFF);
        register(DATA_ROTATE, 0);
        register(ENABLE_SET_RESET, 0);
        register(SET_RESET, 0);
    }

    /** Copies bytes of all planes, the lowest first. */
    void copy(long from, long to, int bytes) {
        register(MODE, COPY_LATCHES);
        for (int i = 0; i < bytes; i++) {
            memory.u8(from + i);
            memory.u8(to + i, 0);
        }
        register(MODE, 0);
    }
}
