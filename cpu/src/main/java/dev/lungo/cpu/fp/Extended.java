package dev.lungo.cpu.fp;

/**
 * Double extended precision, the format of x87's registers: a sign and a biased exponent of 15 bits
 * (together {@code signExponent}), and a significand of 64 bits with an explicit integer bit.
 *
 * <p>SDM 1, "x87 FPU Data Types" and "Unsupported Double Extended-Precision Floating-Point
 * Encodings and Pseudo-Denormals" (table 8-3). Results go to {@link FloatEnv#signExponent} and
 * {@link FloatEnv#significand}.
 */
public final class Extended {
    public static final int SIGN = 0x8000;
    public static final int MAX_EXPONENT = 0x7FFF;
    public static final int BIAS = 16383;

    /** The integer bit, which every number has that is neither zero nor denormal. */
    public static final long INTEGER_BIT = Long.MIN_VALUE;

    static final long QUIET_BIT = 1L << 62;

    /** The QNaN floating-point indefinite. */
    public static final int INDEFINITE_SIGN_EXPONENT = 0xFFFF;

    public static final long INDEFINITE_SIGNIFICAND = 0xC000_0000_0000_0000L;

    /** How an unmasked overflow or underflow displaces the exponent of its result. */
    private static final int WRAP = 24576;

    private Extended() {}

    static boolean negative(int signExponent) {
        return (signExponent & SIGN) != 0;
    }

    static int sign(boolean negative) {
        return negative ? SIGN : 0;
    }

    static int exponentField(int signExponent) {
        return signExponent & MAX_EXPONENT;
    }

    /** Unnormals, pseudo-infinities and pseudo-NaNs, which are invalid operands. */
    static boolean isUnsupported(int signExponent, long significand) {
        return significand >= 0 && exponentField(signExponent) != 0;
    }

    static boolean isNaN(int signExponent, long significand) {
        return exponentField(signExponent) == MAX_EXPONENT
                && significand < 0
                && significand != INTEGER_BIT;
    }

    static boolean isSignalling(int signExponent, long significand) {
        return isNaN(signExponent, significand) && (significand & QUIET_BIT) == 0;
    }

    static boolean isInfinite(int signExponent, long significand) {
        return exponentField(signExponent) == MAX_EXPONENT && significand == INTEGER_BIT;
    }

    static boolean isZero(int signExponent, long significand) {
        return significand == 0 && exponentField(signExponent) == 0;
    }

    /** Denormals and pseudo-denormals. */
    static boolean isDenormal(int signExponent, long significand) {
        return exponentField(signExponent) == 0 && significand != 0;
    }

    /** The power of two that the leading bit of a finite number other than zero has. */
    static int exponent(int signExponent, long significand) {
        return Math.max(exponentField(signExponent), 1)
                - BIAS
                - Long.numberOfLeadingZeros(significand);
    }

    /** The significand of a finite number other than zero, its leading bit in bit 63. */
    static long normalized(long significand) {
        return significand << Long.numberOfLeadingZeros(significand);
    }

    /** Raises IE; the result is the indefinite QNaN. */
    static void invalid(FloatEnv env) {
        env.raise(FloatEnv.IE);
        env.roundedUp = false;
        env.result(INDEFINITE_SIGN_EXPONENT, INDEFINITE_SIGNIFICAND);
    }

    static void zero(FloatEnv env, boolean negative) {
        env.roundedUp = false;
        env.result(sign(negative), 0);
    }

    static void infinity(FloatEnv env, boolean negative) {
        env.roundedUp = false;
        env.result(sign(negative) | MAX_EXPONENT, INTEGER_BIT);
    }

    /** Whether an operand is no number, which then decides the result: see {@link #propagate}. */
    static boolean special(int signExponent, long significand) {
        return isUnsupported(signExponent, significand) || isNaN(signExponent, significand);
    }

    /** The result of an operation on one operand that is {@link #special}. */
    static void propagate(FloatEnv env, int signExponent, long significand) {
        propagate(env, signExponent, significand, signExponent, significand);
    }

