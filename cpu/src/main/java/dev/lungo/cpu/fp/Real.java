package dev.lungo.cpu.fp;

/**
 * A number with a significand of 128 bits, for what needs more than 64 on the way: ±(high, low) ×
 * 2^(exponent - 127), where bit 127 is set unless the number is zero. Operations truncate, and
 * change the number they are called on.
 */
final class Real {
    // spotless:off
    static final Real ONE       = constant(0,  0x8000_0000_0000_0000L, 0);
    static final Real TWO       = constant(1,  0x8000_0000_0000_0000L, 0);
    static final Real PI        = constant(1,  0xC90F_DAA2_2168_C234L, 0xC4C6_628B_80DC_1CD1L);
    static final Real LN_2      = constant(-1, 0xB172_17F7_D1CF_79ABL, 0xC9E3_B398_03F2_F6AFL);
    static final Real LOG2_OF_E = constant(0,  0xB8AA_3B29_5C17_F0BBL, 0xBE87_FED0_691D_3E88L);
    // spotless:on

    boolean negative;
    int exponent;
    long high;
    long low;

    private static Real constant(int exponent, long high, long low) {
        var real = new Real();
        real.exponent = exponent;
        real.high = high;
        real.low = low;
        return real;
    }

    boolean isZero() {
        return high == 0;
    }

    Real set(Real other) {
        negative = other.negative;
        exponent = other.exponent;
        high = other.high;
        low = other.low;
        return this;
    }

    Real setInteger(long value) {
        negative = value < 0;
        return setBits(63, Math.abs(value), 0);
    }

    /** An 80-bit number that is finite. */
    Real setExtended(int signExponent, long significand) {
        negative = Extended.negative(signExponent);
        int biased = Math.max(Extended.exponentField(signExponent), 1);
        return setBits(biased - Extended.BIAS, significand, 0);
    }

    /** (high, low) × 2^(exponent - 127), normalized; the sign stays. */
    Real setBits(int newExponent, long newHigh, long newLow) {
        exponent = newExponent;
        high = newHigh;
        low = newLow;
        if (high == 0) {
            high = low;
            low = 0;
            exponent -= 64;
        }
        int leading = Long.numberOfLeadingZeros(high);
        if (leading != 0 && high != 0) {
            high = high << leading | low >>> -leading;
            low <<= leading;
            exponent -= leading;
        }
        return this;
    }

    Real negate() {
        negative = !negative;
        return this;
    }

    /** Times a power of two. */
    Real scale(int power) {
        exponent += power;
        return this;
    }

    Real multiply(Real other) {
        negative = negative != other.negative;
        if (high == 0 || other.high == 0) {
            high = 0;
            low = 0;
            return this;
        }
        long top = Math.unsignedMultiplyHigh(high, other.high);
        long middle = high * other.high;
        long first = Math.unsignedMultiplyHigh(high, other.low);
        long second = Math.unsignedMultiplyHigh(low, other.high);
        middle += first;
        top += Long.compareUnsigned(middle, first) < 0 ? 1 : 0;
        middle += second;
        top += Long.compareUnsigned(middle, second) < 0 ? 1 : 0;
        return setBits(exponent + other.exponent + 1, top, middle);
    }

    Real add(Real other) {
        return add(other, other.negative);
    }

    Real subtract(Real other) {
        return add(other, !other.negative);
    }

    private Real add(Real other, boolean otherNegative) {
        if (other.high == 0) {
            return this;
        }
        if (high == 0) {
            set(other);
            negative = otherNegative;
            return this;
        }
        boolean first = compareMagnitude(other) >= 0;
        Real larger = first ? this : other;
        Real smaller = first ? other : this;
        int shift = Math.min(larger.exponent - smaller.exponent, 128);
        long addHigh = Wide.shiftRightHigh(smaller.high, shift);
        long addLow = shift >= 128 ? 0 : Wide.shiftRightLowSticky(smaller.high, smaller.low, shift);
        boolean sameSign = negative == otherNegative;
        negative = first ? negative : otherNegative;
        int sumExponent = larger.exponent;
        long sumHigh;
        long sumLow;
        if (sameSign) {
            sumLow = larger.low + addLow;
            long carry = Long.compareUnsigned(sumLow, addLow) < 0 ? 1 : 0;
            sumHigh = larger.high + addHigh + carry;
            if (Long.compareUnsigned(sumHigh, larger.high) < 0) {
                sumLow = sumHigh << 63 | sumLow >>> 1;
                sumHigh = sumHigh >>> 1 | Long.MIN_VALUE;
                sumExponent++;
            }
        } else {
            sumLow = larger.low - addLow;
            long borrow = Long.compareUnsigned(larger.low, addLow) < 0 ? 1 : 0;
            sumHigh = larger.high - addHigh - borrow;
        }
        return setBits(sumExponent, sumHigh, sumLow);
    }

    private int compareMagnitude(Real other) {
        if (exponent != other.exponent) {
            return Integer.compare(exponent, other.exponent);
        }
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /**
     * Divided by another, by Newton's method on its reciprocal: from 63 correct bits to 126.
     *
     * @param work for intermediate results
     */
    Real divide(Real other, Real work) {
        // 2^127 ÷ high, which is between 2^63 and 2^64.
        boolean largest = other.high == Long.MIN_VALUE;
        long estimate = largest ? -1 : Wide.divide(Long.MIN_VALUE, 0, other.high);
        int inverse = -1 - other.exponent;
        boolean sign = other.negative;
        // work = 2 - other × estimate
        work.negative = false;
        work.setBits(inverse, estimate, 0).multiply(other);
        work.negative = true;
        work.add(TWO);
        multiply(work);
        work.negative = sign;
        work.setBits(inverse, estimate, 0);
        return multiply(work);
    }

    /** Makes this, rounded to 64 bits, the result; it is known not to be exact. */
    void roundInexact(FloatEnv env) {
        Extended.round(env, negative, exponent, high, low | 1, 64);
    }

    /** Makes this, rounded to 64 bits, the result. */
    void round(FloatEnv env) {
        Extended.round(env, negative, exponent, high, low, 64);
    }
}
