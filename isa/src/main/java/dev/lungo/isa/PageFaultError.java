package dev.lungo.isa;

/** Bits of the page-fault error code. SDM 3A, "Page-Fault Error Code". */
public final class PageFaultError {
    // spotless:off
    public static final int P   = 1 << 0;
    public static final int WR  = 1 << 1;
    public static final int US  = 1 << 2;
    public static final int RSVD = 1 << 3;
    public static final int ID  = 1 << 4;
    public static final int PK  = 1 << 5;
    public static final int SS  = 1 << 6;
    public static final int HLAT = 1 << 7;
    public static final int SGX = 1 << 15;
    // spotless:on

    private PageFaultError() {}
}
