package dev.lungo.isa;

/** Bits and fields of DR7, the debug control register. SDM 3B, "Debug Control Register (DR7)". */
public final class Dr7 {
    // spotless:off
    public static final long L0  = 1L << 0;
    public static final long G0  = 1L << 1;
    public static final long L1  = 1L << 2;
    public static final long G1  = 1L << 3;
    public static final long L2  = 1L << 4;
    public static final long G2  = 1L << 5;
    public static final long L3  = 1L << 6;
    public static final long G3  = 1L << 7;
    public static final long LE  = 1L << 8;
    public static final long GE  = 1L << 9;
    /** Bit 10 reads as one; so DR7 is 400h after reset. */
    public static final long FIXED = 1L << 10;
    public static final long RTM = 1L << 11;
    public static final long GD  = 1L << 13;
    // spotless:on

    /** Values of R/W0 to R/W3. */
    public static final int EXECUTE = 0b00;

    public static final int WRITE = 0b01;

    /** I/O reads and writes, while CR4.DE is set. */
    public static final int IO = 0b10;

    public static final int READ_WRITE = 0b11;

    private Dr7() {}

    /** Whether breakpoint {@code n}, 0 to 3, is enabled, locally or globally. */
    public static boolean enabled(long dr7, int n) {
        return ((dr7 >>> (2 * n)) & 0b11) != 0;
    }

    /** R/Wn of breakpoint {@code n}. */
    public static int condition(long dr7, int n) {
        return (int) (dr7 >>> (16 + 4 * n)) & 0b11;
    }

    /** LENn of breakpoint {@code n}, as a width in bytes: 1, 2, 4 or 8. */
    public static int bytes(long dr7, int n) {
        return switch ((int) (dr7 >>> (18 + 4 * n)) & 0b11) {
            case 0b00 -> 1;
            case 0b01 -> 2;
            case 0b10 -> 8;
            default -> 4;
        };
    }
}
