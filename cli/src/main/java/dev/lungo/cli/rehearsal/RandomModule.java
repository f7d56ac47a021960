package dev.lungo.cli.rehearsal;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoded;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Functions as compilers write them, of instructions made at random: short blocks, conditions,
 * loops and calls, on memory at several registers. They run wherever they are put, as kernel or
 * user, and are always the same.
 *
 * <p>It begins with a page of data: where each function is, in 32 bits, and after {@link
 * #FUNCTIONS} of these what the functions have of their own. What they share is {@link #AREA}; GS
 * must have a page more. They keep RSP, and every general register may be changed.
 */
final class RandomModule {
    static final int BYTES = 0x4_0000;
    static final int FUNCTIONS = 400;

    /** 8 MiB of data, of which the first and the last are not touched. */
    static final long AREA = 0x80_0000_0000L;

    /** Where in each function 5 bytes of NOP are, which another instruction may replace. */
    static final int NOP_OFFSET = 4;

    private static final int MIB = 1 << 20;
    private static final int PAGE = 4096;
    private static final int LARGEST_FUNCTION = 3000;
    private static final int FRAME_BYTES = 0x80;

    // Numbers of the registers that only prologues set.
    private static final int RBX = 3;
    private static final int RSP = 4;
    private static final int RBP = 5;
    private static final int RSI = 6;
    private static final int R12 = 12;
    private static final int R15 = 15;
    private static final int RESERVED =
            1 << RBX | 1 << RSP | 1 << RBP | 1 << RSI | 1 << R12 | 1 << R15;

    // Where the operand that ModRM names is: numbers of cases. Above INDEXED it is a register.
    private static final int GS = 3;
    private static final int INDEXED = 8;

    // spotless:off
    /** Opcodes on general registers, those that compilers use most more than once. */
    private static final int[] GENERAL = {
        0x8B, 0x8B, 0x8B, 0x8B, 0x8B, 0x8B, 0x89, 0x89, 0x89, 0x89, 0xC7, 0xC6, 0x88, 0x8A, 0x8D, 0x8D,
        0x01, 0x03, 0x09, 0x0B, 0x11, 0x13, 0x19, 0x1B, 0x21, 0x23, 0x29, 0x2B, 0x31, 0x33, 0x31, 0x33,
        0x00, 0x0A, 0x22, 0x28, 0x30, 0x38, 0x39, 0x3B, 0x39, 0x3B, 0x3C, 0x3D, 0x85, 0x85, 0x84, 0xA8,
        0x80, 0x80, 0x81, 0x83, 0x83, 0x83, 0x83, 0xF6, 0xF7, 0xFE, 0xFF, 0xC0, 0xC1, 0xC1, 0xD1, 0xD3,
        0xB8, 0xB8, 0xBA, 0x63, 0x69, 0x6B, 0x87, 0x98, 0x99, 0x90, 0x05, 0x25, 0xB0,
        0x0F1F, 0x0FB6, 0x0FB6, 0x0FB7, 0x0FBE, 0x0FBF, 0x0FAF, 0x0FBA, 0x0FA3, 0x0FAB, 0x0FB3, 0x0FBC,
        0x0FBD, 0x0FA4, 0x0FAC, 0x0FB1, 0x0FC1, 0x0FC8, 0x0F42, 0x0F44, 0x0F45, 0x0F47, 0x0F48, 0x0F4C,
        0x0F4F, 0x0F92, 0x0F94, 0x0F95, 0x0F97, 0x0F9C, 0x0F9F
    };

    /** Opcodes on vector registers, whose memory operands are aligned. */
    private static final int[] VECTOR = {
        0x0F10, 0x0F11, 0x0F12, 0x0F16, 0x0F28, 0x0F29, 0x0F57, 0x0F60, 0x0F62, 0x0F6C, 0x0F6E, 0x0F6F,
        0x0F70, 0x0F72, 0x0F73, 0x0F74, 0x0F7E, 0x0F7F, 0x0FD4, 0x0FD6, 0x0FD7, 0x0FEB, 0x0FEF, 0x0FFE
    };
    // spotless:on

    private final Random random = new Random(1);
    private final ByteBuffer code = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final int[] functions = new int[FUNCTIONS];

    private RandomModule() {}

    static byte[] bytes() {
        RandomModule module = new RandomModule();
        module.write();
        return module.code.array();
    }

    private void write() {
        code.position(PAGE);
        for (int i = 0; i < FUNCTIONS; i++) {
            code.position(code.position() + 15 & -16);
            if (code.remaining() < LARGEST_FUNCTION) {
                throw new IllegalStateException("the module is too small for its functions");
            }
            functions[i] = code.position();
            code.putInt(4 * i, functions[i]);
            function(i);
        }
    }

    // spotless:off
    /** Of eight functions, five call nobody, two call such, and one calls any of these seven. */
    private void function(int number) {
        int kind = number % 8;
        int callees = kind < 5 ? 0 : kind < 7 ? 5 : 7;
        put(0xF3, 0x0F, 0x1E, 0xFA);                // endbr64
        put(0x0F, 0x1F, 0x44, 0x00, 0x00);          // nop
        put(0x55, 0x48, 0x89, 0xE5);                // push rbp; mov rbp,rsp
        put(0x53, 0x41, 0x54);                      // push rbx; push r12
        put(0x48, 0x81, 0xEC).putInt(FRAME_BYTES);  // sub rsp,...
        put(0x48, 0xBB).putLong(AREA + 2 * MIB + (random.nextInt(4 * MIB) & -16)); // mov rbx,...
        put(0x41, 0xBC).putInt(random.nextInt(64)); // mov r12d,...
        pointer();
        int statements = 4 + random.nextInt(9);
        for (int i = 0; i < statements; i++) {
            instructions();
            statement(number / 8, callees);
        }
        put(0x48, 0x81, 0xC4).putInt(FRAME_BYTES);  // add rsp,...
        put(0x41, 0x5C, 0x5B, 0x5D, 0xC3);          // pop r12; pop rbx; pop rbp; ret
    }
    // spotless:on

    /** Another place in the area for RSI. */
    private void pointer() {
        put(0x48, 0x8D, 0xB3).putInt(random.nextInt(MIB) - MIB / 2 & -16); // lea rsi,[rbx+...]
    }

    private void statement(int group, int callees) {
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> ifShort();
            case 4, 5 -> ifElse();
            case 6 -> jump();
            case 7 -> pointer();
            default -> {
                if (callees == 0) {
                    loop();
                } else {
                    call(functions[8 * random.nextInt(group + 1) + random.nextInt(callees)]);
                }
            }
        }
    }

    private void ifShort() {
        put(0x70 | random.nextInt(16), 0); // jcc end
        int from = code.position();
        instruction();
        instruction();
        code.put(from - 1, (byte) (code.position() - from));
    }

    private void ifElse() {
        int otherwise = branch(0x0F, 0x80 | random.nextInt(16)); // jcc otherwise
        instructions();
        int end = branch(0xE9); // jmp end
        land(otherwise);
        instructions();
        land(end);
    }

    private void jump() {
        int end = branch(0x48, 0x8D, 0x05); // lea rax,[end]
        put(0xFF, 0xE0, 0xCC, 0xCC); // jmp rax; int3; int3
        land(end);
    }

    private void loop() {
        put(0x41, 0xBF).putInt(1 + random.nextInt(6)); // mov r15d,...
        int again = code.position();
        instructions();
        put(0x41, 0xFF, 0xCF); // dec r15d
        put(0x0F, 0x85).putInt(again - (code.position() + 4)); // jnz again
    }

    private void call(int function) {
        put(0xE8).putInt(function - (code.position() + 4));
        pointer();
    }

    /** What ends in a relative address, which {@link #land} fills in. */
    private int branch(int... opcode) {
        put(opcode).putInt(0);
        return code.position();
    }

    private void land(int branch) {
        code.putInt(branch - 4, code.position() - branch);
    }

    private void instructions() {
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            instruction();
        }
    }

    /** Guesses until what it has guessed is an instruction that may be here. */
    private void instruction() {
        for (; ; ) {
            int start = code.position();
            int ripRelative = guess();
            code.limit(code.capacity()).position(start);
            Decoded decoded =
                    Decoder.decode(CodeMode.CODE64, code.array(), start, Decoder.MAX_BYTES);
            if (decoded instanceof Instruction i && mayBeHere(i)) {
                code.position(start + i.length());
                if (ripRelative >= 0) {
                    int data = PAGE / 2 + 16 * random.nextInt(PAGE / 2 / 16);
                    code.putInt(ripRelative, data - code.position());
                }
                return;
            }
        }
    }

    /** Returns where a displacement from RIP is, or -1. */
    private int guess() {
        boolean vector = random.nextInt(12) == 0;
        int place = random.nextInt(vector ? 6 : 16);
        prefixes(vector, place);
        int[] opcodes = vector ? VECTOR : GENERAL;
        int opcode = opcodes[random.nextInt(opcodes.length)];
        if (opcode > 0xFF) {
            put(opcode >> 8);
        }
        put(opcode);
        int at = memory(random.nextInt(8) << 3, place, vector);
        code.putInt(random.nextInt() >> random.nextInt(32)).putInt(random.nextInt());
        return at;
    }

    private void prefixes(boolean vector, int place) {
        if (place == GS) {
            put(0x65);
        }
        if (vector ? random.nextInt(4) > 0 : random.nextInt(20) == 0) {
            put(0x66);
        } else if (vector) {
            put(0xF3);
        } else if (random.nextInt(40) == 0) {
            put(0xF0); // lock
        }
        if (place == INDEXED) {
            put(random.nextBoolean() ? 0x4A : 0x42);
        } else if (random.nextInt(3) > 0) {
            put(
                    0x40
                            | random.nextInt(2) << 3
                            | random.nextInt(2) << 2
                            | (place > INDEXED ? random.nextInt(2) : 0));
        }
    }

    /** ModRM and what belongs to it. */
    private int memory(int reg, int place, boolean vector) {
        int near = random.nextInt(0x70) & (vector ? 0x70 : 0x7F);
        switch (place) {
            case 0 -> put(reg | RSI);
            case 1 -> put(0x40 | reg | RBX, near);
            case 2 -> put(0x40 | reg | RSI, near);
            case GS -> put(reg | 4, 0x25).putInt(0x100 + 16 * random.nextInt(0xE0));
            case 4 -> {
                put(reg | 5).putInt(0);
                return code.position() - 4;
            }
            case 5 -> put(0x80 | reg | RBX).putInt(random.nextInt(0x1_0000) & -16);
            case 6 -> put(0x40 | reg | RSP, 0x24, near & 0x78);
            case 7 -> put(0x40 | reg | RBP, 8 * random.nextInt(13) - 0x80);
            case INDEXED -> put(0x40 | reg | 4, random.nextInt(4) << 6 | 4 << 3 | RBX, near);
            default -> put(0xC0 | reg | random.nextInt(8));
        }
        return -1;
    }

    private static boolean mayBeHere(Instruction i) {
        boolean inMemory = false;
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Register(RegisterKind kind, int number)
                    && (kind == RegisterKind.MMX
                            || kind != RegisterKind.XMM && (RESERVED >> number & 1) != 0)) {
                return false;
            }
            inMemory |= each instanceof Operand.Memory;
        }
        return switch (i.mnemonic()) {
            case JMP, JMPF, CALL, CALLF, PUSH, POP, DIV, IDIV -> false;
            case BT, BTS, BTR, BTC -> !inMemory || i.operand(1) instanceof Operand.Immediate;
            default -> true;
        };
    }

    private ByteBuffer put(int... bytes) {
        for (int each : bytes) {
            code.put((byte) each);
        }
        return code;
    }
}
