package dev.lungo.devices;

import dev.lungo.isa.Width;
import dev.lungo.machine.PortDevice;
import java.util.function.IntConsumer;

/**
 * A port that ends the machine with a status, as QEMU's {@code isa-debug-exit} does: writing {@code
 * value} ends it with {@code (value << 1) | 1}, so that no guest can feign the status zero. QEMU,
 * hw/misc/debugexit.c.
 */
public final class DebugExit implements PortDevice {
    /** The size of its range, which test guests expect at F4h. */
    public static final int PORTS = 4;

    private final IntConsumer exit;

    /**
     * @param exit is given the status; the operating system keeps eight bits of it
     */
    public DebugExit(IntConsumer exit) {
        this.exit = exit;
    }

    @Override
    public int read(int offset) {
        return 0;
    }

    @Override
    public void write(int offset, int value) {
        exit.accept(value << 1 | 1);
    }

    @Override
    public void write(int offset, Width width, int value) {
        write(offset, value);
    }
}
