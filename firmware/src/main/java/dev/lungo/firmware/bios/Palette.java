package dev.lungo.firmware.bios;

/**
 * INT 10h, AH = 0Bh and 10h: the attribute controller's palette and the DAC. IBM PS/2 and PC BIOS
 * Interface Technical Reference, "Interrupt 10H".
 */
final class Palette {
    private static final int ATTRIBUTES = 0x3C0;
    private static final int ATTRIBUTES_READ = 0x3C1;
    private static final int MASK = 0x3C6;
    private static final int READ_INDEX = 0x3C7;
    private static final int WRITE_INDEX = 0x3C8;
    private static final int DATA = 0x3C9;
    private static final int SCREEN_ON = 0x20;
    private static final int MODE = 0x10;
    private static final int OVERSCAN = 0x11;
    private static final int COLOR_SELECT = 0x14;
    private static final int BLINK = 1 << 3;
    private static final int SIXTEENS = 1 << 7;
    private static final int BROWN = 0x14;

    /** Brightness of the default colours of mode 13h, from the brightest hue to the palest. */
    // spotless:off
    private static final int[][] RAMPS = {
        { 0, 16, 31, 47, 63}, {31, 39, 47, 55, 63}, {45, 49, 54, 58, 63},
        { 0,  7, 14, 21, 28}, {14, 17, 21, 24, 28}, {20, 22, 24, 26, 28},
        { 0,  4,  8, 12, 16}, { 8, 10, 12, 14, 16}, {11, 12, 13, 15, 16},
    };
    private static final int[] GREYS = {0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63};
    // spotless:on

    private final Ports ports;
    private final SafeMemory memory;
    private final Bda bda;

    Palette(Ports ports, SafeMemory memory, Bda bda) {
        this.ports = ports;
        this.memory = memory;
        this.bda = bda;
    }

    /** The colours that a mode begins with. */
    void reset(VideoMode mode) {
        ports.out(WRITE_INDEX, 0);
        if (mode.bits() != 8) {
            for (int i = 0; i < 256; i++) {
                color(mode, i & 0x3F);
            }
            return;
        }
        for (int i = 0; i < 16; i++) {
            ega(i < 8 ? (i == 6 ? BROWN : i) : 0x30 | i);
        }
        for (int grey : GREYS) {
            color(grey, grey, grey);
        }
        for (int[] ramp : RAMPS) {
            for (int hue = 0; hue < 24; hue++) {
                color(level(ramp, hue), level(ramp, hue + 16), level(ramp, hue + 8));
            }
        }
        for (int i = 248; i < 256; i++) {
            color(0, 0, 0);
        }
    }

    /** One of 64: of a monochrome mode, of one with the 200 lines of a CGA, or of an EGA's. */
    private void color(VideoMode mode, int number) {
        if (mode.isMonochrome()) {
            int grey = new int[] {0, 42, 42, 63}[number >> 3 & 3];
            color(grey, grey, grey);
        } else if (!mode.isText() && mode.pixelRows() == 200) {
            int hue = number & 7;
            boolean bright = (number & 0x10) != 0;
            ega(bright ? 0x38 | hue : hue == 6 ? BROWN : hue);
        } else {
            ega(number);
        }
    }

    /** The hues go round from blue by red and green: a third of the circle is bright, one dark. */
    private static int level(int[] ramp, int place) {
        int at = place % 24;
        if (at < 4) {
            return ramp[at];
        }
        if (at <= 12) {
            return ramp[4];
        }
        return at < 16 ? ramp[16 - at] : ramp[0];
    }

    /** Six bits: red, green, blue by two thirds, then by one. */
    private void ega(int bits) {
        color(two(bits, 2), two(bits, 1), two(bits, 0));
    }

    private static int two(int bits, int primary) {
        return (bits >> primary & 1) * 42 + (bits >> primary + 3 & 1) * 21;
    }

    private void color(int red, int green, int blue) {
        ports.out(DATA, red);
        ports.out(DATA, green);
        ports.out(DATA, blue);
    }

