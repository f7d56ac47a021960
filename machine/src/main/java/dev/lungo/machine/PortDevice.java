package dev.lungo.machine;

import dev.lungo.isa.Width;

/**
 * A device behind I/O ports. It sees offsets into its range, never its base.
 *
 * <p>An eight-bit device implements the first two methods, and the bus cuts wider accesses into
 * bytes, lowest first, as the chipset does. A device with wider registers overrides the other two,
 * or is a {@link WidePortDevice}.
 */
public interface PortDevice extends BusDevice {
    /** A byte, 0 to FFh. */
    int read(int offset);

    void write(int offset, int value);

    default int read(int offset, Width width) {
        int value = 0;
        for (int i = 0; i < width.bytes(); i++) {
            value |= (read(offset + i) & 0xFF) << (8 * i);
        }
        return value;
    }

    default void write(int offset, Width width, int value) {
        for (int i = 0; i < width.bytes(); i++) {
            write(offset + i, (value >>> (8 * i)) & 0xFF);
        }
    }
}
