package dev.lungo.firmware;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/**
 * Gives the functions of PCI bus 0 the memory and the ports that they ask for. PCI Local Bus
 * Specification 3.0, "Base Addresses" (section 6.2.5.1). All of it is below 4 GiB, where every
 * system reaches it; what does not fit is left without. Interrupt lines are those of the 8259s,
 * which are made level-triggered.
 */
public final class PciResources {
    private static final int SLAVE_ELCR = 0x4D1;
    private static final int LEVEL = 1 << 10 - 8 | 1 << 11 - 8;
    private static final int FUNCTIONS = 256;
    private static final int FUNCTIONS_OF_A_DEVICE = 8;
    private static final int MULTIFUNCTION = 0x80;
    private static final int NOBODY = 0xFFFF;

    private static final int COMMAND = 0x04;
    private static final int HEADER_TYPE = 0x0C;
    private static final int FIRST_BAR = 0x10;
    private static final int LAST_BAR = 0x24;
    private static final int INTERRUPT = 0x3C; // line, pin
    private static final int IO_SPACE = 1;
    private static final int MEMORY_SPACE = 1 << 1;

    private static final int BAR_IO = 1;
    private static final int BAR_64 = 0b100;
    private static final int IO_FLAGS = 0b11;
    private static final int MEMORY_FLAGS = 0b1111;

    private final PortBus ports;
    private final PciConfiguration pci;
    private long nextMemory = PhysicalMap.PCI_MMIO;
    private int nextPort = PhysicalMap.PCI_IO;

    public PciResources(Board board) {
        ports = board.ports();
        pci = new PciConfiguration(ports);
    }

    /** Assigns everything, and has the functions answer there. */
    public void assign() {
        ports.write(SLAVE_ELCR, Width.BYTE, LEVEL);
        for (int first = 0; first < FUNCTIONS; first += FUNCTIONS_OF_A_DEVICE) {
            int last = first + (isMultifunction(first) ? FUNCTIONS_OF_A_DEVICE - 1 : 0);
            for (int function = first; function <= last; function++) {
                if (isThere(function) && (pci.read(function, HEADER_TYPE) >> 16 & 0x7F) == 0) {
                    assign(function);
                }
            }
        }
    }

    private boolean isThere(int function) {
        return (pci.read(function, 0) & 0xFFFF) != NOBODY;
    }

    private boolean isMultifunction(int first) {
        return isThere(first) && (pci.read(first, HEADER_TYPE) >> 16 & MULTIFUNCTION) != 0;
    }

    private void assign(int function) {
        int command = pci.read(function, COMMAND) & 0xFFFF;
        pci.write(function, COMMAND, command & ~(IO_SPACE | MEMORY_SPACE));
        int enabled = 0;
        for (int bar = FIRST_BAR; bar <= LAST_BAR; bar += 4) {
            int old = pci.read(function, bar);
            pci.write(function, bar, -1);
            int size = pci.read(function, bar);
            pci.write(function, bar, old);
            boolean io = (size & BAR_IO) != 0;
            boolean wide = !io && (size & BAR_64) != 0;
            if (size != 0 && (io ? placePorts(function, bar, size) : place(function, bar, size))) {
                enabled |= io ? IO_SPACE : MEMORY_SPACE;
            }
            if (wide) {
                bar += 4;
                pci.write(function, bar, 0);
            }
        }
        pci.write(function, COMMAND, command | enabled);
        int pin = pci.read(function, INTERRUPT) >> 8 & 0xFF;
        if (pin != 0) {
            pci.write(function, INTERRUPT, PhysicalMap.pciIrq(function >> 3, pin - 1));
        }
    }

    private boolean place(int function, int bar, int size) {
        long bytes = -(size & ~MEMORY_FLAGS) & 0xFFFF_FFFFL;
        long at = nextMemory + bytes - 1 & -bytes;
        if (bytes == 0 || at + bytes > PhysicalMap.PCI_MMIO + PhysicalMap.PCI_MMIO_BYTES) {
            return false;
        }
        nextMemory = at + bytes;
        pci.write(function, bar, (int) at);
        return true;
    }

    private boolean placePorts(int function, int bar, int size) {
        int count = -(size & ~IO_FLAGS) & 0xFFFF;
        int at = nextPort + count - 1 & -count;
        if (count == 0 || at + count > PhysicalMap.PCI_IO + PhysicalMap.PCI_IO_PORTS) {
            return false;
        }
        nextPort = at + count;
        pci.write(function, bar, at);
        return true;
    }
}
