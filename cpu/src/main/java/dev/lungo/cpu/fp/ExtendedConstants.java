package dev.lungo.cpu.fp;

/**
 * What FLD1, FLDL2T and their like push. SDM 2A, "FLD1/FLDL2T/FLDL2E/FLDPI/FLDLG2/FLDLN2/FLDZ": the
 * irrational ones are held to more bits and rounded by RC, without raising PE.
 */
public enum ExtendedConstants {
    // The significand truncated to 64 bits, and what comes after, in quarters of its last place.
    // spotless:off
    ONE         (0x3FFF, 0x8000_0000_0000_0000L, 0),  // FLD1
    LOG2_OF_10  (0x4000, 0xD49A_784B_CD1B_8AFEL, 1), // FLDL2T
    LOG2_OF_E   (0x3FFF, 0xB8AA_3B29_5C17_F0BBL, 3),  // FLDL2E
    PI          (0x4000, 0xC90F_DAA2_2168_C234L, 3),  // FLDPI
    LOG10_OF_2  (0x3FFD, 0x9A20_9A84_FBCF_F798L, 3),  // FLDLG2
    LN_OF_2     (0x3FFE, 0xB172_17F7_D1CF_79ABL, 3),  // FLDLN2
    ZERO        (0,      0,                      0);  // FLDZ
    // spotless:on

    private final int signExponent;
    private final long significand;
    private final int quarters;

    ExtendedConstants(int signExponent, long significand, int quarters) {
        this.signExponent = signExponent;
        this.significand = significand;
        this.quarters = quarters;
    }

    /** Makes this constant the result. */
    public void load(FloatEnv env) {
        boolean up =
                switch (env.rounding) {
                    case FloatEnv.NEAREST -> quarters > 2;
                    case FloatEnv.UP -> quarters != 0;
                    default -> false;
                };
        env.roundedUp = false;
        env.result(signExponent, significand + (up ? 1 : 0));
    }
}
