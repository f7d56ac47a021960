package dev.lungo.firmware.bios;

import dev.lungo.firmware.Edid;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * INT 10h, AH = 4Fh: VESA BIOS Extension Core Functions Standard 3.0, over the registers that Bochs
 * and QEMU have for it ("Bochs VBE display interface").
 *
 * <p>All modes have a linear frame buffer, and a window of 64 KiB on it at A0000h. Left out:
 * refresh rates, the entry point of version 3.0 for protected mode, and of the DDC all but the
 * first block.
 */
final class Vbe {
    private static final int SUPPORTED = 0x4F;

    // Status in AH
    private static final int FAILED = 1;
    private static final int NOT_IN_THIS_MODE = 3;

    // The display interface
    private static final int INDEX = 0x1CE;
    private static final int DATA = 0x1CF;
    private static final int ID = 0;
    private static final int XRES = 1;
    private static final int YRES = 2;
    private static final int BPP = 3;
    private static final int ENABLE = 4;
    private static final int BANK = 5;
    private static final int VIRTUAL_WIDTH = 6;
    private static final int VIRTUAL_HEIGHT = 7;
    private static final int X_OFFSET = 8;
    private static final int Y_OFFSET = 9;
    private static final int MEMORY_64K = 10;
    private static final int LEAST_ID = 0xB0C4;
    private static final int ENABLED = 1;
    private static final int DAC_8BIT = 1 << 5;
    private static final int LINEAR = 1 << 6;
    private static final int NO_CLEAR = 1 << 7;

    // A mode number's flags
    private static final int MODE_LINEAR = 1 << 14;
    private static final int MODE_KEEP = 1 << 15;
    private static final int NUMBER = 0x1FF;

    // Mode attributes: available, extended information, colour, graphics, not VGA, linear
    private static final int ATTRIBUTES = 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7;

    // The window: there, readable, writable
    private static final int WINDOW_ATTRIBUTES = 1 | 1 << 1 | 1 << 2;
    private static final int WINDOW_KIB = 64;
    private static final int WINDOW_SEGMENT = 0xA000;

    private static final int VERSION = 0x0300;
    private static final int VBE_2_SIGNATURE = 0x3245_4256; // "VBE2"
    private static final int INFORMATION_BYTES = 256;
    private static final int SAVED_REGISTERS = 10;
    private static final int SAVED_BYTES = VideoState.BLOCK_BYTES;
    private static final int SAVE_EXTENDED = 1 << 3; // beside what VideoState has

    private static final int DISPLAY_CLASS = 0x0300;

    private final SafeMemory memory;
    private final Ports ports;
    private final VideoState vga;
    private final IntConsumer setVgaMode;
    private @Nullable VbeMode current;
    private long frameBuffer;

    Vbe(SafeMemory memory, Ports ports, VideoState vga, IntConsumer setVgaMode) {
        this.memory = memory;
        this.ports = ports;
        this.vga = vga;
        this.setVgaMode = setVgaMode;
    }

    void reset() {
        current = null;
        frameBuffer = findFrameBuffer();
        memory.text(Layout.VIDEO_BASE + Layout.OEM_STRING, "Lungo\0");
        memory.u32(Layout.VIDEO_BASE + Layout.WINDOW_FUNCTION, 0xCD_4F05B8); // MOV AX, 4F05h; INT
        memory.u16(Layout.VIDEO_BASE + Layout.WINDOW_FUNCTION + 4, 0xCB_10); // 10h; RETF
        VbeProtectedMode.write(memory, Layout.VIDEO_BASE + Layout.PROTECTED_MODE);
        long list = Layout.VIDEO_BASE + Layout.VBE_MODES;
        for (VbeMode mode : VbeMode.ALL) {
            if (isPossible(mode)) {
                memory.u16(list, mode.number());
                list += 2;
            }
        }
        memory.u16(list, 0xFFFF);
    }

