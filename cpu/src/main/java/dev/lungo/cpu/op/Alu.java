package dev.lungo.cpu.op;

import dev.lungo.cpu.core.Flags;

/**
 * The two-operand instructions of the one-byte map's first half, and TEST. {@link #apply} is the
 * whole meaning of each, at every width.
 */
enum Alu {
    ADD,
    OR,
    ADC,
    SBB,
    AND,
    SUB,
    XOR,
    CMP,
    TEST;

    /** Whether only the flags are wanted. */
    boolean discards() {
        return this == CMP || this == TEST;
    }

    /**
     * Sets the flags and returns the result, of which the low {@code bits} count.
     *
     * @param a the destination operand
     * @param b the source operand; neither need be extended in a certain way
     */
    long apply(long state, int bits, long a, long b) {
        return switch (this) {
            case ADD -> add(state, bits, a, b, 0);
            case ADC -> add(state, bits, a, b, Flags.cf(state) ? 1 : 0);
            case SUB, CMP -> subtract(state, bits, a, b, 0);
            case SBB -> subtract(state, bits, a, b, Flags.cf(state) ? 1 : 0);
            case AND, TEST -> logic(state, bits, a & b);
            case OR -> logic(state, bits, a | b);
            case XOR -> logic(state, bits, a ^ b);
        };
    }

    private static long add(long state, int bits, long a, long b, long carry) {
        long sum = a + b + carry;
        Flags.add(state, bits, a, b, sum);
        return sum;
    }

    private static long subtract(long state, int bits, long a, long b, long borrow) {
        long difference = a - b - borrow;
        Flags.sub(state, bits, a, b, difference);
        return difference;
    }

    private static long logic(long state, int bits, long result) {
        Flags.logic(state, result << (64 - bits) >> (64 - bits));
        return result;
    }

    /** The flags of INC (delta 1) and DEC (delta -1). */
    static void step(long state, int bits, long old, int delta) {
        if (delta > 0) {
            Flags.addKeepingCarry(state, bits, old, old + 1);
        } else {
            Flags.subKeepingCarry(state, bits, old, old - 1);
        }
    }
}
