package dev.lungo.devices.pci;

import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortDevice;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses that a function asks for and a guest places. PCI Local Bus Specification
 * 3.0, "Base Addresses" (section 6.2.5). Behind it is either memory or ports.
 */
final class Bar {
    final int index;
    final long bytes;
    final boolean wide;
    final @Nullable MmioDevice memory;
    final @Nullable PortDevice ports;

    /** Guest-physical, or a port number. */
    long base;

    /** COMMAND lets the function answer there. */
    boolean enabled;

    Bar(
            int index,
            long bytes,
            boolean wide,
            @Nullable MmioDevice memory,
            @Nullable PortDevice ports) {
        this.index = index;
        this.bytes = bytes;
        this.wide = wide;
        this.memory = memory;
        this.ports = ports;
    }

    boolean contains(long address, int accessBytes) {
        long within = address - base;
        return enabled && within >= 0 && within + accessBytes <= bytes;
    }
}
