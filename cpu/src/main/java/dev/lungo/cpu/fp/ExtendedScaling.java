package dev.lungo.cpu.fp;

/**
 * FRNDINT, FSCALE and FXTRACT. SDM 2A under their names; "FSCALE Results" (table 3-30). Precision
 * control does not apply.
 */
public final class ExtendedScaling {
    private ExtendedScaling() {}

    /** FRNDINT: a rounded to an integral value. */
    public static void roundToIntegral(FloatEnv env, int se, long sig) {
        if (Extended.special(se, sig)) {
            Extended.propagate(env, se, sig);
            return;
        }
        env.roundedUp = false;
        Extended.denormal(env, se, sig);
        int exponent = sig == 0 ? 0 : Extended.exponent(se, sig);
        if (sig == 0 || exponent >= 63) { // infinities too
            env.result(se, sig);
            return;
        }
        boolean negative = Extended.negative(se);
        long x = Extended.normalized(sig);
        int shift = 63 - Math.max(exponent, -2);
        long integer = Wide.shiftRightHigh(x, shift);
        long fraction = Wide.shiftRightLowSticky(x, 0, shift);
        boolean up = InterchangeConversion.roundsUp(env.rounding, negative, integer, fraction);
        if (up) {
            integer++;
        }
        if (fraction != 0) {
            env.raise(FloatEnv.PE);
        }
        ExtendedConversion.fromInteger(env, integer);
        if (integer < 0) { // 2^63
            env.signExponent = Extended.BIAS + 63;
        }
        env.signExponent |= Extended.sign(negative);
        env.roundedUp = up;
    }

    /** FSCALE: a × 2^b, where b is truncated to an integer. */
    public static void scale(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        boolean negative = Extended.negative(aSe);
        boolean down = Extended.negative(bSe);
        if (Extended.isInfinite(bSe, bSig)) {
            boolean undone = down ? Extended.isInfinite(aSe, aSig) : aSig == 0;
            if (undone) {
                Extended.invalid(env);
                return;
            }
            Extended.denormals(env, aSe, aSig, bSe, bSig);
            if (down) {
                Extended.zero(env, negative);
            } else {
                Extended.infinity(env, negative);
            }
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        if (aSig == 0 || Extended.isInfinite(aSe, aSig)) {
            env.roundedUp = false;
            env.result(aSe, aSig);
            return;
        }
        int magnitude = 0;
        if (bSig != 0 && Extended.exponent(bSe, bSig) >= 0) {
            int exponent = Extended.exponent(bSe, bSig);
            // Beyond 2^16 every number overflows or underflows, wrapped or not.
            magnitude =
                    exponent > 16 ? 1 << 17 : (int) (Extended.normalized(bSig) >>> (63 - exponent));
        }
        Extended.round(
                env,
                negative,
                Extended.exponent(aSe, aSig) + (down ? -magnitude : magnitude),
                Extended.normalized(aSig),
                0,
                64);
    }

    /**
     * FXTRACT: the exponent of a, which is to replace it, as second result, and its significand,
     * which is to be pushed, as first.
     */
    public static void extract(FloatEnv env, int se, long sig) {
        if (Extended.special(se, sig)) {
            Extended.propagate(env, se, sig);
            env.resultIsSecond();
            return;
        }
        boolean negative = Extended.negative(se);
        if (sig == 0) {
            env.raise(FloatEnv.ZE);
            Extended.infinity(env, true);
            env.resultIsSecond();
            Extended.zero(env, negative);
            return;
        }
        if (Extended.isInfinite(se, sig)) {
            Extended.infinity(env, false);
            env.resultIsSecond();
            Extended.infinity(env, negative);
            return;
        }
        Extended.denormal(env, se, sig);
        ExtendedConversion.fromInteger(env, Extended.exponent(se, sig));
        env.resultIsSecond();
        env.result(Extended.sign(negative) | Extended.BIAS, Extended.normalized(sig));
    }
}
