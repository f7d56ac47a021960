package dev.lungo.cpu.fp;

/**
 * RCPPS, RSQRTPS and their scalar and AVX forms.
 *
 * <p>SDM 2B, "RCPPS—Compute Reciprocals of Packed Single Precision Floating-Point Values" and
 * "RSQRTPS": the relative error is at most 1.5 × 2^-12, denormals count as zeros, tiny results are
 * zeros, no exception is raised and MXCSR does not matter. Within the bound every vendor, and
 * sometimes every generation, has other low bits; here the result is the true value rounded to 13
 * bits of significand, an error of at most 1.01 × 2^-13.
 */
public final class Approximation {
    private static final int INFINITY = 0x7F80_0000;
    private static final int SIGN = 0x8000_0000;
    private static final int QUIET = 0x0040_0000;
    private static final int DEFAULT_NAN = 0xFFC0_0000;

    private Approximation() {}

    /** About 1 ÷ a. */
    public static int reciprocal(int a) {
        int magnitude = a & ~SIGN;
        if (magnitude > INFINITY) {
            return a | QUIET;
        }
        if (magnitude < 1 << 23) {
            return (a & SIGN) | INFINITY;
        }
        int result = shorten(1 / (double) Float.intBitsToFloat(magnitude));
        return (a & SIGN) | (result < 1 << 23 ? 0 : result);
    }

    /** About 1 ÷ √a. */
    public static int reciprocalSquareRoot(int a) {
        int magnitude = a & ~SIGN;
        if (magnitude > INFINITY) {
            return a | QUIET;
        }
        if (magnitude < 1 << 23) {
            return (a & SIGN) | INFINITY;
        }
        if (a < 0) {
            return DEFAULT_NAN;
        }
        return shorten(1 / Math.sqrt(Float.intBitsToFloat(a)));
    }

    private static int shorten(double x) {
        return (Float.floatToRawIntBits((float) x) + 0x400) & -0x800;
    }
}
