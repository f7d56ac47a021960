package dev.lungo.devices.display;

import dev.lungo.isa.Width;
import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.Picture;
import dev.lungo.machine.PortDevice;
import java.util.Arrays;

/**
 * A linear frame buffer with registers for its mode, as Bochs and QEMU have it: Bochs, "VBE Display
 * Interface" 5, by ports 1CEh (index) and 1CFh (data). There are no four bits a pixel.
 */
public final class BochsDisplay implements PortDevice {
    /** Of its range, from 1CEh on. */
    public static final int PORTS = 3;

    /** The frame buffer's, a power of two. */
    public static final int MEMORY_BYTES = 16 << 20;

    static final int REGISTERS = 11;

    // Registers
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

    private static final int OLDEST_ID = 0xB0C0;
    private static final int NEWEST_ID = 0xB0C5;
    private static final int MOST_XRES = 4096;
    private static final int MOST_YRES = 4096;

    // ENABLE
    private static final int ENABLED = 1;
    private static final int GET_CAPABILITIES = 1 << 1;
    private static final int DAC_8BIT = 1 << 5;
    private static final int NO_CLEAR = 1 << 7;

    private final Dac dac;
    private final int[] registers = new int[REGISTERS];
    private int index;

    private final DeviceMemory frameBuffer;

    BochsDisplay(Dac dac, DeviceMemory frameBuffer) {
        this.dac = dac;
        this.frameBuffer = frameBuffer;
        reset();
    }

    public synchronized void reset() {
        Arrays.fill(registers, 0);
        frameBuffer.clear();
        registers[ID] = NEWEST_ID;
        registers[MEMORY_64K] = MEMORY_BYTES >> 16;
        index = 0;
    }

    boolean isEnabled() {
        return (registers[ENABLE] & ENABLED) != 0;
    }

    /** Where the part of the frame buffer begins that is at A0000h. */
    synchronized long bankAt() {
        return (long) registers[BANK] << 16;
    }

    // ---- Registers

    @Override
    public int read(int offset) {
        return read(offset, Width.BYTE);
    }

    @Override
    public void write(int offset, int value) {
        write(offset, Width.BYTE, value);
    }

    @Override
    public int read(int offset, Width width) {
        return offset == 0 ? index : get(index);
    }

    @Override
    public void write(int offset, Width width, int value) {
        if (offset == 0) {
            index = value & 0xFFFF;
        } else {
            set(index, value & 0xFFFF);
        }
    }

    synchronized int get(int register) {
        if (register >= REGISTERS) {
            return 0;
        }
        if ((registers[ENABLE] & GET_CAPABILITIES) != 0) {
            switch (register) {
                case XRES -> {
                    return MOST_XRES;
                }
                case YRES -> {
                    return MOST_YRES;
                }
                case BPP -> {
                    return 32;
                }
                default -> {}
            }
        }
        return registers[register];
    }

    synchronized void set(int register, int value) {
        switch (register) {
            case ID -> {
                if (value >= OLDEST_ID && value <= NEWEST_ID) {
                    registers[ID] = value;
                }
            }
            case XRES, YRES -> {
                if (!isEnabled() && value <= MOST_XRES) {
                    registers[register] = value;
                }
            }
            case BPP -> {
                if (!isEnabled() && isDepth(value)) {
                    registers[BPP] = value == 0 ? 8 : value;
                }
            }
            case ENABLE -> enable(value);
            case BANK -> {
                if (value < MEMORY_BYTES >> 16) {
                    registers[BANK] = value;
                }
            }
            case VIRTUAL_WIDTH -> setWidth(value);
            case X_OFFSET -> {
                if (value + registers[XRES] <= registers[VIRTUAL_WIDTH]) {
                    registers[X_OFFSET] = value;
                }
            }
            case Y_OFFSET -> {
                if (value + registers[YRES] <= registers[VIRTUAL_HEIGHT]) {
                    registers[Y_OFFSET] = value;
                }
            }
            default -> {} // read-only, or not there
        }
    }

    private static boolean isDepth(int bits) {
        return switch (bits) {
            case 0, 8, 15, 16, 24, 32 -> true;
            default -> false;
        };
    }

    private void enable(int value) {
        boolean begins = (value & ENABLED) != 0 && !isEnabled();
        registers[ENABLE] = value & ~NO_CLEAR;
        dac.eightBits((value & DAC_8BIT) != 0);
        if (begins) {
            registers[BPP] = registers[BPP] == 0 ? 8 : registers[BPP];
            registers[X_OFFSET] = 0;
            registers[Y_OFFSET] = 0;
            setWidth(registers[XRES]);
            if ((value & NO_CLEAR) == 0) {
                frameBuffer.clear();
            }
        }
    }

    private void setWidth(int wanted) {
        int width = Math.max(wanted, registers[XRES]);
        long row = (long) width * bytesPerPixel();
        long height = row == 0 ? 0 : MEMORY_BYTES / row;
        if (height >= registers[YRES]) {
            registers[VIRTUAL_WIDTH] = width;
            registers[VIRTUAL_HEIGHT] = (int) Math.min(height, 0xFFFF);
        }
    }

    private int bytesPerPixel() {
        return (registers[BPP] + 7) / 8;
    }

    // ---- What it shows

    /** What is in the frame buffer now. */
    synchronized Picture picture() {
        int width = registers[XRES];
        int height = registers[YRES];
        int bytes = bytesPerPixel();
        int[] rgb = new int[width * height];
        byte[] row = new byte[width * bytes];
        for (int y = 0; y < height; y++) {
            long line = (long) (registers[Y_OFFSET] + y) * registers[VIRTUAL_WIDTH];
            long at = (line + registers[X_OFFSET]) * bytes;
            int there = Math.clamp(MEMORY_BYTES - at, 0, row.length);
            Arrays.fill(row, there, row.length, (byte) 0);
            if (there > 0) {
                frameBuffer.read(at, row, 0, there);
            }
            for (int x = 0; x < width; x++) {
                rgb[y * width + x] = color(row, x * bytes, bytes);
            }
        }
        return new Picture.Pixels(width, height, rgb);
    }

    private int color(byte[] row, int at, int bytes) {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (row[at + i] & 0xFF) << 8 * i;
        }
        return switch (registers[BPP]) {
            case 8 -> dac.rgb(value);
            case 15 -> five(value >> 10) << 16 | five(value >> 5) << 8 | five(value);
            case 16 -> five(value >> 11) << 16 | six(value >> 5) << 8 | five(value);
            default -> value & 0xFF_FFFF;
        };
    }

    private static int five(int level) {
        return (level & 0x1F) << 3 | (level & 0x1F) >> 2;
    }

    private static int six(int level) {
        return (level & 0x3F) << 2 | (level & 0x3F) >> 4;
    }
}
