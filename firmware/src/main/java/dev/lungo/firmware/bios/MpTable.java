package dev.lungo.firmware.bios;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/**
 * Processors and interrupts for systems without ACPI. Intel, MultiProcessor Specification 1.4,
 * chapter 4. Of more processors than have an 8-bit local APIC ID, the rest are left out.
 */
final class MpTable {
    private static final int POINTER_BYTES = 16;
    private static final int APIC_VERSION = 0x14;
    private static final int IO_APIC_VERSION = 0x11;
    private static final int MOST_PROCESSORS = 64;

    // Entry types
    private static final int PROCESSOR = 0;
    private static final int BUS = 1;
    private static final int IO_APIC = 2;
    private static final int IO_INTERRUPT = 3;
    private static final int LOCAL_INTERRUPT = 4;

    private static final int PCI_BUS = 0;
    private static final int ISA_BUS = 1;
    private static final int EVERY_APIC = 0xFF;

    // Interrupt types
    private static final int INT = 0;
    private static final int NMI = 1;
    private static final int EXT_INT = 3;

    private static final int ACTIVE_LOW_LEVEL = 0xF;
    private static final int ACTIVE_HIGH_LEVEL = 0xD;
    private static final int DEVICES = 32;
    private static final int PINS = 4;

    private final ByteWriter entries = new ByteWriter();
    private final int ioApicId;
    private int count;

    private MpTable(int processors) {
        ioApicId = processors;
        for (int id = 0; id < processors; id++) {
            begin(PROCESSOR).u8(id).u8(APIC_VERSION);
            entries.u8(id == 0 ? 3 : 1); // enabled, bootstrap
            entries.u32(0x0600).u32(0x201); // family 6; FPU, APIC
            entries.zeros(8);
        }
        begin(BUS).u8(PCI_BUS).field("PCI", 6);
        begin(BUS).u8(ISA_BUS).field("ISA", 6);
        begin(IO_APIC).u8(ioApicId).u8(IO_APIC_VERSION).u8(1).u32(PhysicalMap.IO_APIC);
        for (int irq = 0; irq < 16; irq++) {
            if (irq != 2) {
                int flags = irq == PhysicalMap.SCI ? ACTIVE_HIGH_LEVEL : 0;
                interrupt(IO_INTERRUPT, INT, flags, ISA_BUS, irq, ioApicId, irq == 0 ? 2 : irq);
            }
        }
        for (int device = 1; device < DEVICES; device++) {
            for (int pin = 0; pin < PINS; pin++) {
                int to = PhysicalMap.pciGsi(device, pin);
                int source = device << 2 | pin;
                interrupt(IO_INTERRUPT, INT, ACTIVE_LOW_LEVEL, PCI_BUS, source, ioApicId, to);
            }
        }
        interrupt(LOCAL_INTERRUPT, EXT_INT, 0, ISA_BUS, 0, EVERY_APIC, 0);
        interrupt(LOCAL_INTERRUPT, NMI, 0, ISA_BUS, 0, EVERY_APIC, 1);
    }

    private ByteWriter begin(int type) {
        count++;
        return entries.u8(type);
    }

    private void interrupt(int entry, int type, int flags, int bus, int source, int apic, int pin) {
        begin(entry).u8(type).u16(flags).u8(bus).u8(source).u8(apic).u8(pin);
    }

    /** Writes the floating pointer structure and the configuration table behind it. */
    static void write(SafeMemory memory, int cpus) {
        MpTable table = new MpTable(Math.min(cpus, MOST_PROCESSORS));
        long at = Layout.BASE + Layout.MP_TABLE;
        ByteWriter pointer = new ByteWriter().text("_MP_").u32(at + POINTER_BYTES);
        pointer.u8(1).u8(4).u8(0).zeros(5); // one paragraph, 1.4, a table follows
        memory.write(at, pointer.checksum(0, POINTER_BYTES, 10).toBytes());
        memory.write(at + POINTER_BYTES, table.toBytes());
    }

    private byte[] toBytes() {
        byte[] all = entries.toBytes();
        ByteWriter out = new ByteWriter().text("PCMP");
        out.u16(44 + all.length).u8(4).u8(0); // length, 1.4, checksum
        out.field("LUNGO", 8).field("PC", 12);
        out.u32(0).u16(0).u16(count); // no OEM table
        out.u32(PhysicalMap.LOCAL_APIC).u32(0);
        out.bytes(all);
        return out.checksum(0, out.length(), 7).toBytes();
    }
}
