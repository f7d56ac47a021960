package dev.lungo.isa;

/** One operand of a decoded instruction, explicit or written in the manual's operand column. */
public sealed interface Operand {
    /** How wide the operand is, in bytes; 0 where the width has no meaning (LEA, INVLPG). */
    int bytes();

    /** A register of the given file. */
    record Register(RegisterKind kind, int number) implements Operand {
        @Override
        public int bytes() {
            return kind.bytes();
        }
    }

    /**
     * A place in memory: segment base + base + index * scale + displacement, the part after the
     * segment base cut to {@code addressBytes}.
     *
     * @param segment the segment that takes effect, after any override
     * @param base number of the base register, {@link #NONE} or {@link #RIP} (the address of the
     *     next instruction)
     * @param index number of the index register or {@link #NONE}; with {@code vectorIndex} that of
     *     an XMM or YMM register
     * @param scale 1, 2, 4 or 8
     * @param displacement sign-extended
     * @param addressBytes 2, 4 or 8
     * @param vectorIndex the file of the index register for VSIB, otherwise {@code GPR64}
     */
    record Memory(
            Segment segment,
            int base,
            int index,
            int scale,
            long displacement,
            int addressBytes,
            RegisterKind vectorIndex,
            int bytes)
            implements Operand {
        public static final int NONE = -1;
        public static final int RIP = 16;

        /** The segment of memory at this base register where no prefix says otherwise. */
        public static Segment defaultSegment(int base) {
            return base == 4 || base == 5 ? Segment.SS : Segment.DS;
        }

        public boolean isVsib() {
            return vectorIndex != RegisterKind.GPR64;
        }
    }

    /**
     * An immediate. Those that the instruction sign-extends to its operand size ({@code ADD r/m32,
     * imm8}, {@code ADD rAX, imm32}, {@code PUSH imm8}) are sign-extended to 64 bits, all others
     * ({@code MOV r32, imm32}, byte operands, counts, ports, interrupt vectors) zero-extended.
     *
     * @param bytes the width in which it is used
     */
    record Immediate(long value, int bytes) implements Operand {}

    /** A branch target relative to the next instruction; {@code bytes} is the encoded width. */
    record Relative(long offset, int bytes) implements Operand {}

    /** A far pointer in the instruction (ptr16:16, ptr16:32); {@code bytes} is 4 or 6. */
    record FarPointer(int selector, long offset, int bytes) implements Operand {}
}
