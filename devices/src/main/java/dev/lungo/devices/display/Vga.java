package dev.lungo.devices.display;

import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.Picture;
import dev.lungo.machine.PortDevice;
import java.util.Arrays;

/**
 * The registers of a VGA, ports 3B0h to 3DFh, and what its text and linear modes show. IBM PS/2
 * Hardware Interface Technical Reference, "Video Subsystem".
 *
 * <p>Its memory from A0000h to BFFFFh is the machine's own RAM there: so text is where programs
 * write it, and modes with one linear plane work. Left out: planes, and with them 16-colour
 * graphics, fonts in plane 2 and latches; interrupts; timing, of which only the retrace bits move.
 */
public final class Vga implements PortDevice {
    /** Of its range, from 3B0h on. */
    public static final int PORTS = 0x30;

    private static final int BASE = 0x3B0;

    // Ports; those of the CRTC are at 3B0h for monochrome modes
    private static final int CRTC_INDEX = 0x3D4;
    private static final int CRTC_DATA = 0x3D5;
    private static final int STATUS_1 = 0x3DA;
    private static final int MONO = 0x20;
    private static final int ATTRIBUTE = 0x3C0;
    private static final int ATTRIBUTE_READ = 0x3C1;
    private static final int MISC_WRITE = 0x3C2; // reads as input status 0
    private static final int SEQUENCER_INDEX = 0x3C4;
    private static final int SEQUENCER_DATA = 0x3C5;
    private static final int DAC_MASK = 0x3C6;
    private static final int DAC_READ_INDEX = 0x3C7;
    private static final int DAC_WRITE_INDEX = 0x3C8;
    private static final int DAC_DATA = 0x3C9;
    private static final int MISC_READ = 0x3CC;
    private static final int GRAPHICS_INDEX = 0x3CE;
    private static final int GRAPHICS_DATA = 0x3CF;

    private static final int MISC_COLOR = 1;
    private static final int RETRACE = 1 | 1 << 3;
    private static final int SCREEN_ON = 1 << 5;

    // CRTC registers
    private static final int HORIZONTAL_END = 0x01;
    private static final int OVERFLOW = 0x07;
    private static final int MAXIMUM_SCAN_LINE = 0x09;
    private static final int START_HIGH = 0x0C;
    private static final int START_LOW = 0x0D;
    private static final int VERTICAL_RETRACE_END = 0x11;
    private static final int VERTICAL_END = 0x12;
    private static final int OFFSET = 0x13;
    private static final int PROTECTED = 1 << 7;
    private static final int LINE_COMPARE_8 = 1 << 4;

    // Graphics controller registers
    private static final int GRAPHICS_MODE = 5;
    private static final int MISCELLANEOUS = 6;
    private static final int COLORS_256 = 1 << 6;
    private static final int GRAPHICS = 1;

    private static final long GRAPHICS_MEMORY = 0xA0000;
    private static final long MONO_MEMORY = 0xB0000;
    private static final long COLOR_MEMORY = 0xB8000;
    private static final int TEXT_BYTES = 0x8000;
    private static final int GRAPHICS_BYTES = 0x10000;
    private static final int MOST_COLUMNS = 256;
    private static final int MOST_ROWS = 256;

    private final GuestMemory memory;
    private final Dac dac = new Dac();
    private final int[] crtc = new int[256];
    private final int[] sequencer = new int[256];
    private final int[] graphics = new int[256];
    private final int[] attributes = new int[32];
    private int misc;
    private int crtcIndex;
    private int sequencerIndex;
    private int graphicsIndex;
    private int attributeIndex;
    private boolean attributeData;
    private int status;

    public Vga(GuestMemory memory) {
        this.memory = memory;
    }

    public void reset() {
        Arrays.fill(crtc, 0);
        Arrays.fill(sequencer, 0);
        Arrays.fill(graphics, 0);
        Arrays.fill(attributes, 0);
        misc = 0;
        crtcIndex = 0;
        sequencerIndex = 0;
        graphicsIndex = 0;
        attributeIndex = 0;
        attributeData = false;
        status = 0;
        dac.reset();
    }

    Dac dac() {
        return dac;
    }

    @Override
    public int read(int offset) {
        int port = BASE + offset;
        return switch (here(port)) {
            case CRTC_INDEX -> crtcIndex;
            case CRTC_DATA -> crtc[crtcIndex];
            case STATUS_1 -> {
                attributeData = false;
                status ^= RETRACE; // whoever waits for a change sees one
                yield status;
            }
            case ATTRIBUTE -> attributeIndex;
            case ATTRIBUTE_READ -> attributes[attributeIndex & 0x1F];
            case MISC_WRITE -> 0;
            case SEQUENCER_INDEX -> sequencerIndex;
            case SEQUENCER_DATA -> sequencer[sequencerIndex];
            case DAC_MASK -> dac.mask();
            case DAC_READ_INDEX -> dac.state();
            case DAC_WRITE_INDEX -> dac.writeIndex();
            case DAC_DATA -> dac.read();
            case MISC_READ -> misc;
            case GRAPHICS_INDEX -> graphicsIndex;
            case GRAPHICS_DATA -> graphics[graphicsIndex];
            default -> 0xFF;
        };
    }

