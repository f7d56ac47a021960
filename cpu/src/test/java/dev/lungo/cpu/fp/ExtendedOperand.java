package dev.lungo.cpu.fp;

/** An 80-bit operand of a test. */
final class ExtendedOperand {
    int signExponent;
    long significand;

    @Override
    public String toString() {
        return "%x:%x".formatted(signExponent, significand);
    }
}