    /**
     * The result of an operation of whose operands one at least is {@link #special}. SDM 1, "Rules
     * for Handling NaNs" (table 4-7): of two quiet or two signalling NaNs that with the larger
     * significand, of one each the quiet one.
     */
    static void propagate(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (isUnsupported(aSe, aSig) || isUnsupported(bSe, bSig)) {
            invalid(env);
            return;
        }
        boolean aSignals = isSignalling(aSe, aSig);
        boolean bSignals = isSignalling(bSe, bSig);
        if (aSignals || bSignals) {
            env.raise(FloatEnv.IE);
        }
        boolean first;
        if (!isNaN(aSe, aSig) || !isNaN(bSe, bSig)) {
            first = isNaN(aSe, aSig);
        } else if (aSignals != bSignals) {
            first = bSignals;
        } else {
            int order = Long.compareUnsigned(aSig, bSig);
            first = order != 0 ? order > 0 : !negative(aSe);
        }
        env.roundedUp = false;
        env.result(first ? aSe : bSe, (first ? aSig : bSig) | QUIET_BIT);
    }

    static void denormals(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (isDenormal(aSe, aSig) || isDenormal(bSe, bSig) || env.denormalOperand) {
            env.raise(FloatEnv.DE);
        }
    }

    static void denormal(FloatEnv env, int signExponent, long significand) {
        denormals(env, signExponent, significand, signExponent, significand);
    }

    /**
     * Rounds ±(significand, rest) × 2^(exponent - 63) to so many bits of significand, in the
     * exponent range of this format, and raises what comes of it.
     *
     * @param significand with bit 63 set
     * @param rest the significand's bits below, the last of them sticky
     * @param precision 24, 53 or 64
     */
    static void round(
            FloatEnv env,
            boolean negative,
            int exponent,
            long significand,
            long rest,
            int precision) {
        long biased = (long) exponent + BIAS;
        long high = significand;
        long low = rest;
        if (biased <= 0) {
            boolean tiny =
                    biased < 0 || !carries(env.rounding, negative, significand, rest, precision);
            if (tiny && (env.masks & FloatEnv.UE) == 0) {
                env.raise(FloatEnv.UE);
                biased += WRAP;
                if (biased <= 0) { // FSCALE goes further than the wrap
                    env.raise(FloatEnv.PE);
                    zero(env, negative);
                    return;
                }
            } else {
                int shift = (int) Math.min(1 - biased, 128);
                low = Wide.shiftRightLowSticky(significand, rest, shift);
                high = Wide.shiftRightHigh(significand, shift);
                if (tiny && (low != 0 || (precision != 64 && high << precision != 0))) {
                    env.raise(FloatEnv.UE);
                }
                biased = 0;
            }
        }
        long kept = high;
        long fraction = low;
        if (precision != 64) {
            kept = high >>> -precision;
            fraction = high << precision | (low != 0 ? 1 : 0);
        }
        boolean up = InterchangeConversion.roundsUp(env.rounding, negative, kept, fraction);
        if (up) {
            kept++;
        }
        long result = kept << -precision; // by none where all 64 bits are kept
        if (up && result == 0) {
            result = INTEGER_BIT;
            biased++;
        } else if (biased == 0 && result < 0) {
            biased = 1; // a denormal that was rounded up to a normal number
        }
        if (biased >= MAX_EXPONENT) {
            env.raise(FloatEnv.OE);
            boolean masked = (env.masks & FloatEnv.OE) != 0;
            biased -= WRAP;
            if (masked || biased >= MAX_EXPONENT) { // FSCALE goes further than the wrap
                overflow(env, negative, precision, masked);
                return;
            }
        }
        if (fraction != 0) {
            env.raise(FloatEnv.PE);
        }
        env.roundedUp = up;
        env.result(sign(negative) | (int) biased, result);
    }

    private static void overflow(FloatEnv env, boolean negative, int precision, boolean masked) {
        env.raise(FloatEnv.PE);
        boolean toInfinity = !masked || Rounding.overflowsToInfinity(env.rounding, negative);
        if (toInfinity) {
            infinity(env, negative);
        } else {
            env.result(sign(negative) | (MAX_EXPONENT - 1), -1L << -precision);
        }
        env.roundedUp = toInfinity;
    }

    /** Whether rounding to this precision carries to the next power of two. */
    private static boolean carries(
            int rounding, boolean negative, long significand, long rest, int precision) {
        if (precision == 64) {
            return significand == -1
                    && InterchangeConversion.roundsUp(rounding, negative, significand, rest);
        }
        return Rounding.carries(
                rounding, negative, significand | (rest != 0 ? 1 : 0), 64 - precision);
    }
}
