package dev.lungo.devices.pci;

import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortDevice;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses that a function asks for and a guest places. PCI Local Bus Specification
 * 3.0, "Base Addresses" (section 6.2.5). Behind it is either memory or ports.
 */
final class Bar {
    /** A base from which no address is within the range. */
    static final long NOWHERE = Long.MIN_VALUE;

    final ConfigSpace function;
    final int index;
    final long bytes;
    final boolean wide;
    final @Nullable MmioDevice memory;
    final @Nullable PortDevice ports;

    /** What is behind {@link #memory}, if guests may see that as RAM. */
    final @Nullable DeviceMemory content;

    /** Guest-physical, or a port number; {@link #NOWHERE} unless COMMAND lets it answer. */
    volatile long base = NOWHERE;

    Bar(
            ConfigSpace function,
            int index,
            long bytes,
            boolean wide,
            @Nullable MmioDevice memory,
            @Nullable PortDevice ports,
            @Nullable DeviceMemory content) {
        this.function = function;
        this.index = index;
        this.bytes = bytes;
        this.wide = wide;
        this.memory = memory;
        this.ports = ports;
        this.content = content;
    }

    boolean contains(long address, int accessBytes) {
        long within = address - base;
        return within >= 0 && within + accessBytes <= bytes;
    }

    /** Whether some address, at which both answer, is within the other's range, too. */
    boolean overlaps(Bar other) {
        return base != NOWHERE
                && other.base != NOWHERE
                && (contains(other.base, 1) || other.contains(base, 1));
    }

    /** Which byte of the range this address is: bases are multiples of the length. */
    long offset(long address) {
        return address & (bytes - 1);
    }
}
