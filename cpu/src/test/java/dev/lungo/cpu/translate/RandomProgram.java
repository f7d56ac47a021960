package dev.lungo.cpu.translate;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import java.io.ByteArrayOutputStream;
import java.util.random.RandomGenerator;

/**
 * A loop of random instructions on random operands: registers, and memory that is mostly where data
 * is and sometimes where nothing or code is. It ends with HLT.
 *
 * <p>Flags that an instruction leaves undefined are set anew before anybody can see them, but for
 * AF, which only faults show.
 */
final class RandomProgram {
    private static final int[] OPCODES = {
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x08, 0x09, 0x0A, 0x0B, 0x0D, 0x10, 0x11, 0x12, 0x13,
        0x18, 0x19, 0x1A, 0x1B, 0x20, 0x21, 0x22, 0x23, 0x25, 0x28, 0x29, 0x2A, 0x2B, 0x2D, 0x30,
        0x31, 0x32, 0x33, 0x35, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x50, 0x51, 0x58, 0x59, 0x63,
        0x68, 0x69, 0x6A, 0x6B, 0x80, 0x81, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B,
        0x8D, 0x98, 0x99, 0xA8, 0xA9, 0xB0, 0xB8, 0xC0, 0xC1, 0xC6, 0xC7, 0xD0, 0xD1, 0xD2, 0xD3,
        0xF6, 0xF7, 0xFE, 0xFF, 0x0F40, 0x0F42, 0x0F44, 0x0F46, 0x0F48, 0x0F4C, 0x0F4F, 0x0F90,
        0x0F93, 0x0F95, 0x0F97, 0x0F98, 0x0F9C, 0x0F9E, 0x0FA3, 0x0FA4, 0x0FA5, 0x0FAB, 0x0FAC,
        0x0FAD, 0x0FAF, 0x0FB0, 0x0FB1, 0x0FB3, 0x0FB6, 0x0FB7, 0x0FBA, 0x0FBB, 0x0FBE, 0x0FBF,
        0x0FC0, 0x0FC1, 0x0FC8, 0x0F60, 0x0F62, 0x0F6C, 0x0F6E, 0x0F6F, 0x0F70, 0x0F72, 0x0F73,
        0x0F74, 0x0F7E, 0x0F7F, 0x0FD4, 0x0FD6, 0x0FD7, 0x0FEB, 0x0FEF, 0x0FFE, 0x0F10, 0x0F11,
        0x0F12, 0x0F16, 0x0F28, 0x0F29, 0x0F57
    };
    private static final int MOST_BYTES = 15;

    private final RandomGenerator random;
    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    RandomProgram(RandomGenerator random) {
        this.random = random;
    }

    /** The program, for a data window at {@code data}. */
    byte[] bytes(long data, int instructions, int iterations) {
        write(0x41, 0xBF); // mov r15d, iterations
        write32(iterations);
        int top = code.size();
        for (int i = 0; i < instructions; i++) {
            if (i % 4 == 0) {
                bases(data);
            }
            instruction();
        }
        write(0x41, 0x83, 0xEF, 0x01, 0x0F, 0x85); // sub r15d, 1; jnz top
        write32(top - (code.size() + 4));
        write(0xF4);
        return code.toByteArray();
    }

    private void bases(long data) {
        write(0xBE); // mov esi
        write32((int) data + random.nextInt(0x400) + (random.nextInt(40) == 0 ? 0xC00 : 0));
        write(0xBB); // mov ebx
        write32((int) data + random.nextInt(0x100) * 16);
        if (random.nextInt(4) == 0) { // skip what follows, perhaps
            write(0x70 | random.nextInt(16), 2, 0xF7, 0xD0);
        }
    }

    private void instruction() {
        for (; ; ) {
            byte[] bytes = guess();
            if (!(Decoder.decode(CodeMode.CODE64, bytes, 0, bytes.length) instanceof Instruction i)
                    || !isAllowed(i)) {
                continue;
            }
            code.write(bytes, 0, i.length());
            if (RandomInstructions.leavesUndefined(i)) {
                write(0x84, 0xC0 | random.nextInt(64)); // test r8, r8
            }
            return;
        }
    }

    private byte[] guess() {
        var bytes = new ByteArrayOutputStream();
        int prefix = random.nextInt(8);
        if (prefix == 0) {
            bytes.write(0x66);
        } else if (prefix == 1) {
            bytes.write(random.nextBoolean() ? 0xF3 : 0xF2);
        } else if (prefix == 2 && random.nextInt(4) == 0) {
            bytes.write(0xF0);
        }
        if (random.nextInt(2) == 0) {
            bytes.write(0x40 | random.nextInt(16));
        }
        int opcode = OPCODES[random.nextInt(OPCODES.length)];
        if (opcode > 0xFF) {
            bytes.write(opcode >> 8);
        }
        bytes.write(opcode);
        int field = random.nextInt(8) << 3;
        switch (random.nextInt(4)) {
            case 0 -> bytes.write(0x40 | field | (random.nextBoolean() ? 6 : 3)); // [rsi/rbx + d8]
            case 1 -> bytes.write(field | (random.nextBoolean() ? 6 : 3));
            default -> bytes.write(0xC0 | field | random.nextInt(8));
        }
        for (int i = 0; i < MOST_BYTES; i++) {
            bytes.write(random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(16));
        }
        return java.util.Arrays.copyOf(bytes.toByteArray(), MOST_BYTES);
    }

    /** The loop's counter and the stack pointer are not to be changed at random. */
    private static boolean isAllowed(Instruction i) {
        if (i.has(Instruction.ADDRESS_SIZE)) {
            return false;
        }
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Register register) {
                boolean general =
                        switch (register.kind()) {
                            case GPR8, GPR16, GPR32, GPR64 -> true;
                            case GPR8_HIGH, XMM -> false;
                            default -> true;
                        };
                boolean vector = register.kind() == dev.lungo.isa.RegisterKind.XMM;
                if (register.kind() == dev.lungo.isa.RegisterKind.MMX
                        || general && (register.number() == 15 || register.number() == 4)
                        || vector && register.number() == 15) {
                    return false;
                }
            }
        }
        return switch (i.mnemonic()) {
            case JMP, CALL, JMPF, CALLF -> false;
            case SHLD, SHRD -> i.operandBytes() > 2; // by more than 16 nobody knows
            default -> true;
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
