package dev.lungo.cpu.fp;

/**
 * FSIN, FCOS, FSINCOS, FPTAN and FPATAN. SDM 2A under their names; SDM 1, "Approximation of Pi":
 * arguments are reduced by π to 66 bits, so that what is exact is the sine of x × π ÷ (π to 66
 * bits). Results are within a unit of the last place. An argument of 2^63 or more leaves C2 in
 * {@link FloatEnv#condition}, and no result.
 */
public final class ExtendedTrigonometry {
    private static final int MAX_EXPONENT = 63;

    // π/2 to 66 bits, in units of 2^-65: the manual's 0.C90FDAA2 2168C234 C × 2^2.
    private static final long HALF_PI_HIGH = 0x3;
    private static final long HALF_PI_LOW = 0x243F_6A88_85A3_08D3L;
    private static final int UNIT = -65;

    private ExtendedTrigonometry() {}

    /** FSIN. */
    public static void sine(FloatEnv env, int se, long sig) {
        if (begin(env, se, sig)) {
            if (sig == 0) {
                Extended.zero(env, Extended.negative(se));
                return;
            }
            int quadrant = reduce(env, se, sig);
            circular(env, quadrant);
            env.work.result.roundInexact(env);
        }
    }

    /** FCOS. */
    public static void cosine(FloatEnv env, int se, long sig) {
        if (begin(env, se, sig)) {
            if (sig == 0) {
                one(env);
                return;
            }
            int quadrant = reduce(env, se, sig);
            circular(env, quadrant + 1);
            env.work.result.roundInexact(env);
        }
    }

    /** FSINCOS: the sine is the second result, the cosine the first. */
    public static void sineAndCosine(FloatEnv env, int se, long sig) {
        if (!begin(env, se, sig)) {
            env.resultIsSecond();
            return;
        }
        if (sig == 0) {
            Extended.zero(env, Extended.negative(se));
            env.resultIsSecond();
            one(env);
            return;
        }
        int quadrant = reduce(env, se, sig);
        circular(env, quadrant);
        env.work.result.roundInexact(env);
        env.resultIsSecond();
        circular(env, quadrant + 1);
        env.work.result.roundInexact(env);
    }

    /** FPTAN: the tangent is the second result, and the first is one. */
    public static void tangent(FloatEnv env, int se, long sig) {
        if (!begin(env, se, sig)) {
            env.resultIsSecond();
            return;
        }
        if (sig == 0) {
            Extended.zero(env, Extended.negative(se));
        } else {
            Work work = env.work;
            int quadrant = reduce(env, se, sig);
            circular(env, quadrant + 1);
            work.other.set(work.result);
            circular(env, quadrant);
            work.result.divide(work.other, work.scratch);
            work.result.roundInexact(env);
        }
        env.resultIsSecond();
        boolean up = env.roundedUp;
        one(env);
        env.roundedUp = up;
    }

    private static void one(FloatEnv env) {
        env.roundedUp = false;
        env.result(Extended.BIAS, Extended.INTEGER_BIT);
    }

    /**
     * Deals with operands that are no finite number or out of range; whether there is more to do.
     */
    private static boolean begin(FloatEnv env, int se, long sig) {
        env.condition = 0;
        env.roundedUp = false;
        if (Extended.special(se, sig)) {
            Extended.propagate(env, se, sig);
            return false;
        }
        if (Extended.isInfinite(se, sig)) {
            Extended.invalid(env);
            return false;
        }
        if (Extended.exponentField(se) >= MAX_EXPONENT + Extended.BIAS) {
            env.condition = ExtendedComparison.C2;
            env.result(se, sig);
            return false;
        }
        Extended.denormal(env, se, sig);
        return true;
    }

