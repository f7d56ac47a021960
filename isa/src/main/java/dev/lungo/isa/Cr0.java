package dev.lungo.isa;

/** Bits of CR0. SDM 3A, "Control Registers". */
public final class Cr0 {
    // spotless:off
    public static final long PE = 1L << 0;
    public static final long MP = 1L << 1;
    public static final long EM = 1L << 2;
    public static final long TS = 1L << 3;
    /** Extension type, always 1 since the Pentium. */
    public static final long ET = 1L << 4;
    public static final long NE = 1L << 5;
    public static final long WP = 1L << 16;
    public static final long AM = 1L << 18;
    public static final long NW = 1L << 29;
    public static final long CD = 1L << 30;
    public static final long PG = 1L << 31;
    // spotless:on

    /** Every bit with a meaning; the others of the low 32 read as zero. */
    public static final long DEFINED = PE | MP | EM | TS | ET | NE | WP | AM | NW | CD | PG;

    /** After RESET. SDM 3A, "Processor State After Reset" (table 10-1). */
    public static final long AFTER_RESET = CD | NW | ET;

    private Cr0() {}
}
