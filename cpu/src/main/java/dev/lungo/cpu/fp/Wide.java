package dev.lungo.cpu.fp;

/** Arithmetic on unsigned numbers of 64 and 128 bits that the language lacks. */
final class Wide {
    private Wide() {}

    /** x ÷ 2^n, with the lowest bit of the result set if a one was shifted out ("sticky"). */
    static long shiftRightSticky(long x, int n) {
        if (n == 0) {
            return x;
        }
        if (n > 63) {
            return x != 0 ? 1 : 0;
        }
        return x >>> n | (x << -n != 0 ? 1 : 0);
    }

    /** The high half of (high, low) ÷ 2^n, for any n ≥ 0. */
    static long shiftRightHigh(long high, int n) {
        return n > 63 ? 0 : high >>> n;
    }

    /** The low half of (high, low) ÷ 2^n, for any n ≥ 0, sticky. */
    static long shiftRightLowSticky(long high, long low, int n) {
        if (n == 0) {
            return low;
        }
        if (n < 64) {
            return high << -n | low >>> n | (low << -n != 0 ? 1 : 0);
        }
        if (n == 64) {
            return high | (low != 0 ? 1 : 0);
        }
        if (n < 128) {
            return high >>> n | (high << -n != 0 || low != 0 ? 1 : 0);
        }
        return (high | low) != 0 ? 1 : 0;
    }

    /**
     * ⌊(high, low) ÷ divisor⌋, where the divisor's bit 63 is set and high is below it. Knuth, "The
     * Art of Computer Programming", 4.3.1, algorithm D, with digits of 32 bits.
     */
    static long divide(long high, long low, long divisor) {
        long d1 = divisor >>> 32;
        long d0 = divisor & 0xFFFF_FFFFL;
        long q1 = digit(high, low >>> 32, d1, d0);
        long rest = (high << 32 | low >>> 32) - q1 * divisor;
        long q0 = digit(rest, low & 0xFFFF_FFFFL, d1, d0);
        return q1 << 32 | q0;
    }

    private static long digit(long high, long next, long d1, long d0) {
        long q = Long.divideUnsigned(high, d1);
        long r = high - q * d1;
        while (q >>> 32 != 0 || Long.compareUnsigned(q * d0, r << 32 | next) > 0) {
            q--;
            r += d1;
            if (r >>> 32 != 0) {
                break;
            }
        }
        return q;
    }

    /** ⌊√(high, low)⌋, where one of the two highest bits is set. */
    static long squareRoot(long high, long low) {
        // A double's root is good to 52 bits; one step of Newton's method makes it 64, and what is
        // left is an error of a unit or two.
        double estimate = Math.sqrt((high >>> 1) * 2.0) * 0x1p32;
        long root = estimate >= 0x1p64 ? -1 : toUnsigned(estimate);
        long restLow = low - root * root;
        long restHigh =
                high
                        - Math.unsignedMultiplyHigh(root, root)
                        - (Long.compareUnsigned(low, root * root) < 0 ? 1 : 0);
        double rest = restHigh * 0x1p64 + (restLow >>> 1) * 2.0;
        long step = (long) (rest / (2 * estimate));
        long next = root + step;
        if (step > 0 && Long.compareUnsigned(next, root) < 0) {
            next = -1;
        }
        root = next;
        while (exceeds(root, high, low)) {
            root--;
        }
        while (root != -1 && !exceeds(root + 1, high, low)) {
            root++;
        }
        return root;
    }

    /** Whether root² > (high, low). */
    private static boolean exceeds(long root, long high, long low) {
        int order = Long.compareUnsigned(Math.unsignedMultiplyHigh(root, root), high);
        return order > 0 || (order == 0 && Long.compareUnsigned(root * root, low) > 0);
    }

    private static long toUnsigned(double x) {
        return x < 0x1p63 ? (long) x : (long) (x - 0x1p63) ^ Long.MIN_VALUE;
    }
}
