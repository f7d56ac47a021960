package dev.lungo.conformance.engines;

import static dev.lungo.isa.Operands.R8;
import static dev.lungo.isa.Operands.RBP;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Operands;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A random program for ring 3: a loop of integer and SSE2 instructions over registers and a page of
 * memory, whose every result is defined. It ends with UD2.
 *
 * <p>Flags that a manual leaves undefined are not looked at: those who look at flags stand behind a
 * comparison, and so does the end.
 */
final class UserProgram {
    private static final List<Operand> REGISTERS =
            List.of(
                    Operands.RAX,
                    Operands.RBX,
                    Operands.RCX,
                    Operands.RDX,
                    Operands.RSI,
                    Operands.RDI,
                    Operands.R9,
                    Operands.R10,
                    Operands.R11,
                    Operands.R12);
    private static final List<Operand> VECTORS =
            List.of(Operands.XMM0, Operands.XMM1, Operands.XMM2, Operands.XMM3);

    // spotless:off
    private static final List<Mnemonic> ALU = List.of(
        Mnemonic.ADD, Mnemonic.SUB, Mnemonic.AND, Mnemonic.OR, Mnemonic.XOR);
    private static final List<Mnemonic> WITH_CARRY = List.of(Mnemonic.ADC, Mnemonic.SBB);
    private static final List<Mnemonic> SHIFTS = List.of(
        Mnemonic.SHL, Mnemonic.SHR, Mnemonic.SAR, Mnemonic.ROL, Mnemonic.ROR);
    private static final List<Mnemonic> CONDITIONAL = List.of(
        Mnemonic.CMOVB, Mnemonic.CMOVO, Mnemonic.CMOVZ, Mnemonic.CMOVS, Mnemonic.CMOVL);
    private static final List<Mnemonic> PACKED = List.of(
        Mnemonic.PADDB, Mnemonic.PADDD, Mnemonic.PSUBQ, Mnemonic.PXOR, Mnemonic.PMULLW,
        Mnemonic.PUNPCKLBW, Mnemonic.PCMPGTD, Mnemonic.PMADDWD, Mnemonic.PAVGB, Mnemonic.PSADBW);
    // spotless:on

    /** Of memory, at RBP. */
    private static final int MEMORY_BYTES = 2048;

    private final RandomGenerator random;

    /** What comes of it: written afresh each time that the assembler asks. */
    private final List<Consumer<Assembler>> instructions = new ArrayList<>();

    UserProgram(RandomGenerator random, int length) {
        this.random = random;
        for (int i = 0; i < length; i++) {
            add();
        }
    }

    /** Writes the loop, which is gone through so many times. */
    void write(Assembler a, int rounds) {
        a.op(Mnemonic.MOV, R8, imm(rounds)).label("again");
        instructions.forEach(each -> each.accept(a));
        a.op(Mnemonic.SUB, R8, imm(1)).jump(Mnemonic.JNZ, "again").op(Mnemonic.UD2);
    }

    private void add() {
        Operand to = any(REGISTERS);
        Operand from = any(REGISTERS);
        Operand place = mem(8, RBP, 8L * random.nextInt(MEMORY_BYTES / 8));
        Operand wide = mem(16, RBP, 16L * random.nextInt(MEMORY_BYTES / 16));
        Operand vector = any(VECTORS);
        int offset = random.nextInt(4096);
        switch (random.nextInt(12)) {
            case 0, 1 -> op(any(ALU), to, from);
            case 2 -> op(any(ALU), to, imm(random.nextInt()));
            case 3 -> op(any(ALU), to, place);
            case 4 -> op(any(ALU), place, from);
            case 5 -> op(any(SHIFTS), to, imm(random.nextInt(1, 64)));
            case 6 -> op(Mnemonic.IMUL, to, from);
            case 7 -> {
                op(Mnemonic.CMP, from, place);
                op(random.nextBoolean() ? any(CONDITIONAL) : any(WITH_CARRY), to, from);
            }
            case 8 -> op(Mnemonic.LEA, to, mem(0, (Operand.Register) from, offset));
            case 9 -> op(any(PACKED), vector, any(VECTORS));
            case 10 -> op(Mnemonic.MOVDQU, vector, wide);
            default -> op(Mnemonic.MOVDQU, wide, vector);
        }
    }

    private void op(Mnemonic mnemonic, Operand... operands) {
        instructions.add(a -> a.op(mnemonic, operands));
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
