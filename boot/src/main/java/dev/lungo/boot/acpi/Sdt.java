package dev.lungo.boot.acpi;

import dev.lungo.boot.bytes.ByteWriter;

/** The header that all tables but RSDP and FACS have. ACPI 6.4, §5.2.6. */
final class Sdt {
    private static final int LENGTH = 4;
    private static final int CHECKSUM = 9;

    private Sdt() {}

    /** A table with its header, length and checksum. */
    static byte[] table(String signature, int revision, ByteWriter content) {
        ByteWriter table = new ByteWriter();
        table.field(signature, 4);
        table.u32(0); // length
        table.u8(revision);
        table.u8(0); // checksum
        table.field("LUNGO", 6);
        table.field("LUNGOPC", 8);
        table.u32(1); // OEM revision
        table.field("LUNG", 4); // creator
        table.u32(1); // and its revision
        table.bytes(content.toBytes());
        table.setU32(LENGTH, table.length());
        return table.checksum(0, table.length(), CHECKSUM).toBytes();
    }
}
