package dev.lungo.cpu.fp;

/**
 * F2XM1, FYL2X and FYL2XP1. SDM 2A under their names, with their tables of special operands.
 * Results are within a unit of the last place.
 */
public final class ExtendedLogarithm {
    /** The significand of √2. */
    private static final long SQRT_2 = 0xB504_F333_F9DE_6484L;

    private ExtendedLogarithm() {}

    /**
     * F2XM1: 2^a - 1, for a between ±1. Beyond, where the result is undefined, it is the operand.
     */
    public static void powerLessOne(FloatEnv env, int se, long sig) {
        if (Extended.special(se, sig)) {
            Extended.propagate(env, se, sig);
            return;
        }
        env.roundedUp = false;
        Extended.denormal(env, se, sig);
        boolean negative = Extended.negative(se);
        if (Extended.isInfinite(se, sig)) {
            env.result(negative ? Extended.SIGN | Extended.BIAS : se, sig);
            return;
        }
        if (sig == 0) {
            env.result(se, sig);
            return;
        }
        if (Extended.exponentField(se) >= Extended.BIAS) {
            boolean minusOne = negative && sig == Extended.INTEGER_BIT && se == MINUS_ONE;
            env.result(minusOne ? MINUS_ONE - 1 : se, sig); // 2^-1 - 1, or 2^1 - 1
            return;
        }
        Work work = env.work;
        Real t = work.argument.setExtended(se, sig).multiply(Real.LN_2);
        Series.EXPONENTIAL.at(t, work.result).multiply(t);
        work.result.roundInexact(env);
    }

    private static final int MINUS_ONE = Extended.SIGN | Extended.BIAS;

    /** FYL2X: b × log2 a. */
    public static void logarithm(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        boolean negative = Extended.negative(bSe);
        boolean bInfinite = Extended.isInfinite(bSe, bSig);
        if (aSig == 0) {
            if (bSig == 0) {
                Extended.invalid(env);
                return;
            }
            if (!bInfinite) {
                env.raise(FloatEnv.ZE);
            }
            Extended.infinity(env, !negative);
            return;
        }
        if (Extended.negative(aSe)) {
            Extended.invalid(env);
            return;
        }
        boolean aIsOne = aSe == Extended.BIAS && aSig == Extended.INTEGER_BIT;
        boolean aInfinite = Extended.isInfinite(aSe, aSig);
        if ((aIsOne && bInfinite) || (aInfinite && bSig == 0)) {
            Extended.invalid(env);
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        boolean below = !aInfinite && Extended.exponent(aSe, aSig) < 0;
        if (aInfinite || bInfinite) {
            Extended.infinity(env, negative != below);
            return;
        }
        if (aIsOne || bSig == 0) {
            Extended.zero(env, negative != below);
            return;
        }
        Work work = env.work;
        Real m = work.argument.setExtended(aSe, aSig);
        boolean exact = logarithm(work, m);
        work.result.multiply(work.argument.setExtended(bSe, bSig));
        finish(env, exact);
    }

    /**
     * FYL2XP1: b × log2(a + 1). Defined for a above -1 + √½ and below √2 - 1; here also beyond, but
     * from -1 down it is a.
     */
    public static void logarithmOfNextToOne(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        boolean negative = Extended.negative(aSe) != Extended.negative(bSe);
        boolean aInfinite = Extended.isInfinite(aSe, aSig);
        boolean bInfinite = Extended.isInfinite(bSe, bSig);
        boolean outside = Extended.negative(aSe) && Extended.exponentField(aSe) >= Extended.BIAS;
        if ((aInfinite && Extended.negative(aSe))
                || (aSig == 0 && bInfinite)
                || (aInfinite && bSig == 0)) {
            Extended.invalid(env);
            return;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        if (outside) {
            env.roundedUp = false;
            env.result(aSe, aSig);
            return;
        }
        if (aInfinite || bInfinite) {
            Extended.infinity(env, negative);
            return;
        }
        if (aSig == 0 || bSig == 0) {
            Extended.zero(env, negative);
            return;
        }
        Work work = env.work;
        Real x = work.argument.setExtended(aSe, aSig);
        boolean exact = false;
        if (x.exponent < -2) {
            work.other.set(x).add(Real.TWO);
            logarithmOfRatio(work, x.divide(work.other, work.scratch));
        } else {
            exact = logarithm(work, x.add(Real.ONE));
        }
        work.result.multiply(work.argument.setExtended(bSe, bSig));
        finish(env, exact);
    }

    private static void finish(FloatEnv env, boolean exact) {
        if (exact) {
            env.work.result.round(env);
        } else {
            env.work.result.roundInexact(env);
        }
    }

    /** Makes {@code work.result} log2 m, changing m; returns whether m is a power of two. */
    private static boolean logarithm(Work work, Real m) {
        int power = m.exponent;
        m.exponent = 0;
        if (m.high == Long.MIN_VALUE && m.low == 0) {
            work.result.setInteger(power);
            return true;
        }
        if (Long.compareUnsigned(m.high, SQRT_2) > 0) {
            m.scale(-1);
            power++;
        }
        work.other.set(m).add(Real.ONE);
        logarithmOfRatio(work, m.subtract(Real.ONE).divide(work.other, work.scratch));
        work.result.add(work.other.setInteger(power));
        return false;
    }

    /** Makes {@code work.result} log2((1 + z) ÷ (1 - z)), which is 2 artanh z ÷ ln 2. */
    private static void logarithmOfRatio(Work work, Real z) {
        Real square = work.square.set(z).multiply(z);
        Series.AREA_TANGENT.at(square, work.result).multiply(z).multiply(Real.LOG2_OF_E).scale(1);
    }
}
