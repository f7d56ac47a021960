package dev.lungo.cpu.translate;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import java.io.ByteArrayOutputStream;
import java.util.Random;

/**
 * Loops of random x87 instructions. Each iteration begins with some registers loaded, and ends with
 * the x87 state logged.
 */
final class X87Programs {
    static final int COUNT = 400;

    private static final int IMAGE_BYTES = 112;
    private static final int MOST_BYTES = 15;

    private final Random random;
    private ByteArrayOutputStream code = new ByteArrayOutputStream();

    X87Programs(Random random) {
        this.random = random;
    }

    /** The next program, for data at {@code data}. */
    byte[] bytes(long data, int instructions, int iterations) {
        code = new ByteArrayOutputStream();
        write(0x41, 0xBF); // mov r15d, iterations
        write32(iterations);
        write(0xBE); // mov esi, data
        write32((int) data + random.nextInt(16));
        write(0xBB); // mov ebx, log
        write32((int) data + VectorPrograms.LOG);
        int top = code.size();
        if (random.nextInt(3) != 0) {
            write(0xDB, 0xE3); // fninit
        }
        if (random.nextInt(3) != 0) {
            fldcw();
        }
        for (int i = random.nextInt(9); i > 0; i--) {
            // fld dword, fild dword, fld qword, fild word
            write(0xD9 + 2 * random.nextInt(4), 0x86);
            write32(VectorPrograms.SOURCE + 4 * random.nextInt(0x100));
        }
        for (int i = 0; i < instructions; i++) {
            if (random.nextInt(12) == 0) {
                write(0x01, 0xC8); // add eax, ecx
            } else if (random.nextInt(12) == 0) {
                write(0x0F, 0x92, 0xC1); // setb cl
            } else if (random.nextInt(20) == 0) {
                fldcw();
            }
            instruction();
        }
        write(0xDD, 0x33); // fnsave [rbx]
        if (random.nextInt(3) == 0) {
            write(0xDD, 0x23); // frstor [rbx]
        }
        write(0x48, 0x83, 0xC3, IMAGE_BYTES); // add rbx, ...
        write(0x48, 0x83, 0xC6, 1 + random.nextInt(64)); // add rsi, ...
        write(0x41, 0x83, 0xEF, 0x01, 0x0F, 0x85); // sub r15d, 1; jnz top
        write32(top - (code.size() + 4));
        write(0xF4);
        return code.toByteArray();
    }

    /** Mostly with all exceptions masked. */
    private void fldcw() {
        int value = random.nextInt(0x1_0000);
        value |= random.nextInt(10) == 0 ? 0 : 0x3F;
        write(0xC7, 0x43, 0xF8); // mov dword [rbx - 8], value
        write32(value);
        write(0xD9, 0x6B, 0xF8); // fldcw [rbx - 8]
    }

    private void instruction() {
        for (; ; ) {
            byte[] bytes = new byte[MOST_BYTES];
            random.nextBytes(bytes);
            bytes[0] = (byte) (random.nextInt(20) == 0 ? 0x9B : 0xD8 + random.nextInt(8));
            boolean memory = random.nextInt(3) == 0;
            bytes[1] = (byte) (memory ? 0x46 | random.nextInt(8) << 3 : 0xC0 | random.nextInt(64));
            bytes[2] = (byte) random.nextInt(64);
            if (Decoder.decode(CodeMode.CODE64, bytes, 0, bytes.length) instanceof Instruction i
                    && X87Emitters.knows(i)) {
                code.write(bytes, 0, i.length());
                return;
            }
        }
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
