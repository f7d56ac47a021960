package dev.lungo.cpu.op.x87;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.fp.ExtendedOperand;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.cpu.fp.HostFpu;
import dev.lungo.cpu.fp.Operands;
import dev.lungo.host.ExecutableMemory;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every x87 opcode, run by the interpreter and by the host from the same state: stacks of every
 * height, registers of every class, all masks.
 */
@EnabledIf("hostRunsOurCode")
class X87FamilyTest {
    private static final int CASES = Boolean.getBoolean("lungo.long") ? 20_000 : 500;

    /**
     * What is compared beside the x87 state: ten bytes, or what an environment has no secret of.
     */
    private static final int ENVIRONMENT_BYTES_COMPARED = 12;

    private static final int REGISTERS_IN_IMAGE = 28;
    private static final int OUTCOME = 21 + 108 / 4;

    /** Their results may differ in the last bit, and so C1, PE and UE. */
    private static final Set<Mnemonic> TRANSCENDENTAL =
            EnumSet.of(
                    Mnemonic.F2XM1,
                    Mnemonic.FYL2X,
                    Mnemonic.FYL2XP1,
                    Mnemonic.FPTAN,
                    Mnemonic.FPATAN,
                    Mnemonic.FSIN,
                    Mnemonic.FCOS,
                    Mnemonic.FSINCOS);

    /** Comparisons, which deliver nothing after an unmasked IE, as the SDM says; the host does. */
    private static final Set<Mnemonic> COMPARISONS =
            EnumSet.of(
                    Mnemonic.FCOM,
                    Mnemonic.FCOMP,
                    Mnemonic.FCOMPP,
                    Mnemonic.FUCOM,
                    Mnemonic.FUCOMP,
                    Mnemonic.FUCOMPP,
                    Mnemonic.FICOM,
                    Mnemonic.FICOMP,
                    Mnemonic.FCOMI,
                    Mnemonic.FCOMIP,
                    Mnemonic.FUCOMI,
                    Mnemonic.FUCOMIP,
                    Mnemonic.FTST);

    static boolean hostRunsOurCode() {
        return ExecutableMemory.isSupported();
    }

