package dev.lungo.devices.display;

import dev.lungo.devices.pci.ConfigSpace;
import dev.lungo.isa.Width;
import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.Picture;

/**
 * A display as a PCI function: a {@link Vga} and a {@link BochsDisplay}, as QEMU's standard VGA.
 * QEMU, docs/specs/standard-vga.rst: BAR 0 is the frame buffer, BAR 2 has the registers of both, in
 * bytes and words.
 */
public final class DisplayAdapter {
    private static final int VENDOR = 0x1234;
    private static final int DEVICE = 0x1111;
    private static final int REVISION = 2;
    private static final int VGA_CLASS = 0x030000;
    private static final int RED_HAT_QUMRANET = 0x1AF4;
    private static final int QEMU = 0x1100;

    private static final int REGISTER_BYTES = 4096;
    private static final int VGA_AT = 0x400; // ports 3C0h to 3DFh
    private static final int VGA_BYTES = 0x20;
    private static final int VGA_FIRST = 0x10; // in its range
    private static final int DISPLAY_AT = 0x500;

    private final Vga vga;
    private final BochsDisplay display;
    private final DeviceMemory frameBuffer;
    private final ConfigSpace config = new ConfigSpace(VENDOR, DEVICE, REVISION, VGA_CLASS);

    public DisplayAdapter(GuestMemory memory) {
        vga = new Vga(memory);
        frameBuffer = memory.deviceMemory(BochsDisplay.MEMORY_BYTES);
        display = new BochsDisplay(vga.dac, frameBuffer);
        config.subsystem(RED_HAT_QUMRANET, QEMU);
        config.memoryBar(0, /* wide= */ false, frameBuffer);
        config.memoryBar(
                2, REGISTER_BYTES, /* wide= */ false, /* prefetchable= */ false, registers());
    }

    public ConfigSpace config() {
        return config;
    }

    /** What BAR 0 leads to. */
    public DeviceMemory frameBuffer() {
        return frameBuffer;
    }

    /** Ports 3B0h to 3DFh. */
    public Vga vga() {
        return vga;
    }

    /** Ports 1CEh to 1D0h. */
    public BochsDisplay display() {
        return display;
    }

    public void reset() {
        synchronized (config) {
            config.reset();
        }
        synchronized (vga) {
            vga.reset();
        }
        display.reset();
    }

    /**
     * Guest-physical A0000h to AFFFFh: the VGA's planes, or what the display interface has of its
     * frame buffer there.
     */
    public MmioDevice window() {
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                if (display.isEnabled()) {
                    return frameBuffer.get(display.bankAt() + offset, width);
                }
                synchronized (vga) {
                    return vga.planes.read(offset, width);
                }
            }

            @Override
            public void write(long offset, Width width, long value) {
                if (display.isEnabled()) {
                    frameBuffer.put(display.bankAt() + offset, width, value);
                    return;
                }
                synchronized (vga) {
                    vga.planes.write(offset, width, value);
                }
            }
        };
    }

    private MmioDevice registers() {
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                if (isDisplay(offset)) {
                    return display.get((int) (offset - DISPLAY_AT) / 2);
                }
                long value = 0;
                for (int i = 0; i < width.bytes() && isVga(offset + i); i++) {
                    synchronized (vga) {
                        value |= (long) vga.read(vgaPort(offset + i)) << 8 * i;
                    }
                }
                return value;
            }

            @Override
            public void write(long offset, Width width, long value) {
                if (isDisplay(offset)) {
                    display.set((int) (offset - DISPLAY_AT) / 2, (int) value & 0xFFFF);
                }
                for (int i = 0; i < width.bytes() && isVga(offset + i); i++) {
                    synchronized (vga) {
                        vga.write(vgaPort(offset + i), (int) (value >> 8 * i) & 0xFF);
                    }
                }
            }
        };
    }

    private static boolean isDisplay(long offset) {
        return offset >= DISPLAY_AT && offset < DISPLAY_AT + 2 * BochsDisplay.REGISTERS;
    }

    private static boolean isVga(long offset) {
        return offset >= VGA_AT && offset < VGA_AT + VGA_BYTES;
    }

    private static int vgaPort(long offset) {
        return (int) (offset - VGA_AT) + VGA_FIRST;
    }

    /** What is on the screen now. */
    public Picture picture() {
        if (display.isEnabled()) {
            return display.picture();
        }
        synchronized (vga) {
            return vga.picture();
        }
    }
}
