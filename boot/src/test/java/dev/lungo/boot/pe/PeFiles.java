package dev.lungo.boot.pe;

import dev.lungo.boot.bytes.ByteWriter;

/** The smallest EFI application, made by hand. */
public final class PeFiles {
    public static final long BASE = 0x1_4000_0000L;

    /** Offsets in the file. */
    public static final int OPTIONAL = 0x40 + 4 + 20;

    public static final int TEXT = 0x400;
    public static final int RELOC = 0x600;

    private PeFiles() {}

    /**
     * One page of code at 1000h, which has at its end a bss and at 1008h and 1010h addresses, of
     * eight and four bytes; relocations at 2000h.
     */
    public static ByteWriter application() {
        ByteWriter pe = new ByteWriter().u16(0x5A4D).zeros(58).u32(0x40).u32(0x4550);
        pe.u16(0x8664).u16(2).zeros(12).u16(240).u16(0x22);
        pe.u16(0x20B).zeros(14).u32(0x1000).u32(0x1000); // the entry and code
        pe.u64(BASE).u32(0x1000).u32(0x200).zeros(16);
        pe.u32(0x3000).u32(TEXT).u32(0).u16(10).u16(0); // an application
        pe.zeros(36).u32(16);
        pe.zeros(5 * 8).u32(0x2000).u32(16).zeros(10 * 8);
        section(pe, ".text", 0x1000, 0x1000, TEXT, 0x6000_0020);
        section(pe, ".reloc", 16, 0x2000, RELOC, 0x4200_0040);
        pe.zeros(TEXT - pe.length());
        pe.u64(0xC3).u64(BASE + 0x1000).u32(BASE + 0x1004).zeros(RELOC - pe.length());
        pe.u32(0x1000).u32(16).u16(0xA008).u16(0x3010).u32(0);
        return pe.zeros(0x800 - pe.length());
    }

    private static void section(
            ByteWriter pe, String name, int bytes, int at, int raw, int characteristics) {
        pe.text(name).zeros(8 - name.length()).u32(bytes).u32(at).u32(0x200).u32(raw);
        pe.zeros(12).u32(characteristics);
    }
}
