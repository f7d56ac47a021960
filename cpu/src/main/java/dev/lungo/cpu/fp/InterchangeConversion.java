package dev.lungo.cpu.fp;

/**
 * Conversions between interchange formats and integers, and rounding to an integral value.
 *
 * <p>SDM 1, "SSE Conversion Instructions"; "Integer Indefinite" in "Packed/Scalar Integer Data".
 */
final class InterchangeConversion {
    private InterchangeConversion() {}

    /** A two's complement integer, rounded into the format. */
    static long fromInteger(FloatEnv env, InterchangeFormat f, long value) {
        if (value == 0) {
            return 0;
        }
        long magnitude = Math.abs(value);
        int leading = Long.numberOfLeadingZeros(magnitude);
        return f.round(env, value < 0, 63 - leading, magnitude << leading);
    }

    /**
     * A number as a two's complement integer. What has none raises IE and becomes the most negative
     * one, "integer indefinite".
     *
     * @param bits of the integer, 16, 32 or 64; the result is sign-extended
     */
    static long toInteger(FloatEnv env, InterchangeFormat f, long a, int bits, int rounding) {
        long indefinite = -1L << (bits - 1);
        long x = InterchangeArithmetic.operand(env, f, a);
        if (f.isZero(x)) {
            return 0;
        }
        if (f.isNaN(x) || f.isInfinite(x)) {
            env.raise(FloatEnv.IE);
            return indefinite;
        }
        return toInteger(
                env, f.negative(x), f.exponent(x), f.significand(x), bits, rounding, indefinite);
    }

    /** The same for ±significand × 2^(exponent - 63), where the significand's bit 63 is set. */
    static long toInteger(
            FloatEnv env,
            boolean negative,
            int exponent,
            long significand,
            int bits,
            int rounding,
            long indefinite) {
        if (exponent > 63) {
            env.raise(FloatEnv.IE);
            return indefinite;
        }
        // Sixty-four bits of integer and as many of fraction, so that no rounding overflows it.
        int shift = 63 - exponent;
        long integer = shift > 63 ? 0 : significand >>> shift;
        long fraction = Wide.shiftRightLowSticky(significand, 0, Math.min(shift, 127));
        boolean up = roundsUp(rounding, negative, integer, fraction);
        if (up) {
            integer++;
        }
        long limit = 1L << (bits - 1);
        boolean fits =
                !(up && integer == 0)
                        && (negative
                                ? Long.compareUnsigned(integer, limit) <= 0
                                : Long.compareUnsigned(integer, limit) < 0);
        if (!fits) {
            env.raise(FloatEnv.IE);
            env.roundedUp = false;
            return indefinite;
        }
        if (fraction != 0) {
            env.raise(FloatEnv.PE);
        }
        env.roundedUp = up;
        return negative ? -integer : integer;
    }

    /** Whether an integer with a binary fraction is rounded away from zero. */
    static boolean roundsUp(int rounding, boolean negative, long integer, long fraction) {
        return switch (rounding) {
            case FloatEnv.NEAREST -> fraction < 0 && (fraction << 1 != 0 || (integer & 1) != 0);
            case FloatEnv.DOWN -> negative && fraction != 0;
            case FloatEnv.UP -> !negative && fraction != 0;
            default -> false;
        };
    }

    /**
     * The integral value that a number is rounded to, in its own format.
     *
     * @param suppressPrecision whether inexactness goes unreported
     */
    static long roundToIntegral(
            FloatEnv env, InterchangeFormat f, long a, int rounding, boolean suppressPrecision) {
        if (f.isNaN(a)) {
            return InterchangeArithmetic.quiet(env, f, a);
        }
        long x = InterchangeArithmetic.operand(env, f, a);
        if (f.isZero(x) || f.isInfinite(x) || f.exponent(x) >= f.fractionBits()) {
            return x;
        }
        boolean negative = f.negative(x);
        int shift = 63 - Math.max(f.exponent(x), -1);
        long integer = shift > 63 ? 0 : f.significand(x) >>> shift;
        long fraction =
                Wide.shiftRightLowSticky(f.significand(x), 0, 63 - Math.max(f.exponent(x), -64));
        if (fraction != 0 && !suppressPrecision) {
            env.raise(FloatEnv.PE);
        }
        if (roundsUp(rounding, negative, integer, fraction)) {
            integer++;
        }
        if (integer == 0) {
            return f.zero(negative);
        }
        int leading = Long.numberOfLeadingZeros(integer);
        long significand = integer << leading >>> (63 - f.fractionBits());
        return f.zero(negative)
                | ((long) (62 - leading + f.bias()) << f.fractionBits()) + significand;
    }

    /** A number of one format in another: NaNs keep their sign and their payload's high bits. */
    static long convert(FloatEnv env, InterchangeFormat from, InterchangeFormat to, long a) {
        if (from.isNaN(a)) {
            long quiet = InterchangeArithmetic.quiet(env, from, a);
            return to.infinity(from.negative(a)) | payload(from, to, quiet);
        }
        long x = InterchangeArithmetic.operand(env, from, a);
        boolean negative = from.negative(x);
        if (from.isZero(x)) {
            return to.zero(negative);
        }
        if (from.isInfinite(x)) {
            return to.infinity(negative);
        }
        InterchangeArithmetic.denormals(env, from, x, x);
        return to.round(env, negative, from.exponent(x), from.significand(x));
    }

    private static long payload(InterchangeFormat from, InterchangeFormat to, long nan) {
        int wider = to.fractionBits() - from.fractionBits();
        return wider >= 0 ? from.fraction(nan) << wider : from.fraction(nan) >>> -wider;
    }
}
