package dev.lungo.isa;

/**
 * Bits of IA32_EFER. SDM 3A, "Extended Feature Enable Register"; APM 2, "Extended Feature Enable
 * Register (EFER)" for those from SVME on.
 */
public final class Efer {
    // spotless:off
    public static final long SCE   = 1L << 0;
    public static final long LME   = 1L << 8;
    public static final long LMA   = 1L << 10;
    public static final long NXE   = 1L << 11;
    public static final long SVME  = 1L << 12;
    public static final long LMSLE = 1L << 13;
    public static final long FFXSR = 1L << 14;
    public static final long TCE   = 1L << 15;
    // spotless:on

    private Efer() {}
}
