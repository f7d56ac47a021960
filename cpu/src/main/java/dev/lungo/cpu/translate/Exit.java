package dev.lungo.cpu.translate;

import dev.lungo.cpu.block.Op;
import org.jspecify.annotations.Nullable;

/**
 * A place where translated code goes back to Java: to have an instruction interpreted, or because
 * what comes next is not known.
 */
public final class Exit {
    // Their numbers, of those that belong to no unit.
    static final int LEAVE = 0;
    static final int FAULT = 1;

    enum Kind {
        /**
         * The instruction at {@link #start} is to be interpreted; then go on at {@link #resume}.
         */
        INTERPRET(0, "interpreter falls"),
        /** A direct branch: the jump at {@link #resume} may be made to go where it leads. */
        LINK(1, "direct branches not linked yet"),
        /** The code under the unit has changed; its entry may lead to what replaces it. */
        DEAD(2, "entries of dead units"),
        /** Nothing more is known than the instruction pointer. */
        LEAVE(3, "pending events"),
        /** A fault in translated code: see {@link Guard}. */
        FAULT(4, "faults");

        private static final Kind[] ALL = values();

        /** What stands for it in a {@link Catalog}. */
        final int number;

        final String title;

        Kind(int number, String title) {
            this.number = number;
            this.title = title;
        }

        static Kind of(int number) {
            for (Kind each : ALL) {
                if (each.number == number) {
                    return each;
                }
            }
            throw new IllegalArgumentException("no kind of exit has the number " + number);
        }
    }

    /** Why an instruction is interpreted. */
    enum Cause {
        NO_EMITTER("no emitter"),
        /** It is not in the TLB, or not so that it could be reached directly. */
        TLB_MISS("TLB miss"),
        /** Where an indirect branch, or one to another page, leads was not found. */
        UNKNOWN_TARGET("unknown branch target"),
        /** Operands that the host's instruction would not take. */
        OPERANDS("operands"),
        /** It has faulted where that should not be possible. */
        FAULT("fault");

        final String title;

        Cause(String title) {
            this.title = title;
        }
    }

    /** Whether an instruction is to be interpreted; otherwise the instruction pointer has moved. */
    public boolean interprets() {
        return kind == Kind.INTERPRET;
    }

    /** How far on its page the instruction pointer is now, or 0 if translated code has it. */
    int onPage() {
        Unit of = unit;
        if (of == null) {
            return 0;
        }
        return kind == Kind.LINK ? start : of.onPage();
    }

    final Kind kind;
    final @Nullable Unit unit;

    /**
     * Where the instruction begins, in bytes from the beginning of the unit; of a {@link Kind#LINK}
     * where on its page it leads.
     */
    final int start;

    /** A host address. */
    long resume;

    // What only statistics want to know.

    /** Null unless it {@link #interprets}. */
    Statistics.@Nullable Fall fall;

    /** How many instructions of the unit come before. */
    int before;

    /** The instruction, once it has been asked for. */
    @Nullable Op op;

    Exit(Kind kind, @Nullable Unit unit, int start) {
        this.kind = kind;
        this.unit = unit;
        this.start = start;
    }
}
