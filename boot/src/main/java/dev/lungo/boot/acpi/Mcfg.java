package dev.lungo.boot.acpi;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/** Where PCI Express configuration space is. PCI Firmware Specification 3.0, "MCFG Table". */
final class Mcfg {
    private static final int REVISION = 1;

    private Mcfg() {}

    static byte[] table() {
        ByteWriter out = new ByteWriter().zeros(8);
        out.u64(PhysicalMap.ECAM);
        out.u16(0); // segment group
        out.u8(0).u8(0xFF); // buses
        out.u32(0);
        return Sdt.table("MCFG", REVISION, out);
    }
}
