package dev.lungo.cpu.fp;

/**
 * x87's basic arithmetic: rounded to {@link FloatEnv#precision} bits of significand, whatever the
 * operands have.
 *
 * <p>SDM 2A, "FADD/FADDP/FIADD", "FSUB", "FMUL", "FDIV", "FSQRT", with their tables of special
 * operands. Operands are pairs of sign and exponent, and significand; results go to {@link
 * FloatEnv#signExponent} and {@link FloatEnv#significand}.
 */
public final class ExtendedArithmetic {
    private ExtendedArithmetic() {}

    /** a + b. */
    public static void add(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        addNumbers(env, aSe, aSig, bSe, bSig);
    }

    /** a - b. */
    public static void subtract(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        addNumbers(env, aSe, aSig, bSe ^ Extended.SIGN, bSig);
    }

    private static void addNumbers(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        boolean aInfinite = Extended.isInfinite(aSe, aSig);
        boolean bInfinite = Extended.isInfinite(bSe, bSig);
        if (aInfinite && bInfinite && aSe != bSe) {
            Extended.invalid(env);
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        if (aInfinite || bInfinite) {
            Extended.infinity(env, Extended.negative(aInfinite ? aSe : bSe));
            return;
        }
        boolean negative = Extended.negative(aSe);
        boolean same = negative == Extended.negative(bSe);
        if (aSig == 0 && bSig == 0) {
            Extended.zero(env, same ? negative : env.rounding == FloatEnv.DOWN);
            return;
        }
        if (aSig == 0 || bSig == 0) {
            int se = aSig == 0 ? bSe : aSe;
            long sig = aSig == 0 ? bSig : aSig;
            round(
                    env,
                    Extended.negative(se),
                    Extended.exponent(se, sig),
                    Extended.normalized(sig),
                    0);
            return;
        }
        int exponent = Extended.exponent(aSe, aSig);
        int lesser = Extended.exponent(bSe, bSig);
        long high = Extended.normalized(aSig);
        long other = Extended.normalized(bSig);
        boolean swap =
                exponent != lesser ? exponent < lesser : Long.compareUnsigned(high, other) < 0;
        if (swap) {
            int e = exponent;
            exponent = lesser;
            lesser = e;
            long s = high;
            high = other;
            other = s;
            negative = Extended.negative(bSe);
        }
        int shift = Math.min(exponent - lesser, 128);
        long otherLow = Wide.shiftRightLowSticky(other, 0, shift);
        long otherHigh = Wide.shiftRightHigh(other, shift);
        if (same) {
            long sum = high + otherHigh;
            if (Long.compareUnsigned(sum, high) < 0) {
                long low = sum << 63 | otherLow >>> 1 | (otherLow & 1);
                round(env, negative, exponent + 1, sum >>> 1 | Extended.INTEGER_BIT, low);
            } else {
                round(env, negative, exponent, sum, otherLow);
            }
            return;
        }
        long difference = high - otherHigh - (otherLow != 0 ? 1 : 0);
        long low = -otherLow;
        if ((difference | low) == 0) {
            Extended.zero(env, env.rounding == FloatEnv.DOWN);
            return;
        }
        if (difference == 0) {
            difference = low;
            low = 0;
            exponent -= 64;
        }
        int leading = Long.numberOfLeadingZeros(difference);
        if (leading != 0) {
            difference = difference << leading | low >>> -leading;
            low <<= leading;
        }
        round(env, negative, exponent - leading, difference, low);
    }

    /** a × b. */
    public static void multiply(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        boolean negative = ((aSe ^ bSe) & Extended.SIGN) != 0;
        if (Extended.isInfinite(aSe, aSig) || Extended.isInfinite(bSe, bSig)) {
            if (aSig == 0 || bSig == 0) {
                Extended.invalid(env);
                return;
            }
            Extended.denormals(env, aSe, aSig, bSe, bSig);
            Extended.infinity(env, negative);
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        if (aSig == 0 || bSig == 0) {
            Extended.zero(env, negative);
            return;
        }
        int exponent = Extended.exponent(aSe, aSig) + Extended.exponent(bSe, bSig) + 1;
        long x = Extended.normalized(aSig);
        long y = Extended.normalized(bSig);
        long high = Math.unsignedMultiplyHigh(x, y);
        long low = x * y;
        if (high > 0) { // the product of the significands is below two
            high = high << 1 | low >>> 63;
            low <<= 1;
            exponent--;
        }
        round(env, negative, exponent, high, low);
    }

    /** a ÷ b. */
    public static void divide(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        boolean negative = ((aSe ^ bSe) & Extended.SIGN) != 0;
        boolean aInfinite = Extended.isInfinite(aSe, aSig);
        boolean bInfinite = Extended.isInfinite(bSe, bSig);
        if ((aInfinite && bInfinite) || (aSig == 0 && bSig == 0)) {
            Extended.invalid(env);
            return;
        }
        if (aInfinite) {
            Extended.denormals(env, aSe, aSig, bSe, bSig);
            Extended.infinity(env, negative);
            return;
        }
        if (bSig == 0) {
            env.raise(FloatEnv.ZE);
            Extended.infinity(env, negative);
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        if (aSig == 0 || bInfinite) {
            Extended.zero(env, negative);
            return;
        }
        int exponent = Extended.exponent(aSe, aSig) - Extended.exponent(bSe, bSig);
        long high = Extended.normalized(aSig);
        long divisor = Extended.normalized(bSig);
        long low = 0;
        if (Long.compareUnsigned(high, divisor) < 0) {
            exponent--;
        } else {
            low = high << 63;
            high >>>= 1;
        }
        long quotient = Wide.divide(high, low, divisor);
        long remainder = low - quotient * divisor;
        round(env, negative, exponent, quotient, fraction(remainder, divisor));
    }

    /** √a. */
    public static void squareRoot(FloatEnv env, int se, long sig) {
        if (Extended.special(se, sig)) {
            Extended.propagate(env, se, sig);
            return;
        }
        if (sig == 0) {
            Extended.zero(env, Extended.negative(se));
            return;
        }
        if (Extended.negative(se)) {
            Extended.invalid(env);
            return;
        }
        if (Extended.isInfinite(se, sig)) {
            Extended.infinity(env, false);
            return;
        }
        Extended.denormal(env, se, sig);
        int exponent = Extended.exponent(se, sig);
        long x = Extended.normalized(sig);
        boolean odd = (exponent & 1) != 0;
        long high = odd ? x : x >>> 1;
        long low = odd ? 0 : x << 63;
        long root = Wide.squareRoot(high, low);
        long square = root * root;
        boolean exact = square == low && Math.unsignedMultiplyHigh(root, root) == high;
        // The next bit is set if what is left over exceeds the root; it cannot be a tie.
        long rest = low - square;
        boolean restExceedsWord =
                high
                                - Math.unsignedMultiplyHigh(root, root)
                                - (Long.compareUnsigned(low, square) < 0 ? 1 : 0)
                        != 0;
        boolean half = restExceedsWord || Long.compareUnsigned(rest, root) > 0;
        round(env, false, exponent >> 1, root, exact ? 0 : half ? Long.MIN_VALUE | 1 : 1);
    }

    /** remainder ÷ divisor as far as rounding looks: its first bit, and whether there are more. */
    private static long fraction(long remainder, long divisor) {
        if (remainder == 0) {
            return 0;
        }
        // Twice the remainder against the divisor, without the carry.
        int order = Long.compareUnsigned(remainder, divisor - remainder);
        return order < 0 ? 1 : order == 0 ? Long.MIN_VALUE : Long.MIN_VALUE | 1;
    }

    private static void round(
            FloatEnv env, boolean negative, int exponent, long significand, long rest) {
        Extended.round(env, negative, exponent, significand, rest, env.precision);
    }
}