    /** The port as it is called in colour modes; what the mode does not have is nobody's. */
    private int here(int port) {
        boolean color = (misc & MISC_COLOR) != 0;
        if (port >= ATTRIBUTE && port <= GRAPHICS_DATA) {
            return port;
        }
        return color == port > GRAPHICS_DATA ? (color ? port : port + MONO) : 0;
    }

    @Override
    public void write(int offset, int value) {
        switch (here(BASE + offset)) {
            case CRTC_INDEX -> crtcIndex = value;
            case CRTC_DATA -> writeCrtc(value);
            case ATTRIBUTE -> writeAttribute(value);
            case MISC_WRITE -> misc = value;
            case SEQUENCER_INDEX -> sequencerIndex = value;
            case SEQUENCER_DATA -> sequencer[sequencerIndex] = value;
            case DAC_MASK -> dac.mask(value);
            case DAC_READ_INDEX -> dac.readIndex(value);
            case DAC_WRITE_INDEX -> dac.writeIndex(value);
            case DAC_DATA -> dac.write(value);
            case GRAPHICS_INDEX -> graphicsIndex = value;
            case GRAPHICS_DATA -> graphics[graphicsIndex] = value;
            default -> {}
        }
    }

    private void writeCrtc(int value) {
        boolean closed = crtcIndex <= OVERFLOW && (crtc[VERTICAL_RETRACE_END] & PROTECTED) != 0;
        if (!closed) {
            crtc[crtcIndex] = value;
        } else if (crtcIndex == OVERFLOW) {
            crtc[OVERFLOW] = crtc[OVERFLOW] & ~LINE_COMPARE_8 | value & LINE_COMPARE_8;
        }
    }

    private void writeAttribute(int value) {
        if (attributeData) {
            attributes[attributeIndex & 0x1F] = value;
        } else {
            attributeIndex = value & (SCREEN_ON | 0x1F);
        }
        attributeData = !attributeData;
    }

    // ---- What it shows

    /** The screen as it is. */
    Picture picture() {
        if ((attributeIndex & SCREEN_ON) == 0) {
            return new Picture.Blank();
        }
        if ((graphics[MISCELLANEOUS] & GRAPHICS) == 0) {
            return text();
        }
        return (graphics[GRAPHICS_MODE] & COLORS_256) != 0 ? colors256() : new Picture.Blank();
    }

    private int lines() {
        int overflow = crtc[OVERFLOW];
        return (crtc[VERTICAL_END] | (overflow & 1 << 1) << 7 | (overflow & 1 << 6) << 3) + 1;
    }

    private int start() {
        return crtc[START_HIGH] << 8 | crtc[START_LOW];
    }

    private Picture text() {
        int columns = Math.min(crtc[HORIZONTAL_END] + 1, MOST_COLUMNS);
        int height = (crtc[MAXIMUM_SCAN_LINE] & 0x1F) + 1;
        int rows = Math.clamp(lines() / height, 1, MOST_ROWS);
        byte[] all = read((misc & MISC_COLOR) != 0 ? COLOR_MEMORY : MONO_MEMORY, TEXT_BYTES);
        byte[] cells = new byte[2 * columns * rows];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < 2 * columns; i++) {
                int at = 2 * start() + 4 * crtc[OFFSET] * row + i;
                cells[2 * columns * row + i] = all[at % TEXT_BYTES];
            }
        }
        int[] colors = new int[16];
        for (int i = 0; i < colors.length; i++) {
            colors[i] = dac.rgb(attributes[i]);
        }
        return new Picture.Text(columns, rows, cells, colors);
    }

    /** Mode 13h: each line is shown twice, each pixel is two dots wide. */
    private Picture colors256() {
        int width = Math.min(crtc[HORIZONTAL_END] + 1, MOST_COLUMNS) * 4;
        int height = Math.clamp(lines() / ((crtc[MAXIMUM_SCAN_LINE] & 0x1F) + 1), 1, 1024);
        byte[] all = read(GRAPHICS_MEMORY, GRAPHICS_BYTES);
        int[] rgb = new int[width * height];
        for (int i = 0; i < rgb.length; i++) {
            int at = 4 * start() + i / width * 8 * crtc[OFFSET] + i % width;
            rgb[i] = dac.rgb(all[at % GRAPHICS_BYTES]);
        }
        return new Picture.Pixels(width, height, rgb);
    }

    private byte[] read(long at, int bytes) {
        byte[] into = new byte[bytes];
        if (memory.contains(at, bytes)) {
            memory.read(at, into, 0, bytes);
        }
        return into;
    }
}
