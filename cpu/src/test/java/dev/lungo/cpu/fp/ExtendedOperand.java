package dev.lungo.cpu.fp;

/** An 80-bit operand of a test. */
public final class ExtendedOperand {
    public int signExponent;
    public long significand;

    @Override
    public String toString() {
        return "%x:%x".formatted(signExponent, significand);
    }
}
