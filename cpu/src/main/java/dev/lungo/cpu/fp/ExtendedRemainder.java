package dev.lungo.cpu.fp;

/**
 * FPREM and FPREM1. SDM 2A, "FPREM—Partial Remainder" and "FPREM1—Partial Remainder" with its
 * "FPREM Results" (tables 3-27 and 3-28). The result is exact, and precision control does not
 * apply. {@link FloatEnv#condition} gets C0, C3 and C1 from the low bits of the quotient, and C2
 * where the reduction is not complete.
 */
public final class ExtendedRemainder {
    private ExtendedRemainder() {}

    /** FPREM: a - b × q, where q is a ÷ b truncated. */
    public static void truncating(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        remainder(env, aSe, aSig, bSe, bSig, false);
    }

    /** FPREM1, the remainder of IEEE 754: q is a ÷ b rounded to nearest, and to even if halfway. */
    public static void nearest(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        remainder(env, aSe, aSig, bSe, bSig, true);
    }

    private static void remainder(
            FloatEnv env, int aSe, long aSig, int bSe, long bSig, boolean nearest) {
        env.condition = 0;
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        if (Extended.isInfinite(aSe, aSig) || bSig == 0) {
            Extended.invalid(env);
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        boolean negative = Extended.negative(aSe);
        if (aSig == 0) {
            Extended.zero(env, negative);
            return;
        }
        int exponent = Extended.exponent(aSe, aSig);
        long rest = Extended.normalized(aSig);
        if (Extended.isInfinite(bSe, bSig)) {
            finish(env, negative, exponent, rest);
            return;
        }
        int divisorExponent = Extended.exponent(bSe, bSig);
        long divisor = Extended.normalized(bSig);
        int distance = exponent - divisorExponent;
        if (distance < (nearest ? -1 : 0)) {
            finish(env, negative, exponent, rest);
            return;
        }
        if (distance > 63) {
            env.condition = ExtendedComparison.C2;
            // The manual leaves open by how much, 32 to 63 bits; what is left has 32 to 63 to go.
            int reduced = 32 + (distance & 31);
            long left = reduce(rest, divisor, reduced, false);
            finish(env, negative, exponent - reduced, left);
            return;
        }
        if (distance == -1) { // only to see on which side of half the divisor it is
            if (Long.compareUnsigned(rest, divisor) <= 0) {
                finish(env, negative, exponent, rest);
            } else {
                // 2b - a in units of a's last place; the quotient is one.
                env.condition = ExtendedComparison.C1;
                finish(env, !negative, exponent, (divisor - rest) + divisor);
            }
            return;
        }
        long left = reduce(rest, divisor, distance, false);
        long quotient = reduce(rest, divisor, distance, true);
        if (nearest) {
            int half = Long.compareUnsigned(left, divisor - left);
            if (half > 0 || (half == 0 && (quotient & 1) != 0)) {
                left = divisor - left;
                negative = !negative;
                quotient++;
            }
        }
        env.condition =
                ((quotient & 1) != 0 ? ExtendedComparison.C1 : 0)
                        | ((quotient & 2) != 0 ? ExtendedComparison.C3 : 0)
                        | ((quotient & 4) != 0 ? ExtendedComparison.C0 : 0);
        if (left == 0) {
            Extended.zero(env, Extended.negative(aSe));
        } else {
            finish(env, negative, divisorExponent, left);
        }
    }

    /** The remainder of rest × 2^bits by the divisor, or the low 64 bits of the quotient. */
    private static long reduce(long rest, long divisor, int bits, boolean quotient) {
        long first = Long.compareUnsigned(rest, divisor) >= 0 ? 1 : 0;
        long high = first != 0 ? rest - divisor : rest;
        long low = high << bits;
        high = bits == 0 ? 0 : high >>> -bits;
        long q = Wide.divide(high, low, divisor);
        return quotient ? (first << bits) + q : low - q * divisor;
    }

    private static void finish(FloatEnv env, boolean negative, int exponent, long significand) {
        if (significand == 0) {
            Extended.zero(env, negative);
            return;
        }
        int leading = Long.numberOfLeadingZeros(significand);
        Extended.round(env, negative, exponent - leading, significand << leading, 0, 64);
    }
}
