package dev.lungo.cpu.fp;

/**
 * Arithmetic on interchange formats as SSE, AVX and FMA have it: every rounding mode, every
 * exception, NaNs by x86's rules. {@link Binary32} and {@link Binary64} come here for what the
 * host's own arithmetic cannot answer.
 *
 * <p>SDM 1, "Numeric Overflow" and its neighbours; "Rules for Handling NaNs" (table 4-7).
 */
final class InterchangeArithmetic {
    private InterchangeArithmetic() {}

    static long add(FloatEnv env, InterchangeFormat f, long a, long b, boolean subtract) {
        if (f.isNaN(a) || f.isNaN(b)) {
            return propagate(env, f, a, b);
        }
        long x = operand(env, f, a);
        long y = operand(env, f, b) ^ (subtract ? f.signBit() : 0);
        if (f.isInfinite(x) || f.isInfinite(y)) {
            if (f.isInfinite(x) && f.isInfinite(y) && x != y) {
                return invalid(env, f);
            }
            denormals(env, f, x, y);
            return f.isInfinite(x) ? x : y;
        }
        denormals(env, f, x, y);
        if (f.isZero(x) && f.isZero(y)) {
            return x == y ? x : f.zero(env.rounding == FloatEnv.DOWN);
        }
        if (f.isZero(x) || f.isZero(y)) {
            long sum = f.isZero(x) ? y : x;
            return f.round(env, f.negative(sum), f.exponent(sum), f.significand(sum));
        }
        if (f.magnitude(x) < f.magnitude(y)) {
            long swap = x;
            x = y;
            y = swap;
        }
        // With a bit of room at the top for the carry; the bits below are for rounding.
        int exponent = f.exponent(x) + 1;
        long high = f.significand(x) >>> 1;
        int shift = Math.min(f.exponent(x) - f.exponent(y), 64);
        long low = Wide.shiftRightSticky(f.significand(y) >>> 1, shift);
        long sum = f.negative(x) == f.negative(y) ? high + low : high - low;
        if (sum == 0) {
            return f.zero(env.rounding == FloatEnv.DOWN);
        }
        int leading = Long.numberOfLeadingZeros(sum);
        return f.round(env, f.negative(x), exponent - leading, sum << leading);
    }

    static long multiply(FloatEnv env, InterchangeFormat f, long a, long b) {
        if (f.isNaN(a) || f.isNaN(b)) {
            return propagate(env, f, a, b);
        }
        long x = operand(env, f, a);
        long y = operand(env, f, b);
        boolean negative = f.negative(x) != f.negative(y);
        if (f.isInfinite(x) || f.isInfinite(y)) {
            if (f.isZero(x) || f.isZero(y)) {
                return invalid(env, f);
            }
            denormals(env, f, x, y);
            return f.infinity(negative);
        }
        denormals(env, f, x, y);
        if (f.isZero(x) || f.isZero(y)) {
            return f.zero(negative);
        }
        int exponent = f.exponent(x) + f.exponent(y) + 1;
        long high = Math.unsignedMultiplyHigh(f.significand(x), f.significand(y));
        long low = f.significand(x) * f.significand(y);
        if (high > 0) { // the product of the significands is below two
            high = high << 1 | low >>> 63;
            low <<= 1;
            exponent--;
        }
        return f.round(env, negative, exponent, high | (low != 0 ? 1 : 0));
    }

    static long divide(FloatEnv env, InterchangeFormat f, long a, long b) {
        if (f.isNaN(a) || f.isNaN(b)) {
            return propagate(env, f, a, b);
        }
        long x = operand(env, f, a);
        long y = operand(env, f, b);
        boolean negative = f.negative(x) != f.negative(y);
        if ((f.isInfinite(x) && f.isInfinite(y)) || (f.isZero(x) && f.isZero(y))) {
            return invalid(env, f);
        }
        if (f.isInfinite(x) || f.isInfinite(y)) {
            denormals(env, f, x, y);
            return f.isInfinite(x) ? f.infinity(negative) : f.zero(negative);
        }
        if (f.isZero(y)) {
            env.raise(FloatEnv.ZE);
            return f.infinity(negative);
        }
        denormals(env, f, x, y);
        if (f.isZero(x)) {
            return f.zero(negative);
        }
        int exponent = f.exponent(x) - f.exponent(y);
        long dividend = f.significand(x);
        long divisor = f.significand(y);
        long high = dividend;
        long low = 0;
        if (Long.compareUnsigned(dividend, divisor) < 0) {
            exponent--;
        } else {
            low = high << 63;
            high >>>= 1;
        }
        long quotient = Wide.divide(high, low, divisor);
        boolean exact = quotient * divisor == low;
        return f.round(env, negative, exponent, quotient | (exact ? 0 : 1));
    }

