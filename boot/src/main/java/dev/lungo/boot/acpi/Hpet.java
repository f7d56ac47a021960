package dev.lungo.boot.acpi;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/** The table that tells of the HPET. IA-PC HPET Specification 1.0a, §3.2.4. */
final class Hpet {
    private static final int REVISION = 1;

    /** The low half of the General Capabilities register: three 64-bit comparators, by Intel. */
    private static final long EVENT_TIMER_BLOCK_ID = 0x8086_A201L;

    private Hpet() {}

    static byte[] table() {
        ByteWriter out = new ByteWriter().u32(EVENT_TIMER_BLOCK_ID);
        GenericAddress.memory(out, PhysicalMap.HPET, 0);
        out.u8(0); // HPET number
        out.u16(0); // minimum clock ticks in periodic mode
        out.u8(0); // page protection
        return Sdt.table("HPET", REVISION, out);
    }
}
