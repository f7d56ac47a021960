package dev.lungo.cpu.fp;

/**
 * Single precision as SSE, AVX and FMA have it, on bit patterns: results and exceptions are those
 * of the hardware to the bit.
 *
 * <p>In round-to-nearest, where operands and result are normal numbers, the host's own arithmetic
 * answers; PE is the only exception that can come of it. Everything else goes to {@link
 * InterchangeArithmetic} and {@link InterchangeConversion}.
 */
public final class Binary32 {
    private static final InterchangeFormat FORMAT = InterchangeFormat.SINGLE;
    private static final long LOW = 0xFFFF_FFFFL;

    private Binary32() {}

    /** a + b. SDM 2A, "ADDSS". */
    public static int add(FloatEnv env, int a, int b) {
        if (env.rounding == FloatEnv.NEAREST && ordinary(a) && ordinary(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float sum = x + y;
            int bits = Float.floatToRawIntBits(sum);
            if (ordinary(bits)) {
                if ((env.flags & FloatEnv.PE) == 0 && !exactSum(x, y, sum)) {
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return (int) InterchangeArithmetic.add(env, FORMAT, a & LOW, b & LOW, false);
    }

    /** a - b. SDM 2B, "SUBSS". */
    public static int subtract(FloatEnv env, int a, int b) {
        if (env.rounding == FloatEnv.NEAREST && ordinary(a) && ordinary(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float difference = x - y;
            int bits = Float.floatToRawIntBits(difference);
            if (ordinary(bits)) {
                if ((env.flags & FloatEnv.PE) == 0 && !exactSum(x, -y, difference)) {
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return (int) InterchangeArithmetic.add(env, FORMAT, a & LOW, b & LOW, true);
    }

    /** a × b. SDM 2B, "MULSS". */
    public static int multiply(FloatEnv env, int a, int b) {
        if (env.rounding == FloatEnv.NEAREST && normal(a) && normal(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float product = x * y;
            int bits = Float.floatToRawIntBits(product);
            if (notTiny(bits)) {
                if ((double) x * y != product) { // of 48 bits, so exact
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return (int) InterchangeArithmetic.multiply(env, FORMAT, a & LOW, b & LOW);
    }

    /** a ÷ b. SDM 2A, "DIVSS". */
    public static int divide(FloatEnv env, int a, int b) {
        if (env.rounding == FloatEnv.NEAREST && normal(a) && normal(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float quotient = x / y;
            int bits = Float.floatToRawIntBits(quotient);
            if (notTiny(bits)) {
                if ((double) quotient * y != x) {
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return (int) InterchangeArithmetic.divide(env, FORMAT, a & LOW, b & LOW);
    }

    /** √a. SDM 2B, "SQRTSS". */
    public static int squareRoot(FloatEnv env, int a) {
        if (env.rounding == FloatEnv.NEAREST && a > 0 && normal(a)) {
            float x = Float.intBitsToFloat(a);
            float root = (float) Math.sqrt(x); // twice rounded, to the same as once
            if ((double) root * root != x) {
                env.raise(FloatEnv.PE);
            }
            return Float.floatToRawIntBits(root);
        }
        return (int) InterchangeArithmetic.squareRoot(env, FORMAT, a & LOW);
    }

    /**
     * ±(a × b) ± c with one rounding. SDM 2C, "VFMADD132SS/VFMADD213SS/VFMADD231SS" and their like.
     * The order of a and b tells only which of two NaNs is the result: a goes first, then b, then
     * c. The negations do not reach the sign of a NaN.
     */
    public static int fusedMultiplyAdd(
            FloatEnv env, int a, int b, int c, boolean negateProduct, boolean negateAddend) {
        boolean easy = env.rounding == FloatEnv.NEAREST && (env.flags & FloatEnv.PE) != 0;
        if (easy && normal(a) && normal(b) && ordinary(c)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float z = Float.intBitsToFloat(c);
            float sum = Math.fma(negateProduct ? -x : x, y, negateAddend ? -z : z);
            int bits = Float.floatToRawIntBits(sum);
            if (notTiny(bits)) {
                return bits;
            }
        }
        return (int)
                InterchangeArithmetic.fusedMultiplyAdd(
                        env, FORMAT, a & LOW, b & LOW, c & LOW, negateProduct, negateAddend);
    }

    /** a if a &lt; b, else b. SDM 2B, "MINSS". */
    public static int minimum(FloatEnv env, int a, int b) {
        if (ordinary(a) && ordinary(b)) {
            return Float.intBitsToFloat(a) < Float.intBitsToFloat(b) ? a : b;
        }
        return (int) InterchangeArithmetic.minimum(env, FORMAT, a & LOW, b & LOW);
    }

    /** a if a > b, else b. SDM 2B, "MAXSS". */
    public static int maximum(FloatEnv env, int a, int b) {
        if (ordinary(a) && ordinary(b)) {
            return Float.intBitsToFloat(a) > Float.intBitsToFloat(b) ? a : b;
        }
        return (int) InterchangeArithmetic.maximum(env, FORMAT, a & LOW, b & LOW);
    }

    /**
     * How a and b are ordered, as one of the constants of {@link Comparison}. COMISS signals, which
     * is to raise IE for quiet NaNs; UCOMISS does not.
     */
    public static int compare(FloatEnv env, int a, int b, boolean signalling) {
        if (ordinary(a) && ordinary(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            return x < y ? Comparison.LESS : x > y ? Comparison.GREATER : Comparison.EQUAL;
        }
        return InterchangeArithmetic.compare(env, FORMAT, a & LOW, b & LOW, signalling);
    }

    /** Whether the predicate (0 to 31) holds. SDM 2A, "CMPSS". */
    public static boolean test(FloatEnv env, int a, int b, int predicate) {
        return Comparison.holds(predicate, compare(env, a, b, Comparison.signals(predicate)));
    }

    /** SDM 2A, "CVTSI2SS", of either width, and "CVTDQ2PS". */
    public static int fromInteger(FloatEnv env, long value) {
        if ((env.rounding == FloatEnv.NEAREST && (env.flags & FloatEnv.PE) != 0)
                || value >> 24 == value >> 63) {
            return Float.floatToRawIntBits((float) value);
        }
        return (int) InterchangeConversion.fromInteger(env, FORMAT, value);
    }

    /**
     * SDM 2A, "CVTSS2SI" and "CVTTSS2SI" with a 32-bit destination.
     *
     * @param rounding {@link FloatEnv#rounding} or, to truncate, {@link FloatEnv#TOWARD_ZERO}
     */
    public static int toInt32(FloatEnv env, int a, int rounding) {
        float x = Float.intBitsToFloat(a);
        int truncated = (int) x;
        boolean inRange = truncated != Integer.MIN_VALUE && truncated != Integer.MAX_VALUE;
        if (inRange && ordinary(a)) {
            if ((double) truncated == x) {
                return truncated;
            }
            if (rounding == FloatEnv.TOWARD_ZERO) {
                env.raise(FloatEnv.PE);
                return truncated;
            }
        }
        return (int) InterchangeConversion.toInteger(env, FORMAT, a & LOW, 32, rounding);
    }

    /** SDM 2A, "CVTSS2SI" and "CVTTSS2SI" with a 64-bit destination. */
    public static long toInt64(FloatEnv env, int a, int rounding) {
        return InterchangeConversion.toInteger(env, FORMAT, a & LOW, 64, rounding);
    }

    /** SDM 2A, "CVTSS2SD". */
    public static long toBinary64(FloatEnv env, int a) {
        if (ordinary(a)) {
            return Double.doubleToRawLongBits(Float.intBitsToFloat(a));
        }
        return InterchangeConversion.convert(env, FORMAT, InterchangeFormat.DOUBLE, a & LOW);
    }

    /**
     * SDM 2B, "ROUNDSS".
     *
     * @param control the instruction's immediate operand
     */
    public static int roundToIntegral(FloatEnv env, int a, int control) {
        return (int)
                InterchangeConversion.roundToIntegral(
                        env,
                        FORMAT,
                        a & LOW,
                        (control & 1 << 2) != 0 ? env.rounding : control & 3,
                        (control & 1 << 3) != 0);
    }

    private static boolean exactSum(float x, float y, float sum) {
        // Knuth's TwoSum: the error of a sum is always a float.
        float part = sum - x;
        return (x - (sum - part)) + (y - part) == 0;
    }

    /** Whether this is a normal number. */
    private static boolean normal(int x) {
        return (((x >>> 23) + 1) & 0xFF) > 1;
    }

    /** Whether this is a normal number or zero. */
    private static boolean ordinary(int x) {
        return normal(x) || x << 1 == 0;
    }

    /** Whether this is a normal number above the smallest, to which a tiny one may be rounded. */
    static boolean notTiny(int x) {
        int exponent = x >>> 23 & 0xFF;
        return exponent > 1 && exponent < 0xFF;
    }
}