    static long squareRoot(FloatEnv env, InterchangeFormat f, long a) {
        if (f.isNaN(a)) {
            return quiet(env, f, a);
        }
        long x = operand(env, f, a);
        if (f.isZero(x)) {
            return x;
        }
        if (f.negative(x)) {
            return invalid(env, f);
        }
        if (f.isInfinite(x)) {
            return x;
        }
        denormals(env, f, x, x);
        int exponent = f.exponent(x);
        boolean odd = (exponent & 1) != 0;
        long high = odd ? f.significand(x) : f.significand(x) >>> 1;
        long low = odd ? 0 : f.significand(x) << 63;
        long root = Wide.squareRoot(high, low);
        boolean exact = root * root == low && Math.unsignedMultiplyHigh(root, root) == high;
        return f.round(env, false, exponent >> 1, root | (exact ? 0 : 1));
    }

    /**
     * ±(a × b) ± c, rounded once. If several operands are NaNs, a goes before b and b before c. SDM
     * 1, "FMA Instruction Operand Order and Arithmetic Behavior" (table 14-17).
     */
    static long fusedMultiplyAdd(
            FloatEnv env,
            InterchangeFormat f,
            long a,
            long b,
            long c,
            boolean negateProduct,
            boolean negateAddend) {
        if (f.isNaN(a) || f.isNaN(b) || f.isNaN(c)) {
            if (f.isSignalling(a) || f.isSignalling(b) || f.isSignalling(c)) {
                env.raise(FloatEnv.IE);
            }
            return (f.isNaN(a) ? a : f.isNaN(b) ? b : c) | f.quietBit();
        }
        long x = operand(env, f, a);
        long y = operand(env, f, b);
        long z = operand(env, f, c) ^ (negateAddend ? f.signBit() : 0);
        boolean negative = f.negative(x) != f.negative(y) != negateProduct;
        if (f.isInfinite(x) || f.isInfinite(y)) {
            boolean opposed = f.isInfinite(z) && f.negative(z) != negative;
            if (f.isZero(x) || f.isZero(y) || opposed) {
                return invalid(env, f);
            }
            denormals(env, f, x, y, z);
            return f.infinity(negative);
        }
        denormals(env, f, x, y, z);
        if (f.isInfinite(z)) {
            return z;
        }
        if (f.isZero(x) || f.isZero(y)) {
            if (!f.isZero(z)) {
                return f.round(env, f.negative(z), f.exponent(z), f.significand(z));
            }
            return f.zero(negative == f.negative(z) ? negative : env.rounding == FloatEnv.DOWN);
        }
        // Both numbers as 128-bit significands whose bit 126 leads: the product's bits are exact,
        // and a bit is free for the carry.
        int exponent = f.exponent(x) + f.exponent(y) + 2;
        long high = Math.unsignedMultiplyHigh(f.significand(x), f.significand(y));
        long low = f.significand(x) * f.significand(y);
        if (high < 0) {
            low = low >>> 1 | high << 63;
            high >>>= 1;
        } else {
            exponent--;
        }
        if (f.isZero(z)) {
            return roundWide(env, f, negative, exponent, high, low);
        }
        boolean otherNegative = f.negative(z);
        int otherExponent = f.exponent(z) + 1;
        long otherHigh = f.significand(z) >>> 1;
        long otherLow = f.significand(z) << 63;
        boolean smaller =
                exponent != otherExponent
                        ? exponent < otherExponent
                        : high != otherHigh
                                ? high < otherHigh
                                : Long.compareUnsigned(low, otherLow) < 0;
        if (smaller) {
            long swap = high;
            high = otherHigh;
            otherHigh = swap;
            swap = low;
            low = otherLow;
            otherLow = swap;
            int swapExponent = exponent;
            exponent = otherExponent;
            otherExponent = swapExponent;
            boolean swapNegative = negative;
            negative = otherNegative;
            otherNegative = swapNegative;
        }
        int shift = Math.min(exponent - otherExponent, 128);
        otherLow = Wide.shiftRightLowSticky(otherHigh, otherLow, shift);
        otherHigh = Wide.shiftRightHigh(otherHigh, shift);
        if (negative == otherNegative) {
            low += otherLow;
            high += otherHigh + (Long.compareUnsigned(low, otherLow) < 0 ? 1 : 0);
        } else {
            high -= otherHigh + (Long.compareUnsigned(low, otherLow) < 0 ? 1 : 0);
            low -= otherLow;
        }
        if ((high | low) == 0) {
            return f.zero(env.rounding == FloatEnv.DOWN);
        }
        return roundWide(env, f, negative, exponent, high, low);
    }

