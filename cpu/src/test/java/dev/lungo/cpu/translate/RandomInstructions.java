package dev.lungo.cpu.translate;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import java.util.random.RandomGenerator;

/**
 * Random instructions on random operands: registers, and memory that is mostly where data is and
 * sometimes where nothing or code is. None is a branch.
 *
 * <p>Flags that an instruction leaves undefined are set anew before anybody can see them, but for
 * AF, which nobody may look at.
 */
final class RandomInstructions {
    private static final int[] OPCODES = {
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x08, 0x09, 0x0A, 0x0B, 0x0D, 0x10, 0x11, 0x12, 0x13,
        0x18, 0x19, 0x1A, 0x1B, 0x20, 0x21, 0x22, 0x23, 0x25, 0x28, 0x29, 0x2A, 0x2B, 0x2D, 0x30,
        0x31, 0x32, 0x33, 0x35, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x50, 0x51, 0x58, 0x59, 0x63,
        0x68, 0x69, 0x6A, 0x6B, 0x80, 0x81, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B,
        0x8D, 0x91, 0x98, 0x99, 0xA8, 0xA9, 0xB0, 0xB8, 0xC0, 0xC1, 0xC6, 0xC7, 0xD0, 0xD1, 0xD2,
        0xD3, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFE, 0xFF, 0x0F40, 0x0F42, 0x0F44, 0x0F46, 0x0F48,
        0x0F4C, 0x0F4F, 0x0F90, 0x0F93, 0x0F95, 0x0F97, 0x0F98, 0x0F9C, 0x0F9E, 0x0FA3, 0x0FA4,
        0x0FA5, 0x0FAB, 0x0FAC, 0x0FAD, 0x0FAF, 0x0FB0, 0x0FB1, 0x0FB3, 0x0FB6, 0x0FB7, 0x0FB8,
        0x0FBA, 0x0FBB, 0x0FBC, 0x0FBD, 0x0FBE, 0x0FBF, 0x0FC0, 0x0FC1, 0x0FC7, 0x0FC8, 0x0F60,
        0x0F62, 0x0F6C, 0x0F6E, 0x0F6F, 0x0F70, 0x0F72, 0x0F73, 0x0F74, 0x0F7E, 0x0F7F, 0x0FD4,
        0x0FD6, 0x0FD7, 0x0FEB, 0x0FEF, 0x0FFE, 0x0F10, 0x0F11, 0x0F12, 0x0F16, 0x0F28, 0x0F29,
        0x0F57
    };
    private static final int MOST_BYTES = 15;

    /** After so many, the registers that point to data are set again. */
    private static final int BETWEEN_BASES = 4;

    /** How many of sixteen forms of operands name memory by a base. */
    private static final int MEMORY_FORMS = 6;

    private static final int PAGE = 4096;
    private static final int RSP = 4;

    private final Assembler to;
    private final RandomGenerator random;
    private final CodeMode mode;
    private final long data;
    private final boolean stack;

    // Of the last guess, in bytes from its beginning.
    private int modRm;

    /**
     * For a data window of some pages.
     *
     * @param stack whether there may be PUSH and POP, and each without the other
     */
    RandomInstructions(
            Assembler to, RandomGenerator random, CodeMode mode, long data, boolean stack) {
        this.to = to;
        this.random = random;
        this.mode = mode;
        this.data = data;
        this.stack = stack;
    }

    void write(int instructions) {
        for (int i = 0; i < instructions; i++) {
            if (i % BETWEEN_BASES == 0 && mode != CodeMode.CODE16) {
                bases();
            }
            one();
        }
    }

    private void bases() {
        base(0xBE); // mov esi
        base(0xBB); // mov ebx
        if (random.nextBoolean()) {
            to.db(0xBF).dd(random.nextInt(64)); // mov edi
        }
    }

    private void base(int opcode) {
        long at =
                switch (random.nextInt(16)) {
                    case 0 -> data + PAGE - random.nextInt(16);
                    case 1 -> data + random.nextInt(2 * PAGE);
                    case 2 -> FuzzedMachine.WINDOW + random.nextInt(5 * PAGE);
                    case 3 ->
                            FuzzedMachine.WINDOW
                                    + (1L + random.nextInt(3)) * PAGE
                                    - 1
                                    - random.nextInt(8);
                    case 4 -> random.nextInt(16) == 0 ? FuzzedMachine.NO_RAM : data + 0x80;
                    default -> data + 0x80 + random.nextInt(0x80) * 8L;
                };
        to.db(opcode).dd(at);
    }

