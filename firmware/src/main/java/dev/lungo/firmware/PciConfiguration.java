package dev.lungo.firmware;

import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/**
 * PCI configuration space by its two ports. PCI Local Bus Specification 3.0, "Software Generation
 * of Configuration Transactions" (section 3.2.2.3.2).
 *
 * <p>A function is given as bus in bits 15:8, device in 7:3, function in 2:0; a register is 0 to
 * FFh, and aligned to the width. Where there is no function, all ones are read.
 */
public final class PciConfiguration {
    private static final int ADDRESS = 0xCF8;
    private static final int DATA = 0xCFC;
    private static final int ENABLED = 1 << 31;

    private final PortBus ports;

    public PciConfiguration(PortBus ports) {
        this.ports = ports;
    }

    public int read(int function, int register) {
        return read(function, register, Width.DWORD);
    }

    /** Zero-extended. */
    public int read(int function, int register, Width width) {
        select(function, register);
        return ports.read(DATA + (register & 3), width);
    }

    public void write(int function, int register, int value) {
        write(function, register, Width.DWORD, value);
    }

    public void write(int function, int register, Width width, int value) {
        select(function, register);
        ports.write(DATA + (register & 3), width, value);
    }

    private void select(int function, int register) {
        ports.write(ADDRESS, Width.DWORD, ENABLED | function << 8 | register & 0xFC);
    }
}
