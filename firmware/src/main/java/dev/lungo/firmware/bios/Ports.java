package dev.lungo.firmware.bios;

import dev.lungo.firmware.PciConfiguration;
import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/** Devices as a BIOS reaches them. */
final class Ports {
    final PciConfiguration pci;
    private final PortBus bus;

    Ports(PortBus bus) {
        this.bus = bus;
        pci = new PciConfiguration(bus);
    }

    int in(int port) {
        return bus.read(port, Width.BYTE);
    }

    int in16(int port) {
        return bus.read(port, Width.WORD);
    }

    int in32(int port) {
        return bus.read(port, Width.DWORD);
    }

    void out(int port, int value) {
        bus.write(port, Width.BYTE, value);
    }

    void out16(int port, int value) {
        bus.write(port, Width.WORD, value);
    }

    void out32(int port, int value) {
        bus.write(port, Width.DWORD, value);
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