    private void one() {
        for (; ; ) {
            byte[] bytes = guess();
            if (!(Decoder.decode(mode, bytes, 0, bytes.length) instanceof Instruction i)
                    || !isAllowed(i)) {
                continue;
            }
            aim(bytes, i);
            for (int k = 0; k < i.length(); k++) {
                to.db(bytes[k]);
            }
            if (leavesUndefined(i)) {
                to.db(0x84, 0xC0 | random.nextInt(64)); // test r8, r8
            }
            return;
        }
    }

    /** Has an operand relative to RIP lie where data is. */
    private void aim(byte[] bytes, Instruction i) {
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Memory memory && memory.base() == Operand.Memory.RIP) {
                long displacement = data + random.nextInt(2 * PAGE) - to.here() - i.length();
                for (int k = 0; k < 4; k++) {
                    bytes[modRm + 1 + k] = (byte) (displacement >> 8 * k);
                }
            }
        }
    }

    private byte[] guess() {
        byte[] bytes = new byte[MOST_BYTES];
        int n = 0;
        int prefix = random.nextInt(8);
        if (prefix == 0) {
            bytes[n++] = 0x66;
        } else if (prefix == 1) {
            bytes[n++] = (byte) (random.nextBoolean() ? 0xF3 : 0xF2);
        } else if (prefix == 2 && random.nextInt(4) == 0) {
            bytes[n++] = (byte) 0xF0;
        } else if (prefix == 3 && random.nextInt(4) == 0) {
            bytes[n++] = (byte) (random.nextBoolean() ? 0x64 : 0x65);
        } else if (prefix == 4 && random.nextInt(8) == 0 && mode == CodeMode.CODE64) {
            bytes[n++] = 0x67;
        }
        int form = random.nextInt(16);
        if (random.nextInt(2) == 0 && mode == CodeMode.CODE64) {
            boolean base = form < MEMORY_FORMS && random.nextInt(32) != 0; // RSI or RBX
            bytes[n++] = (byte) (0x40 | random.nextInt(16) & (base ? 0b1110 : 0b1111));
        }
        int opcode = OPCODES[random.nextInt(OPCODES.length)];
        if (opcode > 0xFF) {
            bytes[n++] = (byte) (opcode >> 8);
        }
        bytes[n++] = (byte) opcode;
        modRm = n;
        int field = random.nextInt(8) << 3;
        int base = random.nextBoolean() ? 6 : 3; // [rsi] or [rbx]
        switch (form) {
            case 0, 1, 2 -> bytes[n++] = (byte) (0x40 | field | base); // and an 8-bit displacement
            case 3, 4 -> bytes[n++] = (byte) (field | base);
            case 5 -> {
                bytes[n++] = (byte) (0x44 | field); // and an index, mostly RDI
                int index = random.nextInt(8) == 0 ? random.nextInt(8) : 7;
                bytes[n++] = (byte) (random.nextInt(4) << 6 | index << 3 | base);
            }
            case 6 -> bytes[n++] = (byte) ((mode == CodeMode.CODE64 ? 5 : 0xC0) | field); // RIP
            default -> bytes[n++] = (byte) (0xC0 | field | random.nextInt(8));
        }
        while (n < MOST_BYTES) {
            bytes[n++] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(16));
        }
        return bytes;
    }

    /** The stack pointer is not to be changed at random; in 16-bit code memory is elsewhere. */
    private boolean isAllowed(Instruction i) {
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Memory && mode == CodeMode.CODE16) {
                return false;
            }
            if (each instanceof Operand.Register register
                    && switch (register.kind()) {
                        case GPR8, GPR16, GPR32, GPR64 -> register.number() == RSP;
                        case GPR8_HIGH, XMM -> false;
                        default -> true;
                    }) {
                return false;
            }
        }
        return switch (i.mnemonic()) {
            case JMP, CALL, JMPF, CALLF, RDRAND, RDSEED, RDPID -> false;
            case PUSH, POP -> stack;
            case SHLD, SHRD -> i.operandBytes() > 2; // by more than 16 nobody knows
            case DIV, IDIV -> random.nextInt(4) == 0;
            default -> true;
        };
    }

    /** Whether flags other than AF are undefined behind it. */
    static boolean leavesUndefined(Instruction i) {
        return switch (i.mnemonic()) {
            case SHL,
                    SHR,
                    SAR,
                    ROL,
                    ROR,
                    RCL,
                    RCR,
                    SHLD,
                    SHRD,
                    MUL,
                    IMUL,
                    DIV,
                    IDIV,
                    BT,
                    BTS,
                    BTR,
                    BTC,
                    BSF,
                    BSR,
                    TZCNT,
                    LZCNT ->
                    true;
            default -> false;
        };
    }
}
