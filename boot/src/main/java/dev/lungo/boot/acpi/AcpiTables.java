package dev.lungo.boot.acpi;

import dev.lungo.boot.BootException;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.machine.AddressRange;
import dev.lungo.machine.GuestMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables that describe the machine to an operating system. ACPI 6.4, "ACPI Software Programming
 * Model" (§5).
 *
 * <p>They are what a board built by {@link PhysicalMap} has: FADT, FACS, DSDT, MADT, HPET and MCFG,
 * found from the RSDP by XSDT or RSDT.
 */
public final class AcpiTables {
    private static final int FACS_BYTES = 64;
    private static final int ALIGNMENT = 16;

    private final GuestMemory memory;
    private final AddressRange room;
    private long next;

    private AcpiTables(GuestMemory memory, AddressRange room) {
        this.memory = memory;
        this.room = room;
        this.next = room.base();
    }

    /**
     * Writes all tables into the ranges that the map has for them.
     *
     * @param cpus processors, with APIC IDs from 0 on
     * @return where the RSDP is, guest-physical
     */
    public static long write(GuestMemory memory, MemoryMap map, int cpus) {
        AcpiTables tables = new AcpiTables(memory, map.acpiTables());
        long facs = map.acpiNvs().base();
        memory.write(facs, facs());
        long dsdt = tables.place(Dsdt.table(map, cpus));

        List<Long> described = new ArrayList<>();
        described.add(tables.place(Fadt.table(facs, dsdt)));
        described.add(tables.place(Madt.table(cpus)));
        described.add(tables.place(Hpet.table()));
        described.add(tables.place(Mcfg.table()));

        ByteWriter rsdt = new ByteWriter();
        ByteWriter xsdt = new ByteWriter();
        for (long table : described) {
            rsdt.u32(table);
            xsdt.u64(table);
        }
        long rsdtAt = tables.place(Sdt.table("RSDT", 1, rsdt));
        long xsdtAt = tables.place(Sdt.table("XSDT", 1, xsdt));
        memory.write(PhysicalMap.RSDP, rsdp(rsdtAt, xsdtAt));
        return PhysicalMap.RSDP;
    }

    private long place(byte[] table) {
        long at = next;
        if (table.length > room.end() - at) {
            throw new BootException("ACPI tables for so many processors do not fit; give fewer");
        }
        memory.write(at, table);
        next = (at + table.length + ALIGNMENT - 1) & -ALIGNMENT;
        return at;
    }

    /** Root System Description Pointer. ACPI 6.4, §5.2.5.3. */
    private static byte[] rsdp(long rsdt, long xsdt) {
        ByteWriter out = new ByteWriter().field("RSD PTR ", 8);
        out.u8(0); // checksum of the first 20 bytes
        out.field("LUNGO", 6);
        out.u8(2); // revision
        out.u32(rsdt);
        out.u32(36); // length
        out.u64(xsdt);
        out.u8(0); // checksum of all
        out.zeros(3);
        return out.checksum(0, 20, 8).checksum(0, 36, 32).toBytes();
    }

    /** Firmware ACPI Control Structure. ACPI 6.4, §5.2.10. It has no checksum. */
    private static byte[] facs() {
        ByteWriter out = new ByteWriter().field("FACS", 4).u32(FACS_BYTES);
        out.zeros(24); // hardware signature, waking vector, global lock, flags, X waking vector
        out.u8(2); // version
        return out.zeros(FACS_BYTES - out.length()).toBytes();
    }
}
