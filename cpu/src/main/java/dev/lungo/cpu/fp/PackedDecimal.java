package dev.lungo.cpu.fp;

/**
 * Integers of eighteen decimal digits. SDM 1, "BCD and Packed BCD Integers"; SDM 2A, "FBLD" and
 * "FBSTP". In memory: nine bytes of two digits, and one whose bit 7 is the sign. Here the tenth
 * byte and the ninth are {@link FloatEnv#signExponent}, the others {@link FloatEnv#significand}, as
 * if the ten bytes were an 80-bit number.
 */
public final class PackedDecimal {
    private static final long LIMIT = 1_000_000_000_000_000_000L;

    private PackedDecimal() {}

    /** Loads. Digits above nine are undefined; here they count as what they are. */
    public static void load(FloatEnv env, int high, long low) {
        long value = 0;
        for (int i = 17; i >= 0; i--) {
            long digit = (i >= 16 ? high >>> (4 * (i - 16)) : low >>> (4 * i)) & 0xF;
            value = value * 10 + digit;
        }
        ExtendedConversion.fromInteger(env, value);
        env.signExponent |= high & Extended.SIGN;
    }

    /** Stores: the value, rounded to an integer, or packed BCD indefinite with IE. */
    public static void store(FloatEnv env, int se, long sig) {
        int raised = env.flags;
        env.flags = 0;
        long value = ExtendedConversion.toInteger(env, se, sig, 64, env.rounding);
        boolean invalid = (env.flags & FloatEnv.IE) != 0 || value >= LIMIT || value <= -LIMIT;
        env.flags = raised | (invalid ? FloatEnv.IE : env.flags);
        if (invalid) {
            env.roundedUp = false;
            env.result(0xFFFF, 0xC000_0000_0000_0000L);
            return;
        }
        long rest = Math.abs(value);
        long low = 0;
        int high = 0;
        for (int i = 0; i < 18; i++) {
            if (i < 16) {
                low |= (rest % 10) << (4 * i);
            } else {
                high |= (int) (rest % 10) << (4 * (i - 16));
            }
            rest /= 10;
        }
        env.result((se & Extended.SIGN) | high, low);
    }
}
