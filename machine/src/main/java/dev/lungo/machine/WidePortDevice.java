package dev.lungo.machine;

import dev.lungo.isa.Width;

/** A device behind I/O ports to which a byte is one width among others. */
public interface WidePortDevice extends PortDevice {
    @Override
    int read(int offset, Width width);

    @Override
    void write(int offset, Width width, int value);

    @Override
    default int read(int offset) {
        return read(offset, Width.BYTE);
    }

    @Override
    default void write(int offset, int value) {
        write(offset, Width.BYTE, value);
    }
}