    /** The memory of the display with PCI class 03h; 0 if there is none. */
    private long findFrameBuffer() {
        for (int function = 0; function < 256; function += 8) { // the first of each device
            if (ports.pci.read(function, 8) >>> 16 == DISPLAY_CLASS) {
                return ports.pci.read(function, 0x10) & 0xFFFF_FFF0L;
            }
        }
        return 0;
    }

    private boolean isThere() {
        return frameBuffer != 0 && (get(ID) & 0xFFF0) == (LEAST_ID & 0xFFF0);
    }

    private boolean isPossible(VbeMode mode) {
        return isThere() && mode.bytes() <= memoryBytes();
    }

    private long memoryBytes() {
        return (long) get(MEMORY_64K) << 16;
    }

    /** Back to what the VGA's registers say. */
    void disable() {
        if (current != null) {
            set(ENABLE, 0);
            current = null;
        }
    }

    void serve(Registers regs) {
        if (!isThere() || regs.al() > 0x0A && regs.al() != 0x15) {
            regs.unknown();
            regs.ax(FAILED << 8);
            return;
        }
        int status =
                switch (regs.al()) {
                    case 0x00 -> controller(regs.esDi());
                    case 0x01 -> modeInformation(regs.cx(), regs.esDi());
                    case 0x02 -> setMode(regs.bx());
                    case 0x03 -> getMode(regs);
                    case 0x04 -> saveOrRestore(regs);
                    case 0x05 -> window(regs);
                    case 0x06 -> lineLength(regs);
                    case 0x07 -> displayStart(regs);
                    case 0x08 -> dacWidth(regs);
                    case 0x09 -> paletteData(regs);
                    case 0x0A -> protectedMode(regs);
                    case 0x15 -> displayData(regs);
                    default -> {
                        regs.unknown();
                        yield FAILED;
                    }
                };
        regs.ax(status << 8 | SUPPORTED);
    }

    /** "Return VBE Controller Information". */
    private int controller(long at) {
        boolean second = memory.u32(at) == VBE_2_SIGNATURE;
        memory.write(at, new byte[second ? 2 * INFORMATION_BYTES : INFORMATION_BYTES]);
        memory.text(at, "VESA");
        memory.u16(at + 4, VERSION);
        memory.u32(at + 6, pointer(Layout.OEM_STRING));
        memory.u32(at + 10, 1); // capabilities: the DAC can have eight bits
        memory.u32(at + 14, pointer(Layout.VBE_MODES));
        memory.u16(at + 18, get(MEMORY_64K));
        if (second) {
            memory.u16(at + 20, 0x0100); // revision
            memory.u32(at + 22, pointer(Layout.OEM_STRING));
            memory.u32(at + 26, pointer(Layout.OEM_STRING));
            memory.u32(at + 30, pointer(Layout.OEM_STRING));
        }
        return 0;
    }

    private static int pointer(int offset) {
        return Layout.VIDEO_SEGMENT << 16 | offset;
    }

    /** "Return VBE Mode Information". */
    private int modeInformation(int number, long at) {
        VbeMode mode = VbeMode.of(number & NUMBER);
        if (mode == null || !isPossible(mode)) {
            return FAILED;
        }
        int pitch = mode.width() * mode.bytesPerPixel();
        int images = (int) Math.min(memoryBytes() / mode.bytes(), 256) - 1;
        memory.write(at, new byte[INFORMATION_BYTES]);
        memory.u16(at, ATTRIBUTES);
        memory.u8(at + 0x02, WINDOW_ATTRIBUTES);
        memory.u16(at + 0x04, WINDOW_KIB); // granularity
        memory.u16(at + 0x06, WINDOW_KIB);
        memory.u16(at + 0x08, WINDOW_SEGMENT);
        memory.u32(at + 0x0C, pointer(Layout.WINDOW_FUNCTION));
        memory.u16(at + 0x10, pitch);
        memory.u16(at + 0x12, mode.width());
        memory.u16(at + 0x14, mode.height());
        memory.u8(at + 0x16, 8); // a character's width and height
        memory.u8(at + 0x17, 16);
        memory.u8(at + 0x18, 1); // planes
        memory.u8(at + 0x19, mode.bits());
        memory.u8(at + 0x1A, 1); // banks
        memory.u8(at + 0x1B, mode.bits() == 8 ? 4 : 6); // packed pixel, direct colour
        memory.u8(at + 0x1D, images);
        memory.u8(at + 0x1E, 1);
        memory.u32(at + 0x28, (int) frameBuffer);
        memory.u16(at + 0x32, pitch);
        memory.u8(at + 0x35, images);
        for (int i = 0; i < 4; i++) {
            int field = mode.field(i);
            memory.u16(at + 0x1F + 2L * i, field >> 8 | field << 8);
            memory.u16(at + 0x36 + 2L * i, field >> 8 | field << 8);
        }
        memory.u32(at + 0x3E, 230_000_000); // the fastest pixel clock, in Hz
        return 0;
    }