    /** AH = 0Bh. */
    void border(Registers regs) {
        if (regs.bh() == 0) {
            attribute(OVERSCAN, regs.bl() & 0x1F);
        } else if (regs.bh() == 1) {
            for (int i = 1; i < 4; i++) {
                attribute(i, attribute(i) & ~1 | regs.bl() & 1);
            }
        } else {
            regs.unknown();
        }
    }

    /** AH = 10h. */
    void serve(Registers regs) {
        switch (regs.al()) {
            case 0x00 -> attribute(regs.bl() & 0x1F, regs.bh());
            case 0x01 -> attribute(OVERSCAN, regs.bh());
            case 0x02 -> {
                for (int i = 0; i < 16; i++) {
                    attribute(i, memory.u8(regs.esDx() + i));
                }
                attribute(OVERSCAN, memory.u8(regs.esDx() + 16));
            }
            case 0x03 -> attribute(MODE, attribute(MODE) & ~BLINK | (regs.bl() & 1) * BLINK);
            case 0x07 -> regs.bh(attribute(regs.bl() & 0x1F));
            case 0x08 -> regs.bh(attribute(OVERSCAN));
            case 0x09 -> {
                for (int i = 0; i < 16; i++) {
                    memory.u8(regs.esDx() + i, attribute(i));
                }
                memory.u8(regs.esDx() + 16, attribute(OVERSCAN));
            }
            case 0x10 -> {
                ports.out(WRITE_INDEX, regs.bl());
                color(regs.dh(), regs.ch(), regs.cl());
            }
            case 0x12 -> setBlock(regs.bl(), Math.min(regs.cx(), 256), regs.esDx());
            case 0x13 -> page(regs);
            case 0x15 -> {
                ports.out(READ_INDEX, regs.bl());
                regs.dh(ports.in(DATA));
                regs.ch(ports.in(DATA));
                regs.cl(ports.in(DATA));
            }
            case 0x17 -> getBlock(regs.bl(), Math.min(regs.cx(), 256), regs.esDx());
            case 0x18 -> ports.out(MASK, regs.bl());
            case 0x19 -> regs.bl(ports.in(MASK));
            case 0x1A -> {
                boolean sixteens = (attribute(MODE) & SIXTEENS) != 0;
                regs.bl(sixteens ? 1 : 0);
                int select = attribute(COLOR_SELECT);
                regs.bh(sixteens ? select & 0xF : select >> 2 & 3);
            }
            case 0x1B -> greys(regs.bl(), Math.min(regs.cx(), 256));
            default -> regs.unknown();
        }
    }

    private void page(Registers regs) {
        int mode = attribute(MODE);
        if (regs.bl() == 0) {
            attribute(MODE, mode & ~SIXTEENS | (regs.bh() & 1) * SIXTEENS);
        } else {
            attribute(COLOR_SELECT, (mode & SIXTEENS) != 0 ? regs.bh() : regs.bh() << 2);
        }
    }

    void setBlock(int first, int count, long at) {
        ports.out(WRITE_INDEX, first);
        for (int i = 0; i < 3 * count; i++) {
            ports.out(DATA, memory.u8(at + i));
        }
    }

    void getBlock(int first, int count, long at) {
        ports.out(READ_INDEX, first);
        for (int i = 0; i < 3 * count; i++) {
            memory.u8(at + i, ports.in(DATA));
        }
    }

    void greys(int first, int count) {
        for (int i = first; i < Math.min(first + count, 256); i++) {
            ports.out(READ_INDEX, i);
            int red = ports.in(DATA);
            int green = ports.in(DATA);
            int blue = ports.in(DATA);
            int grey = (red * 30 + green * 59 + blue * 11) / 100;
            ports.out(WRITE_INDEX, i);
            color(grey, grey, grey);
        }
    }

    int attribute(int index) {
        ports.in(bda.u16(Bda.CRTC_PORT) + 6);
        ports.out(ATTRIBUTES, index | SCREEN_ON);
        int value = ports.in(ATTRIBUTES_READ);
        ports.in(bda.u16(Bda.CRTC_PORT) + 6);
        return value;
    }

    void attribute(int index, int value) {
        ports.in(bda.u16(Bda.CRTC_PORT) + 6);
        ports.out(ATTRIBUTES, index | SCREEN_ON);
        ports.out(ATTRIBUTES, value);
    }
}
