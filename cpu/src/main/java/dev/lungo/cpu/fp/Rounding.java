package dev.lungo.cpu.fp;

/** The decisions of rounding. SDM 1, "Rounding" and "Rounding Modes" (table 4-8). */
final class Rounding {
    private Rounding() {}

    /**
     * Whether a significand is to be incremented at the place above those dropped.
     *
     * @param dropped how many low bits are rounded away, 1 to 63
     */
    static boolean up(int rounding, boolean negative, long significand, int dropped) {
        long rest = significand << -dropped; // the dropped bits, as a binary fraction
        return switch (rounding) {
            case FloatEnv.NEAREST -> {
                // Above half, or half and the last place kept is odd.
                long odd = significand >>> dropped & 1;
                yield rest < 0 && (rest << 1 | odd) != 0;
            }
            case FloatEnv.DOWN -> negative && rest != 0;
            case FloatEnv.UP -> !negative && rest != 0;
            default -> false;
        };
    }

    /** Whether rounding a significand with bit 63 set carries to the next power of two. */
    static boolean carries(int rounding, boolean negative, long significand, int dropped) {
        return significand >> dropped == -1 && up(rounding, negative, significand, dropped);
    }

    /** What overflow delivers: infinity, or else the largest finite number. */
    static boolean overflowsToInfinity(int rounding, boolean negative) {
        return switch (rounding) {
            case FloatEnv.NEAREST -> true;
            case FloatEnv.DOWN -> negative;
            case FloatEnv.UP -> !negative;
            default -> false;
        };
    }
}
