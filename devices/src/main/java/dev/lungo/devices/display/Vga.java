package dev.lungo.devices.display;

import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.Picture;
import dev.lungo.machine.PortDevice;
import java.util.Arrays;

/**
 * The registers of a VGA, ports 3B0h to 3DFh. IBM PS/2 Hardware Interface Technical Reference,
 * "Video Subsystem". {@link VgaMemory} has the planes, {@link Scanout} what is shown of them.
 *
 * <p>Text, and the graphics of older adapters, are in the machine's own RAM from B0000h on, where
 * programs write them: there the planes do not show. Left out: interrupts, and timing, of which
 * only the retrace bits move.
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
    private static final int MISC_MEMORY = 1 << 1;
    private static final int RETRACE = 1 | 1 << 3;
    private static final int SCREEN_ON = 1 << 5;

    // Sequencer registers
    private static final int CLOCKING_MODE = 1;
    private static final int SCREEN_OFF = 1 << 5;

    // CRTC registers
    private static final int OVERFLOW = 0x07;
    private static final int VERTICAL_RETRACE_END = 0x11;
    private static final int PROTECTED = 1 << 7;
    private static final int LINE_COMPARE_8 = 1 << 4;

    final Dac dac = new Dac();
    final int[] crtc = new int[256];
    final int[] sequencer = new int[256];
    final int[] graphics = new int[256];
    final int[] attributes = new int[32];
    final VgaMemory planes = new VgaMemory(this);
    private final Scanout scanout;
    private int misc;
    private int crtcIndex;
    private int sequencerIndex;
    private int graphicsIndex;
    private int attributeIndex;
    private boolean attributeData;
    private int status;

    public Vga(GuestMemory memory) {
        scanout = new Scanout(this, memory);
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
        planes.reset();
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

    /** What is on the screen now. */
    Picture picture() {
        return scanout.picture();
    }

    boolean isScreenOn() {
        return (attributeIndex & SCREEN_ON) != 0 && (sequencer[CLOCKING_MODE] & SCREEN_OFF) == 0;
    }

    boolean isMemoryEnabled() {
        return (misc & MISC_MEMORY) != 0;
    }
}
