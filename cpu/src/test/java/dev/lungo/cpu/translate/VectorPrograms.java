package dev.lungo.cpu.translate;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Encoding;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Loops of a few instructions on vector registers, or of BMI and the like, with other operands in
 * each iteration. In the course of {@link #count} programs, every form that the decoder knows
 * appears. All vector registers are loaded when an iteration begins, and logged when it ends.
 */
final class VectorPrograms {
    /** Where the registers are loaded from, in bytes from the data that instructions access. */
    static final int SOURCE = 0x4000;

    static final int LOG = 0x1_0000;
    private static final int MOST_BYTES = 15;
    private static final int VECTOR_BYTES = 32;
    private static final int[] PREFIXES = {0, 0x66, 0xF3, 0xF2};

    // RSP, RSI and RBX, where data and log are, and the loop's counter, EDI.
    private static final int RESERVED = 1 << 4 | 1 << 6 | 1 << 3 | 1 << 7;

    /** All that makes an encoding another; {@code digit} is ModRM.reg where that is no operand. */
    private record Form(
            boolean vex,
            int map,
            int opcode,
            int prefix,
            boolean l,
            boolean w,
            boolean memory,
            int digit) {}

    private final List<Form> forms = new ArrayList<>();
    private final Random random;

    /** Or 32-bit. */
    private final boolean is64;

    /** How many registers of a kind there are. */
    private final int registers;

    private int next;
    private ByteArrayOutputStream code = new ByteArrayOutputStream();

    VectorPrograms(Random random, boolean is64) {
        this.random = random;
        this.is64 = is64;
        registers = is64 ? 16 : 8;
        for (int i = 0; i < 3 * 256 * 4 * 16 * 8; i++) {
            Form form =
                    new Form(
                            (i & 1) != 0,
                            (i >> 9) / 256 % 3 + 1,
                            (i >> 9) % 256,
                            PREFIXES[i >> 1 & 3],
                            (i & 8) != 0,
                            (i & 16) != 0,
                            (i & 32) != 0,
                            i >> 6 & 7);
            if (isWanted(form)) {
                forms.add(form);
            }
        }
        Collections.shuffle(forms, random);
    }

    /** So many programs have all forms in them. */
    int count(int instructions) {
        return (forms.size() + instructions - 1) / instructions;
    }

    private @Nullable Instruction decode(byte[] bytes) {
        CodeMode mode = is64 ? CodeMode.CODE64 : CodeMode.CODE32;
        return Decoder.decode(mode, bytes, 0, bytes.length) instanceof Instruction i ? i : null;
    }

    private boolean isWanted(Form form) {
        if (!form.vex && (form.l || form.w && !is64)) {
            return false;
        }
        Instruction i = decode(bytes(form, form.digit, 2, 0, 0));
        if (i == null) {
            return false;
        }
        Encoding encoding = Encoding.of(i);
        if (encoding == null || encoding.roles().contains(Encoding.Role.REG) && form.digit != 0) {
            return false;
        }
        return SameEmitters.usesVectors(i)
                || SameEmitters.usesMmx(i)
                || switch (i.mnemonic()) {
                    case ANDN,
                            BEXTR,
                            BLSI,
                            BLSMSK,
                            BLSR,
                            BZHI,
                            PDEP,
                            PEXT,
                            MULX,
                            RORX,
                            SARX,
                            SHLX,
                            SHRX,
                            POPCNT,
                            TZCNT,
                            LZCNT,
                            BSF,
                            BSR,
                            CRC32,
                            ADCX,
                            ADOX,
                            MOVBE,
                            MOVNTI,
                            CMPXCHG8B,
                            CMPXCHG16B ->
                            true;
                    default -> false;
                };
    }

    /** With these registers, and memory at RSI and a displacement. */
    private byte[] bytes(Form form, int reg, int rm, int vvvv, int displacement) {
        var bytes = new ByteArrayOutputStream();
        int b = form.memory ? 6 : rm;
        if (form.vex) {
            int pp = Arrays.asList(0, 0x66, 0xF3, 0xF2).indexOf(form.prefix);
            bytes.write(0xC4);
            bytes.write((reg > 7 ? 0 : 0x80) | 0x40 | (b > 7 ? 0 : 0x20) | form.map);
            bytes.write((form.w ? 0x80 : 0) | (~vvvv & 15) << 3 | (form.l ? 4 : 0) | pp);
        } else {
            if (form.prefix != 0) {
                bytes.write(form.prefix);
            }
            if (is64) {
                bytes.write(0x40 | (form.w ? 8 : 0) | reg >> 3 << 2 | b >> 3);
            }
            bytes.write(0x0F);
            if (form.map != 1) {
                bytes.write(form.map == 2 ? 0x38 : 0x3A);
            }
        }
        bytes.write(form.opcode);
        bytes.write((form.memory ? 0x40 : 0xC0) | (reg & 7) << 3 | b & 7);
        if (form.memory) {
            bytes.write(displacement);
        }
        for (int i = 0; i < MOST_BYTES; i++) {
            bytes.write(random.nextInt(256));
        }
        return Arrays.copyOf(bytes.toByteArray(), MOST_BYTES);
    }

    /** The next program, for data at {@code data}. */
    byte[] bytes(long data, int instructions, int iterations) {
        code = new ByteArrayOutputStream();
        boolean aligned = random.nextInt(8) != 0;
        write(0xBF); // mov edi, iterations
        write32(iterations);
        write(0xBE); // mov esi, data
        write32((int) data + (aligned ? 0 : random.nextInt(32)));
        write(0xBB); // mov ebx, log
        write32((int) data + LOG);
        int top = code.size();
        if (random.nextInt(2) == 0) {
            ldmxcsr();
        }
        for (int i = 0; i < registers; i++) {
            vmovups(0x10, i, 6, SOURCE + random.nextInt(0x100) * 4);
        }
        boolean mmx = random.nextInt(3) == 0;
        for (int i = 0; mmx && i < 8; i++) {
            write(0x0F, 0x6F, 0x86 | i << 3); // movq mm, [rsi + ...]
            write32(SOURCE + random.nextInt(0x100) * 4);
        }
        for (int i = 0; i < instructions; i++) {
            instruction(forms.get(next), aligned);
            next = (next + 1) % forms.size();
        }
        for (int i = 0; mmx && i < 8; i++) {
            write(0x0F, 0x7F, 0x83 | i << 3); // movq [rbx + ...], mm
            write32((registers + 1) * VECTOR_BYTES + 8 * i);
        }
        if (random.nextInt(3) == 0) {
            write(0x0F, 0x77); // emms
        }
        for (int i = 0; i < registers; i++) {
            vmovups(0x11, i, 3, i * VECTOR_BYTES);
        }
        write(0x0F, 0xAE, 0x9B); // stmxcsr [rbx + ...]
        write32(registers * VECTOR_BYTES);
        write(0x81, 0xC3); // add ebx, ...
        write32((registers + 3) * VECTOR_BYTES);
        write(0x83, 0xC6, aligned ? 16 * (1 + random.nextInt(4)) : 1 + random.nextInt(64));
        write(0x83, 0xEF, 0x01, 0x0F, 0x85); // sub edi, 1; jnz top
        write32(top - (code.size() + 4));
        write(0xF4);
        return code.toByteArray();
    }

    /** Mostly with all exceptions masked. */
    private void ldmxcsr() {
        int value = random.nextInt(0x1_0000);
        value |= random.nextInt(8) == 0 ? 0 : 0x1F80;
        write(0xC7, 0x43, 0xF8); // mov dword [rbx - 8], value
        write32(value);
        write(0x0F, 0xAE, 0x53, 0xF8); // ldmxcsr [rbx - 8]
    }

    private void vmovups(int opcode, int register, int base, int displacement) {
        write(0xC5, register > 7 ? 0x7C : 0xFC, opcode, 0x80 | (register & 7) << 3 | base);
        write32(displacement);
    }

    private void instruction(Form form, boolean aligned) {
        for (; ; ) {
            int vvvv = random.nextInt(4) == 0 ? 0 : random.nextInt(registers);
            int displacement = random.nextInt(8) * (aligned ? 16 : 5);
            byte[] bytes =
                    bytes(
                            form,
                            form.digit != 0 ? form.digit : random.nextInt(registers),
                            random.nextInt(registers),
                            vvvv,
                            displacement);
            Instruction i = decode(bytes);
            if (i == null) { // vvvv is no operand
                bytes = bytes(form, form.digit, random.nextInt(registers), 0, displacement);
                i = decode(bytes);
            }
            if (i == null || !isAllowed(i)) {
                continue;
            }
            disturbFlags();
            code.write(bytes, 0, i.length());
            if (leavesUndefined(i)) {
                write(0x0F, 0x94, 0xC1); // setz cl
                if (i.mnemonic() != Mnemonic.BSF && i.mnemonic() != Mnemonic.BSR) {
                    write(0x0F, 0x92, 0xC2); // setb dl
                }
                write(0x84, 0xC0 | random.nextInt(64)); // test r8, r8
            }
            disturbFlags();
            return;
        }
    }

    private void disturbFlags() {
        switch (random.nextInt(16)) {
            case 0 -> write(0x01, 0xC8); // add eax, ecx
            case 1 -> write(0x11, 0xC2); // adc edx, eax
            case 2 -> write(0x0F, 0x92, 0xC1); // setb cl
            case 3 -> write(0x39, 0xC8); // cmp eax, ecx
            case 4 -> write(0xF8); // clc
            case 5 -> write(0xF9); // stc
            case 6 -> write(0xF5); // cmc
            case 7 -> write(0x9E); // sahf
            case 8 -> write(0x9F, 0x80, 0xE4, 0xEF); // lahf; and ah, ~AF
            case 9 -> write(0xD1, 0xD0); // rcl eax, 1
            case 11 -> ldmxcsr();
            case 10 -> write(0xC0, 0xDA, 3, 0x84, 0xD2); // rcr dl, 3; test dl, dl
            default -> {}
        }
    }

    private static boolean isAllowed(Instruction i) {
        for (Operand each : i.operands()) {
            if (Emission.isPlain(each)
                    && (RESERVED >> ((Operand.Register) each).number() & 1) != 0) {
                return false;
            }
        }
        return switch (i.mnemonic()) {
            case MULX -> !i.operand(0).equals(i.operand(1));
            default -> true;
        };
    }

    private static boolean leavesUndefined(Instruction i) {
        return switch (i.mnemonic()) {
            case ANDN, BEXTR, BLSI, BLSMSK, BLSR, BZHI, TZCNT, LZCNT, BSF, BSR -> true;
            default -> false;
        };
    }

    private void write(int... bytes) {
        for (int each : bytes) {
            code.write(each);
        }
    }

    private void write32(int value) {
        write(value, value >> 8, value >> 16, value >> 24);
    }
}
