package dev.lungo.cpu.fp;

/**
 * Double precision as SSE2, AVX and FMA have it, on bit patterns: results and exceptions are those
 * of the hardware to the bit.
 *
 * <p>In round-to-nearest, where operands and result are normal numbers, the host's own arithmetic
 * answers; PE is the only exception that can come of it. Everything else goes to {@link
 * InterchangeArithmetic} and {@link InterchangeConversion}.
 */
public final class Binary64 {
    private static final InterchangeFormat FORMAT = InterchangeFormat.DOUBLE;

    /** Exponent fields from which on the error of a product is itself a normal number. */
    private static final int EXACT_ERROR = 120;

    private Binary64() {}

    /** a + b. SDM 2A, "ADDSD". */
    public static long add(FloatEnv env, long a, long b) {
        if (env.rounding == FloatEnv.NEAREST && ordinary(a) && ordinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double sum = x + y;
            long bits = Double.doubleToRawLongBits(sum);
            if (ordinary(bits)) {
                if ((env.flags & FloatEnv.PE) == 0 && !exactSum(x, y, sum)) {
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return InterchangeArithmetic.add(env, FORMAT, a, b, false);
    }

    /** a - b. SDM 2B, "SUBSD". */
    public static long subtract(FloatEnv env, long a, long b) {
        if (env.rounding == FloatEnv.NEAREST && ordinary(a) && ordinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double difference = x - y;
            long bits = Double.doubleToRawLongBits(difference);
            if (ordinary(bits)) {
                if ((env.flags & FloatEnv.PE) == 0 && !exactSum(x, -y, difference)) {
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return InterchangeArithmetic.add(env, FORMAT, a, b, true);
    }

    /** a × b. SDM 2B, "MULSD". */
    public static long multiply(FloatEnv env, long a, long b) {
        if (env.rounding == FloatEnv.NEAREST && normal(a) && normal(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double product = x * y;
            long bits = Double.doubleToRawLongBits(product);
            if ((env.flags & FloatEnv.PE) != 0) {
                if (notTiny(bits)) {
                    return bits;
                }
            } else if (normal(bits) && FORMAT.exponentField(bits) > EXACT_ERROR) {
                if (Math.fma(x, y, -product) != 0) {
                    env.raise(FloatEnv.PE);
                }
                return bits;
            }
        }
        return InterchangeArithmetic.multiply(env, FORMAT, a, b);
    }

    /** a ÷ b. SDM 2A, "DIVSD". */
    public static long divide(FloatEnv env, long a, long b) {
        if (env.rounding == FloatEnv.NEAREST && normal(a) && normal(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double quotient = x / y;
            long bits = Double.doubleToRawLongBits(quotient);
            if (notTiny(bits)) {
                if ((env.flags & FloatEnv.PE) != 0) {
                    return bits;
                }
                if (FORMAT.exponentField(a) > EXACT_ERROR) {
                    if (Math.fma(-quotient, y, x) != 0) {
                        env.raise(FloatEnv.PE);
                    }
                    return bits;
                }
            }
        }
        return InterchangeArithmetic.divide(env, FORMAT, a, b);
    }

    /** √a. SDM 2B, "SQRTSD". */
    public static long squareRoot(FloatEnv env, long a) {
        if (env.rounding == FloatEnv.NEAREST && a > 0 && normal(a)) {
            double x = Double.longBitsToDouble(a);
            double root = Math.sqrt(x);
            if ((env.flags & FloatEnv.PE) != 0) {
                return Double.doubleToRawLongBits(root);
            }
            if (FORMAT.exponentField(a) > EXACT_ERROR) {
                if (Math.fma(-root, root, x) != 0) {
                    env.raise(FloatEnv.PE);
                }
                return Double.doubleToRawLongBits(root);
            }
        }
        return InterchangeArithmetic.squareRoot(env, FORMAT, a);
    }

    /**
     * ±(a × b) ± c with one rounding. SDM 2C, "VFMADD132SD/VFMADD213SD/VFMADD231SD" and their like.
     * The order of a and b tells only which of two NaNs is the result: a goes first, then b, then
     * c. The negations do not reach the sign of a NaN.
     */
    public static long fusedMultiplyAdd(
            FloatEnv env, long a, long b, long c, boolean negateProduct, boolean negateAddend) {
        boolean easy = env.rounding == FloatEnv.NEAREST && (env.flags & FloatEnv.PE) != 0;
        if (easy && normal(a) && normal(b) && ordinary(c)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double z = Double.longBitsToDouble(c);
            double sum = Math.fma(negateProduct ? -x : x, y, negateAddend ? -z : z);
            long bits = Double.doubleToRawLongBits(sum);
            if (notTiny(bits)) {
                return bits;
            }
        }
        return InterchangeArithmetic.fusedMultiplyAdd(
                env, FORMAT, a, b, c, negateProduct, negateAddend);
    }

    /** a if a &lt; b, else b. SDM 2B, "MINSD". */
    public static long minimum(FloatEnv env, long a, long b) {
        if (ordinary(a) && ordinary(b)) {
            return Double.longBitsToDouble(a) < Double.longBitsToDouble(b) ? a : b;
        }
        return InterchangeArithmetic.minimum(env, FORMAT, a, b);
    }

    /** a if a > b, else b. SDM 2B, "MAXSD". */
    public static long maximum(FloatEnv env, long a, long b) {
        if (ordinary(a) && ordinary(b)) {
            return Double.longBitsToDouble(a) > Double.longBitsToDouble(b) ? a : b;
        }
        return InterchangeArithmetic.maximum(env, FORMAT, a, b);
    }

    /**
     * How a and b are ordered, as one of the constants of {@link Comparison}. COMISD signals, which
     * is to raise IE for quiet NaNs; UCOMISD does not.
     */
    public static int compare(FloatEnv env, long a, long b, boolean signalling) {
        if (ordinary(a) && ordinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            return x < y ? Comparison.LESS : x > y ? Comparison.GREATER : Comparison.EQUAL;
        }
        return InterchangeArithmetic.compare(env, FORMAT, a, b, signalling);
    }

    /** Whether the predicate (0 to 31) holds. SDM 2A, "CMPSD". */
    public static boolean test(FloatEnv env, long a, long b, int predicate) {
        return Comparison.holds(predicate, compare(env, a, b, Comparison.signals(predicate)));
    }

    /** SDM 2A, "CVTSI2SD", of either width, and "CVTDQ2PD". */
    public static long fromInteger(FloatEnv env, long value) {
        if ((env.rounding == FloatEnv.NEAREST && (env.flags & FloatEnv.PE) != 0)
                || value >> 53 == value >> 63) {
            return Double.doubleToRawLongBits((double) value);
        }
        return InterchangeConversion.fromInteger(env, FORMAT, value);
    }

    /**
     * SDM 2A, "CVTSD2SI" and "CVTTSD2SI" with a 32-bit destination.
     *
     * @param rounding {@link FloatEnv#rounding} or, to truncate, {@link FloatEnv#TOWARD_ZERO}
     */
    public static int toInt32(FloatEnv env, long a, int rounding) {
        double x = Double.longBitsToDouble(a);
        int truncated = (int) x;
        boolean inRange = truncated != Integer.MIN_VALUE && truncated != Integer.MAX_VALUE;
        if (inRange && ordinary(a)) {
            if (truncated == x) {
                return truncated;
            }
            if (rounding == FloatEnv.TOWARD_ZERO) {
                env.raise(FloatEnv.PE);
                return truncated;
            }
        }
        return (int) InterchangeConversion.toInteger(env, FORMAT, a, 32, rounding);
    }

    /** SDM 2A, "CVTSD2SI" and "CVTTSD2SI" with a 64-bit destination. */
    public static long toInt64(FloatEnv env, long a, int rounding) {
        double x = Double.longBitsToDouble(a);
        long truncated = (long) x;
        boolean inRange = truncated != Long.MIN_VALUE && truncated != Long.MAX_VALUE;
        if (inRange && ordinary(a)) {
            if (truncated == x) {
                return truncated;
            }
            if (rounding == FloatEnv.TOWARD_ZERO) {
                env.raise(FloatEnv.PE);
                return truncated;
            }
        }
        return InterchangeConversion.toInteger(env, FORMAT, a, 64, rounding);
    }

    /** SDM 2A, "CVTSD2SS". */
    public static int toBinary32(FloatEnv env, long a) {
        if (env.rounding == FloatEnv.NEAREST && ordinary(a)) {
            double x = Double.longBitsToDouble(a);
            float single = (float) x;
            int bits = Float.floatToRawIntBits(single);
            if (single == x || (env.flags & FloatEnv.PE) != 0) {
                if (Binary32.notTiny(bits)) {
                    return bits;
                }
            }
        }
        return (int) InterchangeConversion.convert(env, FORMAT, InterchangeFormat.SINGLE, a);
    }

    /**
     * SDM 2B, "ROUNDSD".
     *
     * @param control the instruction's immediate operand
     */
    public static long roundToIntegral(FloatEnv env, long a, int control) {
        return InterchangeConversion.roundToIntegral(
                env,
                FORMAT,
                a,
                (control & 1 << 2) != 0 ? env.rounding : control & 3,
                (control & 1 << 3) != 0);
    }

    private static boolean exactSum(double x, double y, double sum) {
        // Knuth's TwoSum: the error of a sum is always a double.
        double part = sum - x;
        return (x - (sum - part)) + (y - part) == 0;
    }

    /** Whether this is a normal number. */
    private static boolean normal(long x) {
        return (((x >>> 52) + 1) & 0x7FF) > 1;
    }

    /** Whether this is a normal number or zero. */
    private static boolean ordinary(long x) {
        return normal(x) || x << 1 == 0;
    }

    /** Whether this is a normal number above the smallest, to which a tiny one may be rounded. */
    private static boolean notTiny(long x) {
        long exponent = x >>> 52 & 0x7FF;
        return exponent > 1 && exponent < 0x7FF;
    }
}
