package dev.lungo.firmware.bios;

import dev.lungo.firmware.PciConfiguration;
import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/**
 * Devices as a BIOS reaches them. A port that a program named may be the last, and the next the
 * first.
 */
final class Ports {
    final PciConfiguration pci;
    private final PortBus bus;

    Ports(PortBus bus) {
        this.bus = bus;
        pci = new PciConfiguration(bus);
    }

    int in(int port) {
        return bus.read(port & 0xFFFF, Width.BYTE);
    }

    int in16(int port) {
        return bus.read(port & 0xFFFF, Width.WORD);
    }

    int in32(int port) {
        return bus.read(port & 0xFFFF, Width.DWORD);
    }

    void out(int port, int value) {
        bus.write(port & 0xFFFF, Width.BYTE, value);
    }

    void out16(int port, int value) {
        bus.write(port & 0xFFFF, Width.WORD, value);
    }

    void out32(int port, int value) {
        bus.write(port & 0xFFFF, Width.DWORD, value);
    }

    /** A device with an index port and a data port behind it. */
    int indexed(int port, int index) {
        out(port, index);
        return in(port + 1);
    }

    void indexed(int port, int index, int value) {
        out(port, index);
        out(port + 1, value);
    }
}