    private static long roundWide(
            FloatEnv env,
            InterchangeFormat f,
            boolean negative,
            int exponent,
            long high,
            long low) {
        if (high == 0) {
            int leading = Long.numberOfLeadingZeros(low);
            return f.round(env, negative, exponent - 64 - leading, low << leading);
        }
        int leading = Long.numberOfLeadingZeros(high);
        long rest = low << leading;
        long top = leading == 0 ? high : high << leading | low >>> -leading;
        return f.round(env, negative, exponent - leading, top | (rest != 0 ? 1 : 0));
    }

    /**
     * MINSD and its like: the second operand unless the first is smaller. SDM 2B, "MINSD—Return
     * Minimum Scalar Double Precision Floating-Point Value".
     */
    static long minimum(FloatEnv env, InterchangeFormat f, long a, long b) {
        return extremum(env, f, a, b, Comparison.LESS);
    }

    /** MAXSD and its like: the second operand unless the first is greater. */
    static long maximum(FloatEnv env, InterchangeFormat f, long a, long b) {
        return extremum(env, f, a, b, Comparison.GREATER);
    }

    private static long extremum(FloatEnv env, InterchangeFormat f, long a, long b, int first) {
        int order = compare(env, f, a, b, true);
        return order == first ? operand(env, f, a) : operand(env, f, b);
    }

    /**
     * How a and b are ordered, as one of the constants of {@link Comparison}.
     *
     * @param signalling whether quiet NaNs raise IE too
     */
    static int compare(FloatEnv env, InterchangeFormat f, long a, long b, boolean signalling) {
        if (f.isNaN(a) || f.isNaN(b)) {
            if (signalling || f.isSignalling(a) || f.isSignalling(b)) {
                env.raise(FloatEnv.IE);
            }
            return Comparison.UNORDERED;
        }
        long x = operand(env, f, a);
        long y = operand(env, f, b);
        denormals(env, f, x, y);
        long first = f.negative(x) ? -f.magnitude(x) : f.magnitude(x);
        long second = f.negative(y) ? -f.magnitude(y) : f.magnitude(y);
        return first < second
                ? Comparison.LESS
                : first > second ? Comparison.GREATER : Comparison.EQUAL;
    }

    /** The operand as the operation sees it: DAZ applied. NaNs go through unchanged. */
    static long operand(FloatEnv env, InterchangeFormat f, long x) {
        return env.denormalsAreZeros && f.isDenormal(x) ? f.zero(f.negative(x)) : x;
    }

    static void denormals(FloatEnv env, InterchangeFormat f, long x, long y) {
        if (f.isDenormal(x) || f.isDenormal(y)) {
            env.raise(FloatEnv.DE);
        }
    }

    private static void denormals(FloatEnv env, InterchangeFormat f, long x, long y, long z) {
        denormals(env, f, x, y);
        denormals(env, f, z, z);
    }

    static long invalid(FloatEnv env, InterchangeFormat f) {
        env.raise(FloatEnv.IE);
        return f.defaultNaN();
    }

    /** A NaN made quiet; IE if it was not. */
    static long quiet(FloatEnv env, InterchangeFormat f, long nan) {
        if (f.isSignalling(nan)) {
            env.raise(FloatEnv.IE);
        }
        return nan | f.quietBit();
    }

    /** The result of an operation on two operands of which one at least is a NaN. */
    private static long propagate(FloatEnv env, InterchangeFormat f, long a, long b) {
        if (f.isSignalling(a) || f.isSignalling(b)) {
            env.raise(FloatEnv.IE);
        }
        return (f.isNaN(a) ? a : b) | f.quietBit();
    }
}
