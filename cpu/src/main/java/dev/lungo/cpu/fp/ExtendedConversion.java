package dev.lungo.cpu.fp;

/**
 * What x87 loads and stores in other formats than its own.
 *
 * <p>SDM 2A, "FLD", "FILD", "FST/FSTP", "FIST/FISTP", "FISTTP". An 80-bit load or store changes
 * nothing and needs no method. Where an exception of a store is unmasked and its result therefore
 * not stored, what is returned means nothing.
 */
public final class ExtendedConversion {
    private ExtendedConversion() {}

    /** Loads single precision. */
    public static void fromBinary32(FloatEnv env, int value) {
        load(env, InterchangeFormat.SINGLE, value & 0xFFFF_FFFFL);
    }

    /** Loads double precision. */
    public static void fromBinary64(FloatEnv env, long value) {
        load(env, InterchangeFormat.DOUBLE, value);
    }

    /**
     * Makes an 80-bit operand of one in single precision, for an operation which is to raise what
     * the operand calls for: a signalling NaN stays one, and a denormal leaves {@link
     * FloatEnv#denormalOperand}.
     */
    public static void widen32(FloatEnv env, int value) {
        widen(env, InterchangeFormat.SINGLE, value & 0xFFFF_FFFFL);
    }

    /** The same for double precision. */
    public static void widen64(FloatEnv env, long value) {
        widen(env, InterchangeFormat.DOUBLE, value);
    }

    private static void widen(FloatEnv env, InterchangeFormat f, long value) {
        if (f.isSignalling(value)) {
            env.result(
                    Extended.sign(f.negative(value)) | Extended.MAX_EXPONENT,
                    Extended.INTEGER_BIT | f.fraction(value) << (63 - f.fractionBits()));
            return;
        }
        int before = env.flags;
        load(env, f, value);
        env.flags = before;
        env.denormalOperand = f.isDenormal(value);
    }

    private static void load(FloatEnv env, InterchangeFormat f, long value) {
        boolean negative = f.negative(value);
        env.roundedUp = false;
        if (f.isZero(value)) {
            env.result(Extended.sign(negative), 0);
        } else if (f.exponentField(value) == f.maxExponent()) {
            long fraction = f.fraction(value);
            if (fraction != 0) {
                fraction = f.fraction(InterchangeArithmetic.quiet(env, f, value));
            }
            env.result(
                    Extended.sign(negative) | Extended.MAX_EXPONENT,
                    Extended.INTEGER_BIT | fraction << (63 - f.fractionBits()));
        } else {
            if (f.isDenormal(value)) {
                env.raise(FloatEnv.DE);
            }
            env.result(
                    Extended.sign(negative) | (f.exponent(value) + Extended.BIAS),
                    f.significand(value));
        }
    }

    /** Loads an integer of whichever size. */
    public static void fromInteger(FloatEnv env, long value) {
        env.roundedUp = false;
        if (value == 0) {
            env.result(0, 0);
            return;
        }
        long magnitude = Math.abs(value);
        int leading = Long.numberOfLeadingZeros(magnitude);
        env.result(Extended.sign(value < 0) | (Extended.BIAS + 63 - leading), magnitude << leading);
    }

    /** What is stored in single precision. */
    public static int toBinary32(FloatEnv env, int se, long sig) {
        return (int) store(env, InterchangeFormat.SINGLE, se, sig);
    }

    /** What is stored in double precision. */
    public static long toBinary64(FloatEnv env, int se, long sig) {
        return store(env, InterchangeFormat.DOUBLE, se, sig);
    }

    private static long store(FloatEnv env, InterchangeFormat f, int se, long sig) {
        boolean negative = Extended.negative(se);
        env.roundedUp = false;
        if (Extended.special(se, sig)) {
            Extended.propagate(env, se, sig);
            long payload = (env.significand & ~Extended.INTEGER_BIT) >>> (63 - f.fractionBits());
            return f.infinity(Extended.negative(env.signExponent)) | payload;
        }
        if (Extended.isInfinite(se, sig)) {
            return f.infinity(negative);
        }
        if (sig == 0) {
            return f.zero(negative);
        }
        int before = env.flags;
        env.flags = 0;
        long value = f.round(env, negative, Extended.exponent(se, sig), Extended.normalized(sig));
        if (env.unmasked(env.flags & (FloatEnv.OE | FloatEnv.UE)) != 0) {
            env.flags &= ~FloatEnv.PE; // nothing is stored, so nothing is inexact
            env.roundedUp = false;
        }
        env.flags |= before;
        return value;
    }

    /**
     * What is stored as an integer, sign-extended; the most negative one, "integer indefinite",
     * raises IE where there is none.
     *
     * @param bits 16, 32 or 64
     * @param rounding {@link FloatEnv#rounding}, or for FISTTP {@link FloatEnv#TOWARD_ZERO}
     */
    public static long toInteger(FloatEnv env, int se, long sig, int bits, int rounding) {
        long indefinite = -1L << (bits - 1);
        env.roundedUp = false;
        if (Extended.isZero(se, sig)) {
            return 0;
        }
        if (Extended.isUnsupported(se, sig)
                || Extended.exponentField(se) == Extended.MAX_EXPONENT) {
            env.raise(FloatEnv.IE);
            return indefinite;
        }
        return InterchangeConversion.toInteger(
                env,
                Extended.negative(se),
                Extended.exponent(se, sig),
                Extended.normalized(sig),
                bits,
                rounding,
                indefinite);
    }
}
