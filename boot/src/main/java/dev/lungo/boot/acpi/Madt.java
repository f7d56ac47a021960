package dev.lungo.boot.acpi;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/**
 * The Multiple APIC Description Table. ACPI 6.4, §5.2.12. Processor n has APIC ID n, and ACPI UID
 * n.
 */
final class Madt {
    private static final int REVISION = 5;
    private static final int PCAT_COMPAT = 1;
    private static final int ENABLED = 1;

    // Types of entries
    private static final int LOCAL_APIC = 0;
    private static final int IO_APIC = 1;
    private static final int INTERRUPT_SOURCE_OVERRIDE = 2;
    private static final int LOCAL_APIC_NMI = 4;
    private static final int LOCAL_X2APIC = 9;
    private static final int LOCAL_X2APIC_NMI = 10;

    /** Above it are IDs that only an x2APIC has. */
    private static final int LAST_XAPIC_ID = 254;

    // MPS INTI flags
    private static final int CONFORMS = 0;
    private static final int ACTIVE_HIGH = 1;
    private static final int LEVEL = 3 << 2;

    private static final int ISA = 0;
    private static final int LINT1 = 1;

    private Madt() {}

    static byte[] table(int cpus) {
        ByteWriter out = new ByteWriter().u32(PhysicalMap.LOCAL_APIC).u32(PCAT_COMPAT);
        for (int id = 0; id < cpus; id++) {
            if (id <= LAST_XAPIC_ID) {
                out.u8(LOCAL_APIC).u8(8).u8(id).u8(id).u32(ENABLED);
            } else {
                out.u8(LOCAL_X2APIC).u8(16).u16(0).u32(id).u32(ENABLED).u32(id);
            }
        }
        out.u8(IO_APIC).u8(12).u8(0).u8(0).u32(PhysicalMap.IO_APIC).u32(0);
        override(out, 0, 2, CONFORMS); // the 8254 is on input 2
        override(out, PhysicalMap.SCI, PhysicalMap.SCI, ACTIVE_HIGH | LEVEL);
        out.u8(LOCAL_APIC_NMI).u8(6).u8(0xFF).u16(CONFORMS).u8(LINT1);
        if (cpus - 1 > LAST_XAPIC_ID) {
            out.u8(LOCAL_X2APIC_NMI).u8(12).u16(CONFORMS).u32(-1).u8(LINT1).zeros(3);
        }
        return Sdt.table("APIC", REVISION, out);
    }

    private static void override(ByteWriter out, int irq, int gsi, int flags) {
        out.u8(INTERRUPT_SOURCE_OVERRIDE).u8(10).u8(ISA).u8(irq).u32(gsi).u16(flags);
    }
}
