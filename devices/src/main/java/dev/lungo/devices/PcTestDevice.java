package dev.lungo.devices;

import dev.lungo.isa.Width;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortDevice;
import java.util.function.IntFunction;

/**
 * What kvm-unit-tests need of a PC to test its processor: a register that can be read back, memory
 * that is reached as a device, and interrupt lines the guest drives itself. QEMU,
 * hw/misc/pc-testdev.c, of which the flush port does nothing here: no page is taken away.
 */
public final class PcTestDevice {
    /**
     * The size of {@link #data}, at E0h: the register, the flush port at E4h, byte ports at E8h.
     */
    public static final int DATA_PORTS = 12;

    /** The size of {@link #lines}, at 2000h. */
    public static final int LINE_PORTS = 24;

    /** The size of {@link #memory}, at FF000000h. */
    public static final int MEMORY_BYTES = 0x10000;

    private static final int REGISTER_BYTES = 4;
    private static final int FLUSH_END = 8;

    private final byte[] register = new byte[REGISTER_BYTES];
    private final byte[] memory = new byte[MEMORY_BYTES];
    private final IrqLine[] lines = new IrqLine[LINE_PORTS];

    /**
     * @param gsi makes a new source on a global system interrupt
     */
    public PcTestDevice(IntFunction<IrqLine> gsi) {
        for (int i = 0; i < LINE_PORTS; i++) {
            lines[i] = gsi.apply(i == 0 ? 2 : i);
        }
    }

    /** A four-byte register, seen twice, and between them the flush port. */
    public PortDevice data() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return PcTestDevice.this;
            }

            @Override
            public int read(int offset) {
                return isFlush(offset) ? 0xFF : register[offset % REGISTER_BYTES] & 0xFF;
            }

            @Override
            public void write(int offset, int value) {
                if (!isFlush(offset)) {
                    register[offset % REGISTER_BYTES] = (byte) value;
                }
            }
        };
    }

    private static boolean isFlush(int offset) {
        return offset >= REGISTER_BYTES && offset < FLUSH_END;
    }

    /** A port for each interrupt line: what is not zero asserts it. */
    public PortDevice lines() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return PcTestDevice.this;
            }

            @Override
            public int read(int offset) {
                return 0xFF;
            }

            @Override
            public void write(int offset, int value) {
                lines[offset].set(value != 0);
            }
        };
    }

    /** Bytes that keep what is written. */
    public MmioDevice memory() {
        return new MmioDevice() {
            @Override
            public Object lock() {
                return PcTestDevice.this;
            }

            @Override
            public long read(long offset, Width width) {
                long value = 0;
                for (int i = 0; i < width.bytes(); i++) {
                    value |= (memory[(int) offset + i] & 0xFFL) << (8 * i);
                }
                return value;
            }

            @Override
            public void write(long offset, Width width, long value) {
                for (int i = 0; i < width.bytes(); i++) {
                    memory[(int) offset + i] = (byte) (value >> (8 * i));
                }
            }
        };
    }
}
