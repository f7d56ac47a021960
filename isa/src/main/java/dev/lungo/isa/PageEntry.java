package dev.lungo.isa;

/**
 * Bits of paging-structure entries, in all formats. SDM 3A, "Paging" (tables 5-4 to 5-20).
 *
 * <p>Addresses: bits 51:12 of a 64-bit entry, 31:12 of a 32-bit one, cut to MAXPHYADDR.
 */
public final class PageEntry {
    // spotless:off
    public static final long P   = 1L << 0;
    public static final long RW  = 1L << 1;
    public static final long US  = 1L << 2;
    public static final long PWT = 1L << 3;
    public static final long PCD = 1L << 4;
    public static final long A   = 1L << 5;
    public static final long D   = 1L << 6;
    /** Maps a large page, in an entry that could refer to a table. */
    public static final long PS  = 1L << 7;
    /** The PAT bit of a 4-KByte page. */
    public static final long PAT = 1L << 7;
    public static final long G   = 1L << 8;
    /** The PAT bit of a large page. */
    public static final long PAT_LARGE = 1L << 12;
    public static final long XD  = 1L << 63;
    // spotless:on

    /** The physical address in a 64-bit entry before it is cut to MAXPHYADDR. */
    public static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;

    public static final int PROTECTION_KEY_SHIFT = 59;

    private PageEntry() {}
}