    /** Leaves in {@code work.argument} what is left of x between ±π/4; returns the quadrant. */
    private static int reduce(FloatEnv env, int se, long sig) {
        Real argument = env.work.argument.setExtended(se, sig);
        if (argument.exponent < -1) {
            return 0;
        }
        // The remainder of |x|, in units, by long division of its 128 bits. It stays below 2^67.
        long bitsHigh = argument.high;
        int shift = argument.exponent - 63 - UNIT; // of the 64 bits: 1 to 64
        long numberHigh = shift == 64 ? bitsHigh : bitsHigh >>> -shift;
        long numberLow = shift == 64 ? 0 : bitsHigh << shift;
        long high = 0;
        long low = 0;
        long quotient = 0;
        for (int i = 127; i >= 0; i--) {
            long bit = (i > 63 ? numberHigh >>> (i - 64) : numberLow >>> i) & 1;
            high = high << 1 | low >>> 63;
            low = low << 1 | bit;
            quotient <<= 1;
            if (high > HALF_PI_HIGH
                    || (high == HALF_PI_HIGH && Long.compareUnsigned(low, HALF_PI_LOW) >= 0)) {
                high -= HALF_PI_HIGH + (Long.compareUnsigned(low, HALF_PI_LOW) < 0 ? 1 : 0);
                low -= HALF_PI_LOW;
                quotient++;
            }
        }
        boolean negative = argument.negative;
        // More than half of π/2 is a little less than the next multiple.
        long twiceHigh = high << 1 | low >>> 63;
        long twiceLow = low << 1;
        if (twiceHigh > HALF_PI_HIGH
                || (twiceHigh == HALF_PI_HIGH && Long.compareUnsigned(twiceLow, HALF_PI_LOW) > 0)) {
            high = HALF_PI_HIGH - high - (Long.compareUnsigned(HALF_PI_LOW, low) < 0 ? 1 : 0);
            low = HALF_PI_LOW - low;
            argument.negative = !negative;
            quotient++;
        }
        argument.setBits(127 + UNIT, high, low);
        return (int) (negative ? -quotient : quotient);
    }

    /** Makes {@code work.result} the sine of the argument and so many right angles. */
    private static void circular(FloatEnv env, int quadrant) {
        Work work = env.work;
        Real square = work.square.set(work.argument).multiply(work.argument);
        if ((quadrant & 1) == 0) {
            Series.SINE.at(square, work.result).multiply(work.argument);
        } else {
            Series.COSINE.at(square, work.result);
        }
        if ((quadrant & 2) != 0) {
            work.result.negate();
        }
    }

    /** FPATAN: the angle of the point (a, b), that is arctan(b ÷ a) in the right quadrant. */
    public static void arcTangent(FloatEnv env, int aSe, long aSig, int bSe, long bSig) {
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            Extended.propagate(env, aSe, aSig, bSe, bSig);
            return;
        }
        env.roundedUp = false;
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        boolean left = Extended.negative(aSe);
        boolean below = Extended.negative(bSe);
        boolean aInfinite = Extended.isInfinite(aSe, aSig);
        boolean bInfinite = Extended.isInfinite(bSe, bSig);
        Work work = env.work;
        Real angle = work.result;
        if (bSig == 0 || (aInfinite && !bInfinite)) {
            if (!left) {
                Extended.zero(env, below);
                return;
            }
            angle.set(Real.PI);
        } else if (aSig == 0 || (bInfinite && !aInfinite)) {
            angle.set(Real.PI).scale(-1);
        } else if (aInfinite) {
            angle.set(Real.PI).scale(-2);
            if (left) {
                angle.multiply(work.other.setInteger(3));
            }
        } else {
            angleOf(work, aSe, aSig, bSe, bSig);
        }
        angle.negative = below;
        angle.roundInexact(env);
    }

    /**
     * Makes {@code work.result} the angle of (|a|, |b|), or of its mirror image if a is negative.
     */
    private static void angleOf(Work work, int aSe, long aSig, int bSe, long bSig) {
        Real across = work.argument.setExtended(aSe & ~Extended.SIGN, aSig);
        Real up = work.result.setExtended(bSe & ~Extended.SIGN, bSig);
        boolean steep =
                up.exponent != across.exponent
                        ? up.exponent > across.exponent
                        : Long.compareUnsigned(up.high, across.high) > 0;
        // The tangent t, not above one, of the angle to the nearer axis.
        Real t = work.other;
        if (steep) {
            t.set(across).divide(up, work.scratch);
        } else {
            t.set(up).divide(across, work.scratch);
        }
        // Beyond tan π/8 ≈ 0.414 from the diagonal: arctan t = π/4 + arctan((t - 1) ÷ (t + 1)).
        boolean diagonal =
                t.exponent >= -1
                        || (t.exponent == -2 && Long.compareUnsigned(t.high, TAN_PI_8) > 0);
        if (diagonal) {
            work.argument.set(t).add(Real.ONE);
            t.subtract(Real.ONE).divide(work.argument, work.scratch);
        }
        Real square = work.square.set(t).multiply(t);
        Real angle = work.result;
        Series.ARC_TANGENT.at(square, angle).multiply(t);
        if (diagonal) {
            angle.add(work.square.set(Real.PI).scale(-2));
        }
        if (steep) {
            angle.negate().add(work.square.set(Real.PI).scale(-1));
        }
        if (Extended.negative(aSe)) {
            angle.negate().add(Real.PI);
        }
    }

    /** The significand of tan π/8, whose exponent is -2. */
    private static final long TAN_PI_8 = 0xD413_CCCF_E779_9211L;
}
