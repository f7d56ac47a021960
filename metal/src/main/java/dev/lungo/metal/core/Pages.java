package dev.lungo.metal.core;

/** Pages of the hypervisor's own, for structures of the processor. They are never given back. */
public final class Pages {
    public static final int SIZE = 4096;

    private Pages() {}

    /** Consecutive pages of zeros, or 0 if there are not as many. */
    public static long take(int count) {
        return Lungo.pages(count);
    }
}
