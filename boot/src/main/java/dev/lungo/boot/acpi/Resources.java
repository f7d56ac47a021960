package dev.lungo.boot.acpi;

import dev.lungo.boot.bytes.ByteWriter;

/**
 * A resource template: what a device decodes. ACPI 6.4, "Resource Data Types for ACPI" (§6.4). Each
 * descriptor is named as its ASL macro.
 */
final class Resources {
    private static final int IRQ_NO_FLAGS = 0x22;
    private static final int IO = 0x47;
    private static final int END_TAG = 0x79;
    private static final int MEMORY_32_FIXED = 0x86;
    private static final int DWORD_SPACE = 0x87;
    private static final int WORD_SPACE = 0x88;
    private static final int QWORD_SPACE = 0x8A;

    private static final int DECODE_16 = 1;

    // Address space descriptors: the type of resource, the general flags, and the specific ones.
    private static final int MEMORY_RANGE = 0;
    private static final int IO_RANGE = 1;
    private static final int BUS_NUMBERS = 2;
    private static final int MIN_AND_MAX_FIXED = 0xC; // a producer's, decoded positively
    private static final int ENTIRE_RANGE = 3;
    private static final int READ_WRITE = 1;
    private static final int CACHEABLE = 1 << 1;

    private final ByteWriter out = new ByteWriter();

    /** Ports that a device decodes, all sixteen bits of the address. */
    Resources io(int base, int count) {
        out.u8(IO).u8(DECODE_16).u16(base).u16(base).u8(1).u8(count);
        return this;
    }

    /** An ISA interrupt, edge-triggered, active high, its own. */
    Resources irqNoFlags(int irq) {
        out.u8(IRQ_NO_FLAGS).u16(1 << irq);
        return this;
    }

    Resources memory32Fixed(long base, long length) {
        out.u8(MEMORY_32_FIXED).u16(9).u8(READ_WRITE).u32(base).u32(length);
        return this;
    }

    /** Buses behind a bridge. */
    Resources wordBusNumber(int first, int last) {
        return word(BUS_NUMBERS, 0, first, last);
    }

    /** Ports behind a bridge. */
    Resources wordIo(int first, int last) {
        return word(IO_RANGE, ENTIRE_RANGE, first, last);
    }

    /** Memory behind a bridge, below 4 GiB. */
    Resources dwordMemory(long first, long last) {
        out.u8(DWORD_SPACE).u16(23).u8(MEMORY_RANGE).u8(MIN_AND_MAX_FIXED).u8(READ_WRITE);
        out.u32(0).u32(first).u32(last).u32(0).u32(last - first + 1);
        return this;
    }

    /** Memory behind a bridge, anywhere; it may be prefetched. */
    Resources qwordMemory(long first, long last) {
        out.u8(QWORD_SPACE).u16(43).u8(MEMORY_RANGE).u8(MIN_AND_MAX_FIXED);
        out.u8(READ_WRITE | CACHEABLE);
        out.u64(0).u64(first).u64(last).u64(0).u64(last - first + 1);
        return this;
    }

    private Resources word(int type, int flags, int first, int last) {
        out.u8(WORD_SPACE).u16(13).u8(type).u8(MIN_AND_MAX_FIXED).u8(flags);
        out.u16(0).u16(first).u16(last).u16(0).u16(last - first + 1);
        return this;
    }

    /** As the value of _CRS. A checksum of zero says that there is none. */
    byte[] toBuffer() {
        return Aml.buffer(new ByteWriter().bytes(out.toBytes()).u8(END_TAG).u8(0).toBytes());
    }
}
