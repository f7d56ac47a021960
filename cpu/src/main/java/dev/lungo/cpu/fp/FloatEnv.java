package dev.lungo.cpu.fp;

/**
 * What a floating-point operation depends on besides its operands, and what it leaves behind
 * besides its result: the contents of MXCSR, or of the x87 control and status words.
 *
 * <p>SDM 1, "MXCSR Control and Status Register" and "x87 FPU Control Word". The exception bits
 * stand as both registers have them.
 *
 * <p>Operations <em>add</em> to {@link #flags}, as sticky flags do. Whether an exception is
 * delivered is the caller's business: with all exceptions masked there is nothing to do; otherwise
 * it clears {@link #flags} before the operation and asks {@link #unmasked(int)} after it. When
 * {@link #masks} leaves an exception unmasked, an operation that raises it still returns a value
 * and never fails, but only the x87 rules for an unmasked overflow or underflow into a register
 * give that value a meaning.
 */
public final class FloatEnv {
    // spotless:off
    public static final int IE = 1;      // invalid operation
    public static final int DE = 1 << 1; // denormal operand
    public static final int ZE = 1 << 2; // divide by zero
    public static final int OE = 1 << 3; // overflow
    public static final int UE = 1 << 4; // underflow
    public static final int PE = 1 << 5; // precision
    // spotless:on

    /** All six exceptions. */
    public static final int ALL = 0x3F;

    /** Those found by looking at the operands, which keep the others from being looked for. */
    public static final int PRE_COMPUTATION = IE | DE | ZE;

    // Rounding control. SDM 1, "Rounding Modes" (table 4-8).
    public static final int NEAREST = 0;
    public static final int DOWN = 1;
    public static final int UP = 2;
    public static final int TOWARD_ZERO = 3;

    /** The exceptions raised since somebody cleared this. */
    public int flags;

    /** The exceptions that are masked: a set bit gives the default response. */
    public int masks = ALL;

    /** One of the four rounding modes above. */
    public int rounding;

    /** MXCSR.DAZ: denormal operands count as zeros of their sign. Not for x87. */
    public boolean denormalsAreZeros;

    /** MXCSR.FTZ: tiny results become zeros of their sign while UE is masked. Not for x87. */
    public boolean flushToZero;

    /** x87 precision control, as bits of significand: 24, 53 or 64. */
    public int precision = 64;

    /** The significand of an 80-bit result, its integer bit in bit 63. */
    public long significand;

    /** The sign (bit 15) and the biased exponent (bits 14:0) of an 80-bit result. */
    public int signExponent;

    /** The significand of the second result, of instructions that have two. */
    public long secondSignificand;

    /** The sign and the biased exponent of the second result. */
    public int secondSignExponent;

    /**
     * Whether an operand was denormal before it became an 80-bit one, which the operation cannot
     * see any more. See {@link ExtendedConversion#widen32}.
     */
    public boolean denormalOperand;

    /** Whether the last rounding went away from zero: x87's C1. */
    public boolean roundedUp;

    /** x87's condition codes, at their places in the status word, where an operation says so. */
    public int condition;

    final Work work = new Work();

    /** Takes over all of MXCSR. */
    public void setMxcsr(int mxcsr) {
        flags = mxcsr & ALL;
        denormalsAreZeros = (mxcsr & 1 << 6) != 0;
        masks = mxcsr >> 7 & ALL;
        rounding = mxcsr >> 13 & 3;
        flushToZero = (mxcsr & 1 << 15) != 0;
    }

    /** What MXCSR reads as. */
    public int mxcsr() {
        return flags
                | (denormalsAreZeros ? 1 << 6 : 0)
                | masks << 7
                | rounding << 13
                | (flushToZero ? 1 << 15 : 0);
    }

    /** Takes masks, precision and rounding from the x87 control word. */
    public void setControlWord(int controlWord) {
        masks = controlWord & ALL;
        precision =
                switch (controlWord >> 8 & 3) {
                    case 0 -> 24;
                    case 2 -> 53;
                    default -> 64;
                };
        rounding = controlWord >> 10 & 3;
    }

    /** Leaves an 80-bit result. */
    void result(int signExponent, long significand) {
        this.signExponent = signExponent;
        this.significand = significand;
    }

    /** Makes the 80-bit result the second one. */
    void resultIsSecond() {
        secondSignExponent = signExponent;
        secondSignificand = significand;
    }

    /** Adds exceptions. */
    public void raise(int exceptions) {
        flags |= exceptions;
    }

    /**
     * Of the exceptions that one SIMD instruction raised, those that MXCSR records: an unmasked
     * pre-computation exception in any element keeps post-computation exceptions of all from being
     * reported. SDM 1, "Handling SIMD Floating-Point Exceptions in Software".
     */
    public int recorded(int raised) {
        return (raised & PRE_COMPUTATION & ~masks) != 0 ? raised & PRE_COMPUTATION : raised;
    }

    /** Of these exceptions, those that are not masked. */
    public int unmasked(int raised) {
        return raised & ~masks;
    }
}
