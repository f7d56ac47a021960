package dev.lungo.cpu.fp;

/** FCOM, FUCOM and their like, FTST, FXAM. SDM 2A under their names. */
public final class ExtendedComparison {
    // Condition codes, where the status word has them.
    public static final int C0 = 1 << 8;
    public static final int C1 = 1 << 9;
    public static final int C2 = 1 << 10;
    public static final int C3 = 1 << 14;

    private ExtendedComparison() {}

    /**
     * How a and b are ordered, as one of the constants of {@link Comparison}.
     *
     * @param signalling whether quiet NaNs raise IE too: for FCOM, not for FUCOM
     */
    public static int compare(
            FloatEnv env, int aSe, long aSig, int bSe, long bSig, boolean signalling) {
        env.roundedUp = false;
        if (Extended.special(aSe, aSig) || Extended.special(bSe, bSig)) {
            boolean quiet = isQuietOrNumber(aSe, aSig) && isQuietOrNumber(bSe, bSig) && !signalling;
            if (!quiet) {
                env.raise(FloatEnv.IE);
            }
            return Comparison.UNORDERED;
        }
        Extended.denormals(env, aSe, aSig, bSe, bSig);
        if (aSig == 0 && bSig == 0) {
            return Comparison.EQUAL;
        }
        boolean negative = Extended.negative(aSe);
        if (negative != Extended.negative(bSe)) {
            return negative ? Comparison.LESS : Comparison.GREATER;
        }
        // A pseudo-denormal has the exponent that a normal number's field of one stands for.
        int exponents =
                Integer.compare(
                        Math.max(Extended.exponentField(aSe), 1),
                        Math.max(Extended.exponentField(bSe), 1));
        int order = exponents != 0 ? exponents : Long.compareUnsigned(aSig, bSig);
        if (order == 0) {
            return Comparison.EQUAL;
        }
        return order > 0 != negative ? Comparison.GREATER : Comparison.LESS;
    }

    private static boolean isQuietOrNumber(int se, long sig) {
        return !Extended.isUnsupported(se, sig) && !Extended.isSignalling(se, sig);
    }

    /** C3, C2 and C0 for an outcome. SDM 2A, "FCOM Results" (table 3-21). */
    public static int conditions(int outcome) {
        return switch (outcome) {
            case Comparison.GREATER -> 0;
            case Comparison.LESS -> C0;
            case Comparison.EQUAL -> C3;
            default -> C3 | C2 | C0;
        };
    }

    /** C3, C2, C1 and C0 for a number's class. SDM 2A, "FXAM Results" (table 3-42). */
    public static int examine(int se, long sig, boolean empty) {
        int sign = Extended.negative(se) ? C1 : 0;
        if (empty) {
            return sign | C3 | C0;
        }
        if (Extended.isUnsupported(se, sig)) {
            return sign;
        }
        if (Extended.isNaN(se, sig)) {
            return sign | C0;
        }
        if (Extended.isInfinite(se, sig)) {
            return sign | C2 | C0;
        }
        if (Extended.isZero(se, sig)) {
            return sign | C3;
        }
        return sign | (Extended.isDenormal(se, sig) ? C3 | C2 : C2);
    }
}
