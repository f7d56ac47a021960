package dev.lungo.firmware.bios;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/**
 * Which line of the 8259s each PCI interrupt pin has. Microsoft, PCI IRQ Routing Table
 * Specification 1.0. There is no router: a link of F0h and more is wired to the line in its low
 * bits, as those who read the table agree.
 */
final class PciRoutingTable {
    private static final int HEADER_BYTES = 32;
    private static final int SLOT_BYTES = 16;
    private static final int DEVICES = 32;
    private static final int PINS = 4;
    private static final int WIRED = 0xF0;

    /** Lines of the 8259s that are PCI's alone, a bit for each. */
    static final int EXCLUSIVE_LINES = 1 << 10 | 1 << 11;

    private PciRoutingTable() {}

    static void write(SafeMemory memory) {
        int bytes = HEADER_BYTES + SLOT_BYTES * (DEVICES - 1);
        ByteWriter out = new ByteWriter().text("$PIR").u16(0x0100).u16(bytes);
        out.u8(0).u8(0).u16(EXCLUSIVE_LINES); // before it, the router's place
        out.u32(0).u32(0).zeros(11).u8(0); // no compatible router; checksum
        out.bytes(slots());
        memory.write(Layout.BASE + Layout.PCI_ROUTING, out.checksum(0, bytes, 31).toBytes());
    }

    /** One for each device, as INT 1Ah with AX = B10Eh has them, too. */
    static byte[] slots() {
        ByteWriter out = new ByteWriter();
        for (int device = 1; device < DEVICES; device++) {
            out.u8(0).u8(device << 3);
            for (int pin = 0; pin < PINS; pin++) {
                int irq = PhysicalMap.pciIrq(device, pin);
                out.u8(WIRED | irq).u16(1 << irq);
            }
            out.u8(0).u8(0); // on the board
        }
        return out.toBytes();
    }
}
