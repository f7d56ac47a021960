package dev.lungo.cpu.fp;

/**
 * Outcomes of comparing two floating-point numbers, and the predicates that CMPPS, VCMPPS and their
 * like test them with.
 *
 * <p>SDM 2A, "CMPPD—Compare Packed Double Precision Floating-Point Values", "Comparison Predicate
 * for CMPPD and VCMPPD Instructions" (table 3-1).
 */
public final class Comparison {
    // One bit each, so that a set of outcomes is a sum.
    public static final int GREATER = 1;
    public static final int LESS = 2;
    public static final int EQUAL = 4;
    public static final int UNORDERED = 8;

    private static final int SIGNALS = 16;

    // Columns: A > B, A < B, A = B, unordered, signals IE on QNaN.
    // spotless:off
    private static final int[] PREDICATES = {
        predicate(false, false, true,  false, false), // 00 EQ_OQ
        predicate(false, true,  false, false, true),  // 01 LT_OS
        predicate(false, true,  true,  false, true),  // 02 LE_OS
        predicate(false, false, false, true,  false), // 03 UNORD_Q
        predicate(true,  true,  false, true,  false), // 04 NEQ_UQ
        predicate(true,  false, true,  true,  true),  // 05 NLT_US
        predicate(true,  false, false, true,  true),  // 06 NLE_US
        predicate(true,  true,  true,  false, false), // 07 ORD_Q
        predicate(false, false, true,  true,  false), // 08 EQ_UQ
        predicate(false, true,  false, true,  true),  // 09 NGE_US
        predicate(false, true,  true,  true,  true),  // 0A NGT_US
        predicate(false, false, false, false, false), // 0B FALSE_OQ
        predicate(true,  true,  false, false, false), // 0C NEQ_OQ
        predicate(true,  false, true,  false, true),  // 0D GE_OS
        predicate(true,  false, false, false, true),  // 0E GT_OS
        predicate(true,  true,  true,  true,  false), // 0F TRUE_UQ
        predicate(false, false, true,  false, true),  // 10 EQ_OS
        predicate(false, true,  false, false, false), // 11 LT_OQ
        predicate(false, true,  true,  false, false), // 12 LE_OQ
        predicate(false, false, false, true,  true),  // 13 UNORD_S
        predicate(true,  true,  false, true,  true),  // 14 NEQ_US
        predicate(true,  false, true,  true,  false), // 15 NLT_UQ
        predicate(true,  false, false, true,  false), // 16 NLE_UQ
        predicate(true,  true,  true,  false, true),  // 17 ORD_S
        predicate(false, false, true,  true,  true),  // 18 EQ_US
        predicate(false, true,  false, true,  false), // 19 NGE_UQ
        predicate(false, true,  true,  true,  false), // 1A NGT_UQ
        predicate(false, false, false, false, true),  // 1B FALSE_OS
        predicate(true,  true,  false, false, true),  // 1C NEQ_OS
        predicate(true,  false, true,  false, false), // 1D GE_OQ
        predicate(true,  false, false, false, false), // 1E GT_OQ
        predicate(true,  true,  true,  true,  true),  // 1F TRUE_US
    };
    // spotless:on

    private Comparison() {}

    private static int predicate(
            boolean greater, boolean less, boolean equal, boolean unordered, boolean signals) {
        return (greater ? GREATER : 0)
                | (less ? LESS : 0)
                | (equal ? EQUAL : 0)
                | (unordered ? UNORDERED : 0)
                | (signals ? SIGNALS : 0);
    }

    /** Whether the predicate with this number, 0 to 31, raises IE for quiet NaNs too. */
    static boolean signals(int predicate) {
        return (PREDICATES[predicate] & SIGNALS) != 0;
    }

    /** Whether the predicate with this number, 0 to 31, holds for an outcome. */
    static boolean holds(int predicate, int outcome) {
        return (PREDICATES[predicate] & outcome) != 0;
    }

    /**
     * ZF (bit 6), PF (bit 2) and CF (bit 0) as UCOMISS, COMISS, FCOMI and their like set them. SDM
     * 2A, "COMISS".
     */
    public static int statusFlags(int outcome) {
        return switch (outcome) {
            case GREATER -> 0;
            case LESS -> 1;
            case EQUAL -> 1 << 6;
            default -> 1 << 6 | 1 << 2 | 1;
        };
    }
}
