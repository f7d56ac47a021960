package dev.lungo.cpu.fp;

/**
 * Half precision, which F16C stores and loads but does not compute with.
 *
 * <p>SDM 2C, "VCVTPH2PS—Convert Packed FP16 Values to Single Precision" and "VCVTPS2PH".
 */
public final class Binary16 {
    private Binary16() {}

    /** VCVTPH2PS of one element. Denormal operands are neither reported nor taken for zeros. */
    public static int toBinary32(FloatEnv env, int half) {
        InterchangeFormat from = InterchangeFormat.HALF;
        InterchangeFormat to = InterchangeFormat.SINGLE;
        long a = half & 0xFFFF;
        if (from.isDenormal(a)) {
            return (int) to.round(env, from.negative(a), from.exponent(a), from.significand(a));
        }
        return (int) InterchangeConversion.convert(env, from, to, a);
    }

    /**
     * VCVTPS2PH of one element. MXCSR.FTZ does not apply.
     *
     * @param control the instruction's immediate operand
     */
    public static int fromBinary32(FloatEnv env, int single, int control) {
        int rounding = env.rounding;
        boolean flush = env.flushToZero;
        env.rounding = (control & 1 << 2) != 0 ? rounding : control & 3;
        env.flushToZero = false;
        long half =
                InterchangeConversion.convert(
                        env,
                        InterchangeFormat.SINGLE,
                        InterchangeFormat.HALF,
                        single & 0xFFFF_FFFFL);
        env.rounding = rounding;
        env.flushToZero = flush;
        return (int) half;
    }
}
