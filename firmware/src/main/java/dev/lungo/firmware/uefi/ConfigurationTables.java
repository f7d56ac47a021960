package dev.lungo.firmware.uefi;

import dev.lungo.boot.Guid;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.firmware.uefi.boottime.PageMap.Piece;
import dev.lungo.firmware.uefi.protocol.Protocols;
import java.util.ArrayList;
import java.util.List;

/** What the firmware tells by configuration tables. UEFI 2.10, "EFI Configuration Table" (4.6). */
final class ConfigurationTables {
    private static final Guid ACPI_20 = Guid.parse("8868e871-e4f1-11d3-bc22-0080c73c8881");
    private static final Guid ACPI_10 = Guid.parse("eb9d2d30-2d88-11d3-9a16-0090273fc14d");
    private static final Guid SMBIOS = Guid.parse("eb9d2d31-2d88-11d3-9a16-0090273fc14d");
    private static final Guid SMBIOS3 = Guid.parse("f2fd1544-9794-4a2c-992e-e5bbcf20e394");
    private static final Guid RT_PROPERTIES = Guid.parse("eb66918a-7eef-402a-842e-931d21c38ae9");
    private static final Guid MEMORY_ATTRIBUTES =
            Guid.parse("dcfa911d-26eb-469f-a220-38b7dc461220");
    private static final Guid CONFORMANCE = Guid.parse("36122546-f7e7-4c8f-bd9b-eb8525b50c0b");
    private static final Guid CONFORMS_TO_SPECIFICATION =
            Guid.parse("523c91af-a195-4382-818d-295fe4006465");

    /** All runtime services but capsules. "EFI_RT_PROPERTIES_TABLE" (4.6.2). */
    private static final int RUNTIME_SERVICES = 0x27FF;

    // EFI_MEMORY_DESCRIPTOR.Attribute
    private static final long XP = 0x4000;
    private static final long RO = 0x2_0000;
    private static final long RUNTIME = Long.MIN_VALUE;
    private static final int DESCRIPTOR_BYTES = 48;
    private static final int MOST_RUNTIME_PIECES = 80;

    private final Protocols protocols;
    private final SystemTable table;
    private final long attributes;

    ConfigurationTables(Protocols protocols, SystemTable table) {
        this.protocols = protocols;
        this.table = table;
        add(ACPI_20, PhysicalMap.RSDP);
        add(ACPI_10, PhysicalMap.RSDP);
        add(SMBIOS3, PhysicalMap.SMBIOS3_ENTRY);
        add(SMBIOS, PhysicalMap.SMBIOS2_ENTRY);
        add(RT_PROPERTIES, place(new ByteWriter().u16(1).u16(8).u32(RUNTIME_SERVICES)));
        ByteWriter profiles = new ByteWriter().u16(1).u16(1);
        add(CONFORMANCE, place(profiles.bytes(CONFORMS_TO_SPECIFICATION.toBytes())));
        attributes = place(new ByteWriter().zeros(16 + MOST_RUNTIME_PIECES * DESCRIPTOR_BYTES));
        add(MEMORY_ATTRIBUTES, attributes);
    }

    private void add(Guid guid, long address) {
        table.setConfigurationTable(guid, address);
    }

    private long place(ByteWriter out) {
        byte[] bytes = out.toBytes();
        long at = protocols.pool().allocate(MemoryType.ACPI_RECLAIM, bytes.length);
        if (at < 0) {
            throw new dev.lungo.boot.BootException(
                    "UEFI does not fit into so little memory; give the machine more");
        }
        protocols.memory().write(at, bytes);
        return at;
    }

    /**
     * "EFI_MEMORY_ATTRIBUTES_TABLE" (4.6.3), once the map is final. The firmware's own code is not
     * written to, and that of drivers is data as well.
     *
     * @param code where the firmware's own code is, guest-physical, and how much there is
     */
    void describeRuntimeMemory(PageMap pages, Piece code) {
        List<byte[]> descriptors = new ArrayList<>();
        for (Piece piece : pages.pieces()) {
            if (!MemoryType.isRuntime(piece.type())) {
                continue;
            }
            if (piece.type() == MemoryType.RUNTIME_SERVICES_DATA) {
                descriptors.add(descriptor(piece, piece.start(), piece.end(), XP));
                continue;
            }
            boolean ours = code.start() >= piece.start() && code.end() <= piece.end();
            long start = ours ? code.start() : piece.start();
            long end = ours ? code.end() : piece.start();
            descriptors.add(descriptor(piece, piece.start(), start, 0));
            descriptors.add(descriptor(piece, start, end, RO));
            descriptors.add(descriptor(piece, end, piece.end(), 0));
        }
        descriptors.removeIf(each -> each.length == 0);
        int count = Math.min(descriptors.size(), MOST_RUNTIME_PIECES);
        ByteWriter out = new ByteWriter().u32(2).u32(count).u32(DESCRIPTOR_BYTES).u32(0);
        for (byte[] each : descriptors.subList(0, count)) {
            out.bytes(each);
        }
        protocols.memory().write(attributes, out.toBytes());
    }

    private static byte[] descriptor(Piece piece, long start, long end, long protection) {
        if (start >= end) {
            return new byte[0];
        }
        ByteWriter out = new ByteWriter().u32(piece.type()).u32(0).u64(start).u64(0);
        out.u64((end - start) / PageMap.PAGE).u64(RUNTIME | protection).u64(0);
        return out.toBytes();
    }
}
