package dev.lungo.cpu.op.vector;

import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Arithmetic on the bytes, words or doublewords of 64 bits at once.
 *
 * <p>A lane's top bit is kept apart so that carries do not run into the next lane: the sum of two
 * lanes is the sum without top bits, and the top bits xored in. Carry and borrow out of a lane are
 * then the majority function of its top bits, as for any adder.
 *
 * @param top the top bit of each lane
 * @param bits width of a lane
 */
record Packed(long top, int bits) {
    static final Packed BYTES = new Packed(0x8080_8080_8080_8080L, 8);
    static final Packed WORDS = new Packed(0x8000_8000_8000_8000L, 16);
    static final Packed DWORDS = new Packed(0x8000_0000_8000_0000L, 32);

    /** Lanes of ones where the lane's top bit is set in a vector of top bits. */
    long fill(long tops) {
        return tops | (tops - (tops >>> (bits - 1)));
    }

    private static long select(long mask, long ones, long zeros) {
        return ones & mask | zeros & ~mask;
    }

    long add(long a, long b) {
        return ((a & ~top) + (b & ~top)) ^ ((a ^ b) & top);
    }

    long subtract(long a, long b) {
        return ((a | top) - (b & ~top)) ^ ((a ^ ~b) & top);
    }

    /** Sums that do not fit become the largest unsigned number. */
    long addUnsignedSaturated(long a, long b) {
        long sum = add(a, b);
        return sum | fill(((a & b) | ((a | b) & ~sum)) & top);
    }

    /** Differences below zero become zero. */
    long subtractUnsignedSaturated(long a, long b) {
        return subtract(a, b) & ~below(a, b);
    }

    long addSignedSaturated(long a, long b) {
        long sum = add(a, b);
        return saturate(sum, a, (a ^ sum) & (b ^ sum));
    }

    long subtractSignedSaturated(long a, long b) {
        long difference = subtract(a, b);
        return saturate(difference, a, (a ^ b) & (a ^ difference));
    }

    /** The extreme of a's sign where overflow has the top bit set. */
    private long saturate(long result, long a, long overflow) {
        return select(fill(overflow & top), ~top ^ fill(a & top), result);
    }

    long equal(long a, long b) {
        long difference = a ^ b;
        return fill(~(((difference & ~top) + ~top) | difference) & top);
    }

    /** Ones where a is less, unsigned. */
    private long below(long a, long b) {
        long difference = subtract(a, b);
        return fill(((~a & b) | ((~a | b) & difference)) & top);
    }

    long greater(long a, long b) {
        return below(b ^ top, a ^ top);
    }

    long minimumUnsigned(long a, long b) {
        return select(below(a, b), a, b);
    }

    long maximumUnsigned(long a, long b) {
        return select(below(a, b), b, a);
    }

    long minimumSigned(long a, long b) {
        return select(greater(a, b), b, a);
    }

    long maximumSigned(long a, long b) {
        return select(greater(a, b), a, b);
    }

    /** (a + b + 1) / 2, unsigned. */
    long average(long a, long b) {
        long halves = ((a ^ b) & ~(top >>> (bits - 1))) >>> 1;
        return (a | b) - halves;
    }

    long absolute(long a) {
        long negative = fill(a & top);
        return subtract(a ^ negative, negative);
    }

    /** a, negated where b is negative, zero where b is zero. */
    long sign(long a, long b) {
        long negative = fill(b & top);
        return subtract(a ^ negative, negative) & ~equal(b, 0);
    }

    // Shifts by the same count, which may be anything.

    private long lowBits(int count) {
        return (top >>> (bits - 1)) * ((1L << count) - 1);
    }

    long shiftLeft(long a, long count) {
        return outOfRange(count) ? 0 : (a & lowBits(bits - (int) count)) << count;
    }

    long shiftRight(long a, long count) {
        return outOfRange(count) ? 0 : (a >>> count) & lowBits(bits - (int) count);
    }

    long shiftRightSigned(long a, long count) {
        int by = outOfRange(count) ? bits - 1 : (int) count;
        long sign = fill(a & top);
        return (((a ^ sign) >>> by) & lowBits(bits - by)) ^ sign;
    }

    private boolean outOfRange(long count) {
        return Long.compareUnsigned(count, bits) >= 0;
    }

    // Lane by lane, for what has no such trick.

    /** A function of sign-extended lanes, of which the low bits of the results are kept. */
    LongBinaryOperator each(IntBinaryOperator function) {
        int unused = 32 - bits;
        long mask = -1L >>> (64 - bits);
        return (a, b) -> {
            long result = 0;
            for (int i = 0; i < 64; i += bits) {
                int x = (int) (a >>> i) << unused >> unused;
                int y = (int) (b >>> i) << unused >> unused;
                result |= (function.applyAsInt(x, y) & mask) << i;
            }
            return result;
        };
    }

    /** A function of zero-extended lanes. */
    LongBinaryOperator eachUnsigned(IntBinaryOperator function) {
        long mask = -1L >>> (64 - bits);
        return (a, b) -> {
            long result = 0;
            for (int i = 0; i < 64; i += bits) {
                int x = (int) (a >>> i & mask);
                int y = (int) (b >>> i & mask);
                result |= (function.applyAsInt(x, y) & mask) << i;
            }
            return result;
        };
    }
}
