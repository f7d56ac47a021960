package dev.lungo.boot.smbios;

import dev.lungo.boot.BootException;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.machine.GuestMemory;

/**
 * What the machine is made of, for system management: one table, with an entry point of either
 * kind. DMTF DSP0134, "System Management BIOS (SMBIOS) Reference Specification" 3.0.
 */
public final class Smbios {
    private static final int ENTRY_3_BYTES = 0x18;
    private static final int ENTRY_2_BYTES = 0x1F;

    private Smbios() {}

    /** Writes the table and its entry points into the BIOS segment. */
    public static void write(GuestMemory memory, MemoryMap map, int cpus) {
        SmbiosTable table = new SmbiosTable(map, cpus);
        byte[] bytes = table.toBytes();
        if (bytes.length > PhysicalMap.SMBIOS_TABLE_BYTES) {
            throw new BootException("SMBIOS tables for so many processors do not fit; give fewer");
        }
        memory.write(PhysicalMap.SMBIOS_TABLE, bytes);
        memory.write(PhysicalMap.SMBIOS3_ENTRY, entry3(bytes.length));
        memory.write(PhysicalMap.SMBIOS2_ENTRY, entry2(table, bytes.length));
    }

    /** SMBIOS 3.0, "SMBIOS 3.0 (64-bit) Entry Point" (§5.2.2). */
    private static byte[] entry3(int tableBytes) {
        ByteWriter out = new ByteWriter().text("_SM3_");
        out.u8(0); // checksum
        out.u8(ENTRY_3_BYTES);
        out.u8(3).u8(0).u8(0); // version, and revision of its document
        out.u8(1); // entry point revision
        out.u8(0);
        out.u32(tableBytes);
        out.u64(PhysicalMap.SMBIOS_TABLE);
        return out.checksum(0, ENTRY_3_BYTES, 5).toBytes();
    }

    /** SMBIOS 3.0, "SMBIOS 2.1 (32-bit) Entry Point" (§5.2.1). */
    private static byte[] entry2(SmbiosTable table, int tableBytes) {
        ByteWriter out = new ByteWriter().text("_SM_");
        out.u8(0); // checksum
        out.u8(ENTRY_2_BYTES);
        out.u8(2).u8(8); // version
        out.u16(table.longest());
        out.u8(0); // entry point revision
        out.zeros(5);
        out.text("_DMI_");
        out.u8(0); // checksum from here on
        out.u16(tableBytes);
        out.u32(PhysicalMap.SMBIOS_TABLE);
        out.u16(table.structures());
        out.u8(0x28); // version in BCD
        return out.checksum(0x10, ENTRY_2_BYTES, 0x15).checksum(0, ENTRY_2_BYTES, 4).toBytes();
    }
}