    private int setMode(int wanted) {
        if ((wanted & NUMBER) < 0x100) {
            setVgaMode.accept(wanted & 0x7F | (wanted & MODE_KEEP) >> 8);
            return VideoMode.of(wanted & 0x7F) == null ? FAILED : 0;
        }
        VbeMode mode = VbeMode.of(wanted & NUMBER);
        if (mode == null || !isPossible(mode)) {
            return FAILED;
        }
        set(ENABLE, 0);
        set(XRES, mode.width());
        set(YRES, mode.height());
        set(BPP, mode.bits());
        set(X_OFFSET, 0);
        set(Y_OFFSET, 0);
        int linear = (wanted & MODE_LINEAR) != 0 ? LINEAR : 0;
        set(ENABLE, ENABLED | linear | ((wanted & MODE_KEEP) != 0 ? NO_CLEAR : 0));
        set(BANK, 0);
        current = mode;
        return 0;
    }

    private int getMode(Registers regs) {
        VbeMode mode = current;
        int linear = (get(ENABLE) & LINEAR) != 0 ? MODE_LINEAR : 0;
        regs.bx(mode == null ? memory.u8(0x400 + Bda.VIDEO_MODE) : mode.number() | linear);
        return 0;
    }

    /** "Save/Restore State": the display interface, behind what the VGA has. */
    private int saveOrRestore(Registers regs) {
        int parts = regs.cx() & SAVE_EXTENDED - 1;
        boolean extended = (regs.cx() & SAVE_EXTENDED) != 0;
        int bytes = VideoState.bytes(parts);
        switch (regs.dl()) {
            case 0 -> regs.bx((bytes + (extended ? SAVED_BYTES : 0)) / VideoState.BLOCK_BYTES);
            case 1 -> {
                vga.save(parts, regs.esBx());
                if (extended) {
                    save(regs.esBx() + bytes);
                }
            }
            case 2 -> {
                if (extended) {
                    restore(regs.esBx() + bytes);
                }
                vga.restore(parts, regs.esBx());
            }
            default -> {
                return FAILED;
            }
        }
        return 0;
    }

    private void save(long at) {
        VbeMode mode = current;
        for (int i = 0; i < SAVED_REGISTERS; i++) {
            memory.u16(at + 2L * i, get(i));
        }
        memory.u16(at + 2L * SAVED_REGISTERS, mode == null ? 0 : mode.number());
    }

    private void restore(long at) {
        set(ENABLE, 0);
        for (int i = 1; i <= BPP; i++) {
            set(i, memory.u16(at + 2L * i));
        }
        set(ENABLE, memory.u16(at + 2 * ENABLE) | NO_CLEAR);
        for (int i = BANK; i < SAVED_REGISTERS; i++) {
            set(i, memory.u16(at + 2L * i));
        }
        current = VbeMode.of(memory.u16(at + 2L * SAVED_REGISTERS));
    }

    /** "Display Window Control": there is one, and its position is in units of its size. */
    private int window(Registers regs) {
        VbeMode mode = current;
        if (mode == null) {
            return NOT_IN_THIS_MODE;
        }
        if (regs.bl() != 0 || regs.bh() > 1) {
            return FAILED;
        }
        if (regs.bh() == 1) {
            regs.dx(get(BANK));
            return 0;
        }
        if (regs.dx() >= get(MEMORY_64K)) {
            return FAILED;
        }
        set(BANK, regs.dx());
        return 0;
    }