    @SuppressWarnings("UnusedMethod") // JUnit calls it by name
    private static List<String> opcodes() {
        var all = new ArrayList<String>();
        for (int escape = 0xD8; escape <= 0xDF; escape++) {
            for (int modrm = 0; modrm < 0x100; modrm++) {
                boolean atRbx = (modrm & 0b11_000_111) == 0b00_000_011;
                if (!atRbx && modrm < 0xC0) {
                    continue;
                }
                byte[] bytes = {(byte) escape, (byte) modrm};
                var decoded = Decoder.decode(CodeMode.CODE64, bytes, 0, 2);
                if (decoded instanceof Instruction i) {
                    all.add("%02X %02X %s".formatted(escape, modrm, i.mnemonic()));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("opcodes")
    void leavesTheStateThatTheHostLeaves(String opcode) {
        String code = opcode.substring(0, 5);
        var mnemonic = Mnemonic.valueOf(opcode.substring(6));
        var operands = new Operands(code.hashCode());
        int compared = comparedBytes(mnemonic);
        // FCOMI and the like leave C1 zero, as the SDM says; the host keeps it.
        int status = code.matches("D[BF] (E[89A-F]|F[0-7])") ? ~Fpu.C1 : ~0;
        boolean transcendental = TRANSCENDENTAL.contains(mnemonic);
        if (transcendental) {
            status = ~(Fpu.C1 | FloatEnv.PE | FloatEnv.UE);
        }
        var expected = new long[OUTCOME];
        var actual = new long[OUTCOME];

        try (var host = new HostFpu("FF 73 70" + "9D" + code); // push [rbx + 112]; popf
                var guest = new Guest()) {
            guest.code(code);
            for (int i = 0; i < CASES; i++) {
                prepare(operands, host, guest, transcendental ? FloatEnv.PE | FloatEnv.UE : 0);
                guest.remember();

                host.run();
                guest.run();

                boolean invalidUnmasked = (host.statusWord() & ~host.controlWord() & 1) != 0;
                if (COMPARISONS.contains(mnemonic) && invalidUnmasked) {
                    assertThat(guest.cpu.fpu.statusWord() & 0xFF)
                            .isEqualTo(host.statusWord() & 0xFF);
                    continue;
                }
                outcome(host, compared, status, expected);
                outcome(guest, compared, status, actual);
                if (!Arrays.equals(actual, expected)
                        && !(transcendental && isClose(actual, expected))) {
                    assertThat(text(actual))
                            .as("case %d of %s: %s", i, opcode, guest.remembered())
                            .isEqualTo(text(expected));
                }
            }
        }
    }

    private static int comparedBytes(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case FNSTENV -> ENVIRONMENT_BYTES_COMPARED;
            case FNSAVE -> 108;
            default -> 16;
        };
    }

    private static void prepare(Operands operands, HostFpu host, Guest guest, int masked) {
        int masks = operands.oneIn(2) ? FloatEnv.ALL : operands.below(64) | masked;
        int[] precisions = {0, 2, 3};
        int control = 0x40 | masks | precisions[operands.below(3)] << 8 | operands.below(4) << 10;
        int top = operands.below(8);
        int flagged = masks & operands.below(64);
        int status = (operands.below(0x100) << 8 & 0x4700) | top << 11 | flagged;
        int valid =
                switch (operands.below(4)) {
                    case 0 -> operands.below(256);
                    case 1 -> 0xFF;
                    default -> 0b11 << top | 0b11 << top >> 8;
                };
        host.x87(control, status, valid & 0xFF);
        Fpu fpu = guest.cpu.fpu;
        fpu.initialize();
        fpu.setControlWord(control);
        fpu.setStatusWord(status);
        var operand = new ExtendedOperand();
        operands.number(operand);
        for (int i = 0; i < 8; i++) {
            var next = new ExtendedOperand();
            operands.near(operand, next);
            operand = next;
            host.st(i, operand.signExponent, operand.significand);
            fpu.set(i, operand.signExponent, operand.significand);
        }
        for (int i = 0; i < 8; i++) {
            if ((valid >> fpu.physical(i) & 1) == 0) {
                fpu.setEmpty(i);
            }
        }
        operands.near(operand, operand);
        for (int offset = 0; offset < 112; offset += 8) {
            long value = operands.oneIn(2) ? operands.nextLong() : operands.operandBits();
            if (offset == 8 && operands.oneIn(2)) {
                value = operand.signExponent;
            }
            host.memory(offset, value);
            guest.memory(offset, value);
        }
        long flags = 2 | (operands.below(0x100) & 0x45);
        host.memory(112, flags);
        guest.statusFlags(flags);
        host.rax(0x1234_5678_9ABC_DEF0L);
        guest.rax(0x1234_5678_9ABC_DEF0L);
    }

    /** Words, flags and RAX, then the registers that are not empty, then memory. */
    private static void outcome(HostFpu host, int bytes, int statusMask, long[] into) {
        into[0] = host.controlWord();
        into[1] = host.statusWord() & statusMask;
        into[2] = host.validRegisters();
        into[3] = host.rflags() & 0x45;
        into[4] = host.rax();
        int top = host.statusWord() >> 11 & 7;
        for (int i = 0; i < 8; i++) {
            boolean full = (host.validRegisters() >> (top + i & 7) & 1) != 0;
            into[5 + 2 * i] = full ? host.stSignExponent(i) : 0;
            into[6 + 2 * i] = full ? host.stSignificand(i) : 0;
        }
        for (int offset = 0; offset < bytes; offset += 4) {
            into[21 + offset / 4] = isStored(bytes, offset) ? (int) host.memory(offset) : 0;
        }
    }

    private static void outcome(Guest guest, int bytes, int statusMask, long[] into) {
        Fpu fpu = guest.cpu.fpu;
        into[0] = fpu.controlWord();
        into[1] = fpu.statusWord() & statusMask;
        into[2] = 0;
        into[3] = guest.statusFlags() & 0x45;
        into[4] = guest.rax();
        for (int i = 0; i < 8; i++) {
            boolean full = !fpu.isEmpty(i);
            into[2] |= full ? 1 << fpu.physical(i) : 0;
            into[5 + 2 * i] = full ? fpu.signExponent(i) : 0;
            into[6 + 2 * i] = full ? fpu.significand(i) : 0;
        }
        for (int offset = 0; offset < bytes; offset += 4) {
            into[21 + offset / 4] = isStored(bytes, offset) ? (int) guest.memory(offset) : 0;
        }
    }

    private static boolean isClose(long[] actual, long[] expected) {
        for (int i = 0; i < OUTCOME; i++) {
            boolean register = i >= 5 && i < 21;
            if (register && (i & 1) != 0) {
                // In order, numbers of one exponent follow those of the one below.
                long binades = Math.max(actual[i] & 0x7FFF, 1) - Math.max(expected[i] & 0x7FFF, 1);
                long apart = actual[i + 1] - expected[i + 1] + (binades << 63);
                boolean sameSign = ((actual[i] ^ expected[i]) & 0x8000) == 0;
                if (!sameSign || Math.abs(binades) > 1 || apart < -1 || apart > 1) {
                    return false;
                }
            } else if (!register && actual[i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private static String text(long[] outcome) {
        return Arrays.stream(outcome).mapToObj(Long::toHexString).toList().toString();
    }

    /** Instruction and operand pointers are not the same on both sides. */
    private static boolean isStored(int bytes, int offset) {
        return bytes <= 16 || offset < ENVIRONMENT_BYTES_COMPARED || offset >= REGISTERS_IN_IMAGE;
    }
}
