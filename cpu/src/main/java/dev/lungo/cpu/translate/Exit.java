package dev.lungo.cpu.translate;

import dev.lungo.cpu.block.Op;
import org.jspecify.annotations.Nullable;

/**
 * A place where translated code goes back to Java: to have an instruction interpreted, or because
 * what comes next is not known.
 */
public final class Exit {
    enum Kind {
        /**
         * The instruction at {@link #start} is to be interpreted; then go on at {@link #resume}.
         */
        INTERPRET,
        /** A direct branch: the jump at {@link #resume} may be made to go where it leads. */
        LINK,
        /** The code under the unit has changed; its entry may lead to what replaces it. */
        DEAD,
        /** Nothing more is known than the instruction pointer. */
        LEAVE
    }

    /** Whether an instruction is to be interpreted; otherwise the instruction pointer has moved. */
    public boolean interprets() {
        return kind == Kind.INTERPRET;
    }

    final Kind kind;
    final @Nullable Unit unit;

    /** Where the instruction begins, in bytes from the beginning of the unit. */
    final int start;

    /** A host address. */
    long resume;

    /** The instruction, once it has been asked for. */
    @Nullable Op op;

    Exit(Kind kind, @Nullable Unit unit, int start) {
        this.kind = kind;
        this.unit = unit;
        this.start = start;
    }
}
