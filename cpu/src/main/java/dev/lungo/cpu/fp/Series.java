package dev.lungo.cpu.fp;

/** Power series, summed by Horner's rule until no term matters in 100 bits or so. */
final class Series {
    /** 1, 1/2!, 1/3!, … : of (e^x - 1) ÷ x, for |x| ≤ ln 2. */
    static final Series EXPONENTIAL = new Series(inverses(26, n -> n + 1), true);

    /** 1, -1/3!, 1/5!, … in x²: of sin x ÷ x, for |x| ≤ π/4. */
    static final Series SINE = new Series(inverses(15, n -> 2 * n * (2 * n + 1)), true).alternate();

    /** 1, -1/2!, 1/4!, … in x²: of cos x. */
    static final Series COSINE =
            new Series(inverses(16, n -> (2 * n - 1) * 2 * n), true).alternate();

    /** 1, 1/3, 1/5, … in x²: of artanh x ÷ x, for |x| ≤ 0.172. */
    static final Series AREA_TANGENT = new Series(inverses(22, n -> 2 * n + 1), false);

    /** 1, -1/3, 1/5, … in x²: of arctan x ÷ x, for |x| ≤ 0.415. */
    static final Series ARC_TANGENT = new Series(inverses(42, n -> 2 * n + 1), false).alternate();

    private final Real[] coefficients;

    private Series(Real[] ratios, boolean products) {
        coefficients = ratios;
        for (int n = 1; products && n < ratios.length; n++) {
            ratios[n].multiply(ratios[n - 1]);
        }
    }

    private interface Denominator {
        int of(int n);
    }

    /** 1, and the inverses of what the denominators are from 1 on. */
    private static Real[] inverses(int terms, Denominator denominator) {
        var inverses = new Real[terms];
        var work = new Real();
        for (int n = 0; n < terms; n++) {
            inverses[n] = new Real().set(Real.ONE);
            if (n > 0) {
                inverses[n].divide(new Real().setInteger(denominator.of(n)), work);
            }
        }
        return inverses;
    }

    private Series alternate() {
        for (int n = 1; n < coefficients.length; n += 2) {
            coefficients[n].negate();
        }
        return this;
    }

    /** Makes {@code sum} the series' value at x. */
    Real at(Real x, Real sum) {
        // Terms that are below the last bit need not be summed: x is often small.
        int last = coefficients.length - 1;
        if (x.exponent < -8) {
            last = Math.min(last, 128 / -x.exponent + 1);
        }
        sum.set(coefficients[last]);
        for (int n = last - 1; n >= 0; n--) {
            sum.multiply(x).add(coefficients[n]);
        }
        return sum;
    }
}
