package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;

/**
 * How translated code leaves the status flags in the state, in {@link State#FLAGS_KIND}, {@link
 * State#FLAGS_A} and {@link State#FLAGS_B}: as the operands of what set them, or as the host had
 * them. Elsewhere they are kept as {@link Flags} says.
 *
 * <p>The kinds of operations have their width in bits 1:0, as a power of two bytes.
 */
final class FlagsKind {
    /** As in RFLAGS, in A. */
    static final int IMAGE = 0;

    /** A is the sum, B one summand. */
    static final int ADD = 4;

    /** A is the difference, B what was subtracted. */
    static final int SUB = 8;

    /** A and B are the operands. */
    static final int CMP = 12;

    /** A is the result. */
    static final int LOGIC = 16;

    static final int COUNT = 20;

    private FlagsKind() {}

    /** Makes what translated code has left ready for the interpreter. */
    static void toInterpreter(long state) {
        int kind = Raw.getInt(state + State.FLAGS_KIND);
        long a = Raw.getLong(state + State.FLAGS_A);
        long b = Raw.getLong(state + State.FLAGS_B);
        int bits = 8 << (kind & 3);
        switch (kind & ~3) {
            case ADD -> Flags.add(state, bits, a - b, b, a);
            case SUB -> Flags.sub(state, bits, a + b, b, a);
            case CMP -> Flags.sub(state, bits, a, b, a - b);
            case LOGIC -> Flags.logic(state, a << (64 - bits) >> (64 - bits));
            default -> Flags.setStatus(state, a);
        }
    }

    /** Makes what the interpreter has left ready for translated code. */
    static void toTranslated(long state) {
        Raw.putLong(state + State.FLAGS_A, Flags.status(state) | 2);
        Raw.putInt(state + State.FLAGS_KIND, IMAGE);
    }
}
