package dev.lungo.isa;

/** Every register operand there is, made once. */
final class Registers {
    private static final int MOST = 16;
    private static final RegisterKind[] KINDS = RegisterKind.values();
    private static final Operand.Register[] ALL = new Operand.Register[KINDS.length * MOST];

    static {
        for (RegisterKind kind : KINDS) {
            for (int number = 0; number < MOST; number++) {
                ALL[slot(kind, number)] = new Operand.Register(kind, number);
            }
        }
    }

    private Registers() {}

    static Operand.Register of(RegisterKind kind, int number) {
        return ALL[slot(kind, number)];
    }

    @SuppressWarnings("EnumOrdinal") // every operand of every decode passes here
    private static int slot(RegisterKind kind, int number) {
        return kind.ordinal() * MOST + number;
    }

    /** A byte register as ModRM or the opcode names it; {@code rex} is any REX prefix. */
    static Operand.Register gpr8(int number, boolean rex) {
        return !rex && number >= 4 && number < 8
                ? of(RegisterKind.GPR8_HIGH, number - 4)
                : of(RegisterKind.GPR8, number);
    }

    static Operand.Register gpr(int number, int bytes) {
        return of(
                bytes == 8
                        ? RegisterKind.GPR64
                        : bytes == 4 ? RegisterKind.GPR32 : RegisterKind.GPR16,
                number);
    }
}
