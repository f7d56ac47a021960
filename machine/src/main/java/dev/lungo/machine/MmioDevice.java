package dev.lungo.machine;

import dev.lungo.isa.Width;

/** A device behind guest-physical addresses that are not memory. It sees offsets into its range. */
public interface MmioDevice extends BusDevice {
    /** The value, zero-extended. */
    long read(long offset, Width width);

    void write(long offset, Width width, long value);
}
