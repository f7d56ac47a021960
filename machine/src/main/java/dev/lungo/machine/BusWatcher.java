package dev.lungo.machine;

import dev.lungo.isa.Width;

/** Is told of every access to a bus, after it was made. */
public interface BusWatcher {
    /** Wants to know nothing. */
    BusWatcher NONE =
            new BusWatcher() {
                @Override
                public void read(long address, Width width, long value) {}

                @Override
                public void write(long address, Width width, long value) {}
            };

    /**
     * The guest has read.
     *
     * @param address a port, or guest-physical
     * @param value what the guest was given, zero-extended
     */
    void read(long address, Width width, long value);

    /** The guest has written. */
    void write(long address, Width width, long value);
}
