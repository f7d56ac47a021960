package dev.lungo.cpu.fp;

import java.util.Random;

/** Operands that find mistakes: special values, neighbours, halves, and plain random ones. */
public final class Operands {
    private final Random random;

    public Operands(long seed) {
        random = new Random(seed);
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** A number of this format. */
    long number(InterchangeFormat f) {
        return number(f, f.bias() + random.nextInt(-40, 41));
    }

    /** A number of this format, often near another, or near the negative of it. */
    long near(InterchangeFormat f, long other) {
        return switch (random.nextInt(8)) {
            case 0 -> other ^ (random.nextBoolean() ? f.signBit() : 0);
            case 1 ->
                    (other + random.nextInt(-3, 4) ^ (random.nextBoolean() ? f.signBit() : 0))
                            & (f.signBit() << 1) - 1;
            case 2, 3, 4 -> {
                int spread = f.fractionBits() + 4;
                yield number(f, f.exponentField(other) + random.nextInt(-spread, spread + 1));
            }
            default -> number(f);
        };
    }

    private long number(InterchangeFormat f, int exponent) {
        long sign = random.nextBoolean() ? f.signBit() : 0;
        int chosen =
                switch (random.nextInt(6)) {
                    case 0 -> random.nextInt(f.maxExponent() + 1);
                    case 1 -> random.nextInt(3);
                    case 2 -> f.maxExponent() - random.nextInt(3);
                    default -> Math.clamp(exponent, 0, f.maxExponent());
                };
        return sign | (long) chosen << f.fractionBits() | fraction(f.fractionBits());
    }

    /** An 80-bit number, of whichever class. */
    public void number(ExtendedOperand operand) {
        number(operand, Extended.BIAS + random.nextInt(-80, 81));
    }

    /** An 80-bit number, often near another. */
    public void near(ExtendedOperand other, ExtendedOperand operand) {
        switch (random.nextInt(8)) {
            case 0 -> {
                operand.signExponent = other.signExponent ^ (random.nextInt(2) << 15);
                operand.significand = other.significand;
            }
            case 1 -> {
                operand.signExponent =
                        (other.signExponent ^ (random.nextInt(2) << 15)) + random.nextInt(-1, 2)
                                & 0xFFFF;
                operand.significand = other.significand + random.nextInt(-3, 4);
            }
            case 2, 3, 4 ->
                    number(operand, (other.signExponent & 0x7FFF) + random.nextInt(-70, 71));
            default -> number(operand);
        }
    }

    private void number(ExtendedOperand operand, int exponent) {
        int chosen =
                switch (random.nextInt(8)) {
                    case 0 -> random.nextInt(0x8000);
                    case 1 -> random.nextInt(3);
                    case 2 -> 0x7FFF - random.nextInt(3);
                    default -> Math.clamp(exponent, 0, 0x7FFF);
                };
        boolean integerBit = chosen == 0 ? random.nextInt(5) == 0 : random.nextInt(50) != 0;
        operand.signExponent = random.nextInt(2) << 15 | chosen;
        operand.significand = (integerBit ? Long.MIN_VALUE : 0) | fraction(63);
    }

    /** A significand of this many bits: none, one, few, all but few, or random ones. */
    public long fraction(int bits) {
        long mask = bits == 64 ? -1 : (1L << bits) - 1;
        long one = 1L << random.nextInt(bits);
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> one;
            case 2 -> mask & -one;
            case 3 -> one | 1L << random.nextInt(bits);
            case 4 -> mask & ~one;
            case 5 -> random.nextLong() & mask & -one;
            default -> random.nextLong() & mask;
        };
    }

    /** An integer, often a power of two or next to one. */
    public long integer() {
        long power = 1L << random.nextInt(64);
        return switch (random.nextInt(4)) {
            case 0 -> power + random.nextInt(-2, 3);
            case 1 -> -power + random.nextInt(-2, 3);
            case 2 -> random.nextLong() >> random.nextInt(64);
            default -> fraction(64);
        };
    }

    /** A single, a double, a significand, or an integer: what an x87 operand in memory may be. */
    public long operandBits() {
        return switch (random.nextInt(4)) {
            case 0 -> number(InterchangeFormat.SINGLE);
            case 1 -> number(InterchangeFormat.DOUBLE);
            case 2 -> Long.MIN_VALUE | fraction(63);
            default -> integer();
        };
    }

    public int nextInt() {
        return random.nextInt();
    }

    public long nextLong() {
        return random.nextLong();
    }
}
