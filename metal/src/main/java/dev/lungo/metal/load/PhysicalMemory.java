package dev.lungo.metal.load;

import dev.lungo.metal.core.Bare;

/** The machine's memory. */
final class PhysicalMemory implements Memory {
    @Override
    public int get(long address) {
        return Bare.get8(address);
    }

    @Override
    public void put(long address, int value) {
        Bare.put8(address, value);
    }
}
