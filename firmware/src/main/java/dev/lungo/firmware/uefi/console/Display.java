package dev.lungo.firmware.uefi.console;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.PciConfiguration;
import dev.lungo.isa.Width;
import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.PortBus;
import java.util.List;

/**
 * The machine's display, whose modes have four bytes a pixel: blue, green, red and one that does
 * not count. Bochs, "VBE Display Interface" 5.
 */
public final class Display {
    /** Each pixel's. */
    public static final int PIXEL_BYTES = 4;

    /** A size in pixels. */
    public record Mode(int width, int height) {}

    /** By number: the one that the firmware's own text needs, then those that are common. */
    public static final List<Mode> MODES =
            List.of(
                    new Mode(1280, 800),
                    new Mode(640, 480),
                    new Mode(800, 600),
                    new Mode(1024, 768),
                    new Mode(1280, 720),
                    new Mode(1280, 1024),
                    new Mode(1440, 900),
                    new Mode(1600, 900),
                    new Mode(1600, 1200),
                    new Mode(1920, 1080),
                    new Mode(1920, 1200));

    private static final int INDEX = 0x1CE;
    private static final int DATA = 0x1CF;

    // Registers
    private static final int XRES = 1;
    private static final int YRES = 2;
    private static final int BPP = 3;
    private static final int ENABLE = 4;

    private static final int ENABLED = 1;
    private static final int LINEAR = 1 << 6;

    private static final int FIRST_BAR = 0x10;
    private static final int MEMORY_FLAGS = 0b1111;

    private final PortBus ports;
    private final PciConfiguration pci;
    private final int pciDevice;

    /** All of it, row by row from the top left, without gaps. */
    final DeviceMemory frameBuffer;

    private int mode;
    private int changes;

    public Display(Board.Display board, PortBus ports) {
        this.ports = ports;
        pciDevice = board.pciDevice();
        frameBuffer = board.frameBuffer();
        pci = new PciConfiguration(ports);
        set(0);
    }

    /** Its slot on bus 0. */
    public int pciDevice() {
        return pciDevice;
    }

    int modeNumber() {
        return mode;
    }

    Mode mode() {
        return MODES.get(mode);
    }

    /** How often everything has been made black. */
    int changes() {
        return changes;
    }

    /** Makes this the mode, and everything black. */
    void set(int number) {
        mode = number;
        changes++;
        register(ENABLE, 0);
        register(XRES, mode().width);
        register(YRES, mode().height);
        register(BPP, 8 * PIXEL_BYTES);
        register(ENABLE, ENABLED | LINEAR);
    }

    private void register(int index, int value) {
        ports.write(INDEX, Width.WORD, index);
        ports.write(DATA, Width.WORD, value);
    }

    /** Where the guest finds the frame buffer, guest-physical. */
    long base() {
        return pci.read(pciDevice << 3, FIRST_BAR) & ~MEMORY_FLAGS & 0xFFFF_FFFFL;
    }

    /** Where a pixel is in the frame buffer. */
    long at(int x, int y) {
        return ((long) y * mode().width + x) * PIXEL_BYTES;
    }
}
