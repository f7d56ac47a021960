package dev.lungo.cpu.op.vector;

/** What an instruction does in a 128-bit lane, or in a 64-bit MMX register. */
@FunctionalInterface
interface LaneFunction {
    /**
     * All three are absolute addresses; the result never overlaps the sources.
     *
     * @param bytes 16, or 8 for MMX
     */
    void apply(long to, long a, long b, int bytes);
}
