package dev.lungo.metal.load;

import org.jspecify.annotations.Nullable;

/**
 * What coreboot tells its payload of the machine: a header, then records of tag and size. A table
 * in low memory leads to where it is. coreboot, coreboot_tables.h.
 */
final class CorebootTable {
    // spotless:off
    private static final int MEMORY            = 0x01;
    static final int SERIAL                    = 0x0F;
    private static final int FORWARD           = 0x11;
    static final int SPI_FLASH                 = 0x29;
    static final int BOOT_MEDIA_PARAMS         = 0x30;
    private static final int ACPI_RSDP         = 0x43;

    // struct lb_header
    private static final int HEADER_BYTES      = 4;
    private static final int HEADER_CHECKSUM   = 8;
    private static final int TABLE_BYTES       = 12;
    private static final int TABLE_CHECKSUM    = 16;
    private static final int TABLE_ENTRIES     = 20;
    private static final int HEADER            = 24;
    // spotless:on

    /** LB_MEM_VENDOR_RSVD. */
    static final int VENDOR_MEMORY = 6;

    /** LB_MEM_TABLE: what coreboot's tables are in. */
    static final int TABLE_MEMORY = 16;

    private static final int RECORD = 8;
    private static final int RANGE = 20;
    private static final int FORWARD_BYTES = 16;
    private static final int IO_MAPPED = 1;
    private static final long[] PLACES = {0, 0xF_0000};

    /** How much of low memory belongs to tables. */
    static final long LOW_BYTES = 0x1000;

    private static final long PLACE_BYTES = 0x1000;
    private static final int MAX_BYTES = 1 << 20;

    /** Where others look for a table, and find this one. */
    private final Window foundAt;

    private final Window header;
    private final Window records;

    private CorebootTable(Window foundAt, Window table) {
        this.foundAt = foundAt;
        this.header = table.part(0, HEADER);
        this.records = table.part(table.u32(HEADER_BYTES), table.u32(TABLE_BYTES));
    }

    /** The machine's, or null if there is none whose check sums are right. */
    static @Nullable CorebootTable find(Memory memory) {
        for (long place : PLACES) {
            for (long at = place; at < place + PLACE_BYTES; at += 16) {
                Window found = at(memory, at);
                if (found == null) {
                    continue;
                }
                CorebootTable table = new CorebootTable(found, found);
                Window forward = table.record(FORWARD);
                if (forward == null) {
                    return table;
                }
                Window there = at(memory, forward.u64(RECORD));
                if (there != null) {
                    return new CorebootTable(found, there);
                }
            }
        }
        return null;
    }

    /** Header and records at an address, or null unless there is a table. */
    private static @Nullable Window at(Memory memory, long address) {
        if (address < 0 || address > 1L << 32) {
            return null;
        }
        Window most = new Window(memory, "coreboot's table", address, MAX_BYTES);
        long headerBytes = most.has(0, "LBIO") ? most.u32(HEADER_BYTES) : 0;
        if (headerBytes < HEADER || headerBytes > HEADER + PLACE_BYTES) {
            return null;
        }
        long bytes = most.u32(TABLE_BYTES);
        if (!most.contains(headerBytes, bytes)
                || checksum(most.part(0, headerBytes)) != 0
                || checksum(most.part(headerBytes, bytes)) != most.u32(TABLE_CHECKSUM)) {
            return null;
        }
        return most.part(0, headerBytes + bytes);
    }

    /** RFC 1071, over little-endian words. */
    static int checksum(Window of) {
        long sum = 0;
        for (long i = 0; i < of.bytes(); i++) {
            sum += (long) of.u8(i) << (i & 1) * 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) ~sum & 0xFFFF;
    }

    /** The first record of a tag, or null. */
    @Nullable Window record(int tag) {
        long at = 0;
        while (records.contains(at, RECORD)) {
            long size = records.u32(at + 4);
            if (size < RECORD || !records.contains(at, size)) {
                return null;
            }
            if (records.u32(at) == tag) {
                return records.part(at, size);
            }
            at += size;
        }
        return null;
    }

    boolean has(int tag) {
        return record(tag) != null;
    }

    void addMemoryTo(E820 map) {
        Window record = record(MEMORY);
        if (record == null) {
            throw new IllegalStateException("coreboot's table has no memory map");
        }
        for (long at = RECORD; record.contains(at, RANGE); at += RANGE) {
            map.add(record.u64(at), record.u64(at + 8), (int) record.u32(at + 16));
        }
    }

    /** The first serial port, or 0 if there is none, or it is not reached by IN and OUT. */
    int serialPort() {
        Window record = record(SERIAL);
        return record != null && record.contains(0, 16) && record.u32(RECORD) == IO_MAPPED
                ? (int) record.u32(RECORD + 4)
                : 0;
    }

    /** Where ACPI's tables begin, or 0 if it does not say. */
    long rsdp() {
        Window record = record(ACPI_RSDP);
        return record != null && record.contains(0, 16) ? record.u64(RECORD) : 0;
    }

    /** At most what {@link #copy} needs, in bytes. */
    long copyBytes(E820 map) {
        return HEADER + records.bytes() + RECORD + (map.count() + 2L) * RANGE;
    }

    /** Makes a table that says the same, but has another memory map; all find it instead. */
    void copy(Window to, E820 map) {
        long at = HEADER;
        int entries = 0;
        for (long from = 0; records.contains(from, RECORD); entries++) {
            long size = records.u32(from + 4);
            if (size < RECORD || !records.contains(from, size)) {
                break;
            }
            if (records.u32(from) == MEMORY) {
                at = putMemory(to, at, map);
            } else {
                copy(to, at, records.part(from, size));
                at += size;
            }
            from += size;
        }
        copy(to, 0, header);
        finish(to, at - HEADER, entries);

        foundAt.put32(HEADER, FORWARD);
        foundAt.put32(HEADER + 4, FORWARD_BYTES);
        foundAt.put64(HEADER + RECORD, to.start());
        finish(foundAt, FORWARD_BYTES, 1);
    }

    private static void copy(Window to, long at, Window from) {
        to.part(at, from.bytes()).fillWith(from);
    }

    private static long putMemory(Window to, long start, E820 map) {
        long at = start + RECORD;
        for (int i = 0; i < map.count(); i++, at += RANGE) {
            to.put64(at, map.base(i));
            to.put64(at + 8, map.end(i) - map.base(i));
            to.put32(at + 16, map.type(i));
        }
        to.put32(start, MEMORY);
        to.put32(start + 4, at - start);
        return at;
    }

    private static void finish(Window table, long bytes, int entries) {
        table.put32(HEADER_BYTES, HEADER);
        table.put32(TABLE_BYTES, bytes);
        table.put32(TABLE_CHECKSUM, checksum(table.part(HEADER, bytes)));
        table.put32(TABLE_ENTRIES, entries);
        table.put32(HEADER_CHECKSUM, 0);
        table.put32(HEADER_CHECKSUM, checksum(table.part(0, HEADER)));
    }
}
