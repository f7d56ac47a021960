package dev.lungo.isa;

/**
 * Bits of CR3. SDM 3A, "Control Registers" and "Use of CR3 with 4-Level Paging and 5-Level Paging".
 */
public final class Cr3 {
    // spotless:off
    public static final long PWT = 1L << 3;
    public static final long PCD = 1L << 4;
    /** The process-context identifier, while CR4.PCIDE is set. */
    public static final long PCID = 0xFFF;
    /** In the operand of MOV to CR3 while CR4.PCIDE is set: keep the cached translations. */
    public static final long NO_FLUSH = 1L << 63;
    // spotless:on

    private Cr3() {}
}
