package dev.lungo.cpu.fp;

/**
 * The binary interchange formats of IEEE 754 and how their bits are read. SDM 1, "Floating-Point
 * Data Types" (table 4-2). Values of all of them travel in the low bits of a long.
 *
 * @param fractionBits the stored bits of the significand, without the implied one
 * @param bias of the exponent
 * @param maxExponent the biased exponent of infinities and NaNs
 */
record InterchangeFormat(int fractionBits, int bias, int maxExponent) {
    static final InterchangeFormat HALF = new InterchangeFormat(10, 15, 0x1F);
    static final InterchangeFormat SINGLE = new InterchangeFormat(23, 127, 0xFF);
    static final InterchangeFormat DOUBLE = new InterchangeFormat(52, 1023, 0x7FF);

    /** The bits of significand that a normal number has. */
    int precision() {
        return fractionBits + 1;
    }

    long quietBit() {
        return 1L << (fractionBits - 1);
    }

    long fractionMask() {
        return (1L << fractionBits) - 1;
    }

    long infinity() {
        return (long) maxExponent << fractionBits;
    }

    long signBit() {
        return (maxExponent + 1L) << fractionBits;
    }

    /** SDM 1, "QNaN Floating-Point Indefinite". */
    long defaultNaN() {
        return signBit() | infinity() | quietBit();
    }

    boolean negative(long x) {
        return (x & signBit()) != 0;
    }

    long magnitude(long x) {
        return x & (signBit() - 1);
    }

    long fraction(long x) {
        return x & fractionMask();
    }

    /** The biased exponent as stored. */
    int exponentField(long x) {
        return (int) (x >>> fractionBits) & maxExponent;
    }

    boolean isNaN(long x) {
        return magnitude(x) > infinity();
    }

    boolean isSignalling(long x) {
        return isNaN(x) && (x & quietBit()) == 0;
    }

    boolean isInfinite(long x) {
        return magnitude(x) == infinity();
    }

    boolean isZero(long x) {
        return magnitude(x) == 0;
    }

    boolean isDenormal(long x) {
        return magnitude(x) - 1 < fractionMask() && magnitude(x) != 0;
    }

    long zero(boolean negative) {
        return negative ? signBit() : 0;
    }

    long infinity(boolean negative) {
        return zero(negative) | infinity();
    }

    /** The power of two that the leading bit of a finite number other than zero has. */
    int exponent(long x) {
        int field = exponentField(x);
        if (field != 0) {
            return field - bias;
        }
        return 63 - Long.numberOfLeadingZeros(fraction(x)) - fractionBits + 1 - bias;
    }

    /** The significand of a finite number other than zero, its leading bit in bit 63. */
    long significand(long x) {
        if (exponentField(x) != 0) {
            return Long.MIN_VALUE | fraction(x) << (63 - fractionBits);
        }
        return fraction(x) << Long.numberOfLeadingZeros(fraction(x));
    }

    /**
     * Rounds ±significand × 2^(exponent - 63) into this format, whose bits it returns, and raises
     * what comes of it. SDM 1, "Floating-Point Exception Conditions": tininess is detected after
     * rounding; a tiny result raises UE if it is inexact too, or if UE is unmasked.
     *
     * @param significand with bit 63 set; bit 0 is sticky
     */
    long round(FloatEnv env, boolean negative, int exponent, long significand) {
        int dropped = 63 - fractionBits;
        long biased = (long) exponent + bias;
        long rounded = significand;
        if (biased <= 0) {
            boolean tiny =
                    biased < 0 || !Rounding.carries(env.rounding, negative, significand, dropped);
            if (tiny && (env.masks & FloatEnv.UE) == 0) {
                // There will be no result, and PE tells of rounding with an unbounded exponent.
                boolean inexact = significand << -dropped != 0;
                env.raise(inexact ? FloatEnv.UE | FloatEnv.PE : FloatEnv.UE);
                return zero(negative);
            }
            if (tiny && env.flushToZero) {
                env.raise(FloatEnv.UE | FloatEnv.PE);
                return zero(negative);
            }
            rounded = Wide.shiftRightSticky(significand, (int) Math.min(1 - biased, 64));
            if (tiny && rounded << -dropped != 0) {
                env.raise(FloatEnv.UE);
            }
            biased = 1; // of a denormal whose leading bit, bit 63, is clear
        }
        boolean up = Rounding.up(env.rounding, negative, rounded, dropped);
        boolean inexact = rounded << -dropped != 0;
        // The leading bit adds one to the exponent field, as does a carry out of the significand.
        long bits =
                biased >= maxExponent
                        ? infinity()
                        : ((biased - 1) << fractionBits) + (rounded >>> dropped) + (up ? 1 : 0);
        if (bits >= infinity()) {
            // As above: unmasked, an overflow need not be inexact.
            boolean exact = (env.masks & FloatEnv.OE) == 0 && significand << -dropped == 0;
            env.raise(exact ? FloatEnv.OE : FloatEnv.OE | FloatEnv.PE);
            env.roundedUp = Rounding.overflowsToInfinity(env.rounding, negative);
            return zero(negative) | (env.roundedUp ? infinity() : infinity() - 1);
        }
        if (inexact) {
            env.raise(FloatEnv.PE);
        }
        env.roundedUp = up;
        return zero(negative) | bits;
    }
}