    private static int protectedMode(Registers regs) {
        if (regs.bl() != 0) {
            return FAILED;
        }
        regs.es(Layout.VIDEO_SEGMENT);
        regs.di(Layout.PROTECTED_MODE);
        regs.cx(VbeProtectedMode.BYTES);
        return 0;
    }

    private int lineLength(Registers regs) {
        VbeMode mode = current;
        if (mode == null) {
            return NOT_IN_THIS_MODE;
        }
        int bytes = mode.bytesPerPixel();
        switch (regs.bl()) {
            case 0 -> set(VIRTUAL_WIDTH, regs.cx());
            case 2 -> set(VIRTUAL_WIDTH, (regs.cx() + bytes - 1) / bytes);
            case 1 -> {}
            case 3 -> {
                int most = (int) Math.min(memoryBytes() / mode.height() / bytes, 0xFFFF / bytes);
                regs.bx(most * bytes);
                regs.cx(most);
                regs.dx(mode.height());
                return 0;
            }
            default -> {
                return FAILED;
            }
        }
        int width = get(VIRTUAL_WIDTH);
        regs.bx(width * bytes);
        regs.cx(width);
        regs.dx(get(VIRTUAL_HEIGHT));
        return 0;
    }

    private int displayStart(Registers regs) {
        if (current == null) {
            return NOT_IN_THIS_MODE;
        }
        switch (regs.bl()) {
            case 0x00, 0x80 -> { // 80h waits for the retrace, which takes no time
                set(X_OFFSET, regs.cx());
                set(Y_OFFSET, regs.dx());
            }
            case 0x01 -> {
                regs.bh(0);
                regs.cx(get(X_OFFSET));
                regs.dx(get(Y_OFFSET));
            }
            default -> {
                return FAILED;
            }
        }
        return 0;
    }

    private int dacWidth(Registers regs) {
        VbeMode mode = current;
        if (mode == null || mode.bits() != 8) {
            return NOT_IN_THIS_MODE;
        }
        if (regs.bl() > 1) {
            return FAILED;
        }
        int enable = get(ENABLE);
        if (regs.bl() == 0) {
            enable = regs.bh() >= 8 ? enable | DAC_8BIT : enable & ~DAC_8BIT;
            set(ENABLE, enable | NO_CLEAR);
        }
        regs.bh((enable & DAC_8BIT) != 0 ? 8 : 6);
        return 0;
    }

    /** Entries of four bytes: blue, green, red, and one for alignment. */
    private int paletteData(Registers regs) {
        int count = Math.min(regs.cx(), 256);
        long at = regs.esDi();
        switch (regs.bl()) {
            case 0x00, 0x80 -> {
                ports.out(0x3C8, regs.dl());
                for (int i = 0; i < count; i++) {
                    for (int color = 2; color >= 0; color--) {
                        ports.out(0x3C9, memory.u8(at + 4L * i + color));
                    }
                }
            }
            case 0x01 -> {
                ports.out(0x3C7, regs.dl());
                for (int i = 0; i < count; i++) {
                    for (int color = 2; color >= 0; color--) {
                        memory.u8(at + 4L * i + color, ports.in(0x3C9));
                    }
                }
            }
            default -> {
                return FAILED;
            }
        }
        return 0;
    }

    /** VBE/DDC Standard 1.1. */
    private int displayData(Registers regs) {
        switch (regs.bl()) {
            case 0 -> regs.bx(0x0002); // DDC2, at once
            case 1 -> {
                if (regs.dx() != 0) {
                    return FAILED;
                }
                memory.write(regs.esDi(), Edid.block());
            }
            default -> {
                return FAILED;
            }
        }
        return 0;
    }

    private int get(int register) {
        ports.out16(INDEX, register);
        return ports.in16(DATA);
    }

    private void set(int register, int value) {
        ports.out16(INDEX, register);
        ports.out16(DATA, value);
    }
}
