package dev.lungo.metal.core;

/** What the image finds around it; the toolchain's package comment has the contract. */
public final class Lungo {
    private Lungo() {}

    // spotless:off
    public static native int  bootKind();
    public static native long bootInfo();
    public static native long imageHandle();
    public static native long rangeStart();
    public static native long rangeEnd();
    public static native long pages(int count);
    public static native long poolLeft();
    public static native long configStart();
    public static native int  configBytes();
    public static native long efiCall(long function, long a, long b, long c, long d, long e, long f);
    public static native void exitStatus(long status);
    public static native void stayResident();
    // spotless:on
}
