package dev.lungo.isa;

/** Bits of DR6, the debug status register. SDM 3B, "Debug Status Register (DR6)". */
public final class Dr6 {
    // spotless:off
    public static final long B0  = 1L << 0;
    public static final long B1  = 1L << 1;
    public static final long B2  = 1L << 2;
    public static final long B3  = 1L << 3;
    /** Clear when a bus lock was trapped. */
    public static final long BLD = 1L << 11;
    public static final long BD  = 1L << 13;
    public static final long BS  = 1L << 14;
    public static final long BT  = 1L << 15;
    /** Clear when the exception was raised inside a transactional region. */
    public static final long RTM = 1L << 16;
    // spotless:on

    /** The bits that read as one where neither RTM nor bus-lock detection exists. */
    public static final long FIXED = 0xFFFF_0FF0L;

    /** The bits that can be set where neither RTM nor bus-lock detection exists. */
    public static final long WRITABLE = B0 | B1 | B2 | B3 | BD | BS | BT;

    private Dr6() {}
}
