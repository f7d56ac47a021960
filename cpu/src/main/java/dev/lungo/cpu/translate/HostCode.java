package dev.lungo.cpu.translate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes x86-64 machine code for the host, which is emitted far too often for a table-driven
 * assembler. Opcodes are written as the manual has them: {@code 0x0F_AF} is 0F AF.
 *
 * <p>Specification: SDM 2A, chapter 2, "Instruction Format".
 */
final class HostCode {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;
    static final int RSP = 4;
    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int R10 = 10;
    static final int R11 = 11;
    static final int R12 = 12;
    static final int R13 = 13;
    static final int R14 = 14;
    static final int R15 = 15;

    // Conditions, as jcc has them. SDM 1, appendix B.
    static final int BELOW = 2;
    static final int NOT_BELOW = 3;
    static final int ZERO = 4;
    static final int NOT_ZERO = 5;
    static final int ABOVE = 7;
    static final int SIGN = 8;
    static final int GREATER = 0xF;

    // What arithmetic does: the digit of opcode 81.
    static final int ADD = 0;
    static final int OR = 1;
    static final int AND = 4;
    static final int SUB = 5;
    static final int XOR = 6;
    static final int CMP = 7;

    // The digit of opcode C1.
    static final int SHL = 4;
    static final int SHR = 5;
    static final int SAR = 7;

    /** No index register. */
    static final int NONE = -1;

    private byte[] bytes = new byte[4096];
    private int length;
    private long origin;

    /** The values whose places are noted. */
    private @Nullable MovingFields moving;

    private int[] places = new int[16];
    private int placeCount;

    /** Begins anew, at the host address where the code will be executed. */
    void begin(long address) {
        origin = address;
        length = 0;
        moving = null;
        placeCount = 0;
    }

    /** From here on it is noted where these values are written. */
    void note(MovingFields values) {
        moving = values;
    }

    /** How often one of those was written. */
    int places() {
        return placeCount;
    }

    /** Where, in bytes from the beginning. */
    int place(int number) {
        return places[number];
    }

    /** The host address of what is written next. */
    long here() {
        return origin + length;
    }

    int length() {
        return length;
    }

    byte[] bytes() {
        return bytes;
    }

    void u8(int value) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) value;
    }

    void u32(int value) {
        if (moving != null && MovingFields.mayMove(value) && moving.has(value)) {
            if (placeCount == places.length) {
                places = Arrays.copyOf(places, 2 * placeCount);
            }
            places[placeCount++] = length;
        }
        u8(value);
        u8(value >> 8);
        u8(value >> 16);
        u8(value >> 24);
    }

    /** The 32 bits there. */
    static int getInt(byte[] from, int at) {
        return from[at] & 0xFF
                | (from[at + 1] & 0xFF) << 8
                | (from[at + 2] & 0xFF) << 16
                | from[at + 3] << 24;
    }

    void u64(long value) {
        u32((int) value);
        u32((int) (value >>> 32));
    }

    // ModRM forms. "size" is the operand size in bytes, which makes 66h and REX.W; byte registers
    // other than AL, CL, DL and BL need a REX prefix to be the low ones.

    private void head(int opcode, int size, int reg, int index, int base, boolean isRegister) {
        head(0, opcode, size, reg, index, base, isRegister);
    }

    private void head(
            int prefix, int opcode, int size, int reg, int index, int base, boolean isRegister) {
        if (prefix != 0) {
            u8(prefix);
        }
        if (size == 2) {
            u8(0x66);
        }
        int rex = (size == 8 ? 8 : 0) | (reg >> 3) << 2 | (index >> 3 & 1) << 1 | base >> 3 & 1;
        if (rex != 0 || size == 1 && (reg >= 4 || isRegister && base >= 4)) {
            u8(0x40 | rex);
        }
        if (opcode > 0xFFFF) {
            u8(opcode >> 16);
        }
        if (opcode > 0xFF) {
            u8(opcode >> 8);
        }
        u8(opcode);
    }

    /** An instruction on two registers: {@code rm} is the ModRM's r/m field. */
    void rr(int opcode, int size, int reg, int rm) {
        head(opcode, size, reg, 0, rm, true);
        u8(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /** With a mandatory prefix; no size, or a REX.W of it. */
    void rr(int prefix, int opcode, int size, int reg, int rm) {
        head(prefix, opcode, size, reg, 0, rm, true);
        u8(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /** An instruction on a register and memory at {@code [base + displacement]}. */
    void rm(int opcode, int size, int reg, int base, int displacement) {
        rm(0, opcode, size, reg, base, displacement);
    }

    void rm(int prefix, int opcode, int size, int reg, int base, int displacement) {
        head(prefix, opcode, size, reg, 0, base, false);
        int field = (reg & 7) << 3 | base & 7;
        boolean sib = (base & 7) == RSP;
        if (displacement == 0 && (base & 7) != RBP) {
            u8(field);
            if (sib) {
                u8(0x24);
            }
        } else if (displacement == (byte) displacement) {
            u8(0x40 | field);
            if (sib) {
                u8(0x24);
            }
            u8(displacement);
        } else {
            u8(0x80 | field);
            if (sib) {
                u8(0x24);
            }
            u32(displacement);
        }
    }

    /** At {@code [base + index << scale + displacement]}; without a base, that is {@link #NONE}. */
    void rmx(int opcode, int size, int reg, int base, int index, int scale, int displacement) {
        head(opcode, size, reg, index, Math.max(base, 0), false);
        int sib = scale << 6 | (index & 7) << 3;
        if (base == NONE) {
            u8((reg & 7) << 3 | 4);
            u8(sib | 5);
            u32(displacement);
        } else if (displacement == 0 && (base & 7) != RBP) {
            u8((reg & 7) << 3 | 4);
            u8(sib | base & 7);
        } else if (displacement == (byte) displacement) {
            u8(0x40 | (reg & 7) << 3 | 4);
            u8(sib | base & 7);
            u8(displacement);
        } else {
            u8(0x80 | (reg & 7) << 3 | 4);
            u8(sib | base & 7);
            u32(displacement);
        }
    }

    /** As {@link #rr}, with a byte register for r/m if so said, whatever the size. */
    void rrFromByte(int opcode, int size, int reg, int rm, boolean isByte) {
        if (isByte && size != 8 && rm >= 4 && rm < 8 && reg < 8) {
            if (size == 2) {
                u8(0x66);
            }
            u8(0x40);
            u8(opcode >> 8);
            u8(opcode);
            u8(0xC0 | (reg & 7) << 3 | rm & 7);
        } else {
            rr(opcode, size, reg, rm);
        }
    }

    void bswap(int size, int register) {
        int rex = (size == 8 ? 8 : 0) | register >> 3;
        if (rex != 0) {
            u8(0x40 | rex);
        }
        u8(0x0F);
        u8(0xC8 | register & 7);
    }

    /** An instruction without operands. */
    void plain(int size, int opcode) {
        if (size != 4) {
            u8(size == 2 ? 0x66 : 0x48);
        }
        u8(opcode);
    }

    // What is needed all the time.

    void mov(int to, int from) {
        rr(0x8B, 8, to, from);
    }

    void mov32(int to, int from) {
        rr(0x8B, 4, to, from);
    }

    void load(int to, int base, int displacement) {
        rm(0x8B, 8, to, base, displacement);
    }

    void store(int base, int displacement, int from) {
        rm(0x89, 8, from, base, displacement);
    }

    void lea(int to, int base, int displacement) {
        rm(0x8D, 8, to, base, displacement);
    }

    /** The shortest way to have a constant in a register that leaves the flags alone. */
    void constant(int to, long value) {
        if (value == (value & 0xFFFF_FFFFL)) {
            if (to > 7) {
                u8(0x41);
            }
            u8(0xB8 | to & 7);
            u32((int) value);
        } else if (value == (int) value) {
            rr(0xC7, 8, 0, to);
            u32((int) value);
        } else {
            u8(to > 7 ? 0x49 : 0x48);
            u8(0xB8 | to & 7);
            u64(value);
        }
    }

    void push(int register) {
        onStack(0x50, register);
    }

    void pop(int register) {
        onStack(0x58, register);
    }

    private void onStack(int opcode, int register) {
        if (register > 7) {
            u8(0x41);
        }
        u8(opcode | register & 7);
    }

    // Arithmetic with an immediate: "which" is the operation's number, ADD 0 to CMP 7.

    void arithmetic(int which, int size, int rm, long value) {
        if (size == 1) {
            rr(0x80, 1, which, rm);
            u8((int) value);
        } else if (value == (byte) value) {
            rr(0x83, size, which, rm);
            u8((int) value);
        } else {
            rr(0x81, size, which, rm);
            immediate(size, value);
        }
    }

    void arithmetic(int which, int size, int base, int displacement, long value) {
        if (size == 1) {
            rm(0x80, 1, which, base, displacement);
            u8((int) value);
        } else if (value == (byte) value) {
            rm(0x83, size, which, base, displacement);
            u8((int) value);
        } else {
            rm(0x81, size, which, base, displacement);
            immediate(size, value);
        }
    }

    /** ZF says whether a register of 32 bits, which this inverts, had all of these set. */
    void testNot(int register, int bits) {
        rr(0xF7, 4, 2, register); // not
        rr(0xF7, 4, 0, register); // test
        u32(bits);
    }

    void ret() {
        u8(0xC3);
    }

    /** An immediate as wide as the operand, but at most 32 bits. */
    void immediate(int size, long value) {
        switch (size) {
            case 1 -> u8((int) value);
            case 2 -> {
                u8((int) value);
                u8((int) value >> 8);
            }
            default -> u32((int) value);
        }
    }

    // Branches.

    void jmp(long target) {
        u8(0xE9);
        relative(target);
    }

    void call(long target) {
        u8(0xE8);
        relative(target);
    }

    private void relative(long target) {
        u32((int) (target - (here() + 4)));
    }

    /** A conditional jump to a place not known yet: returns what {@link #land} wants. */
    int jcc(int condition) {
        u8(0x0F);
        u8(0x80 | condition);
        u32(0);
        return length;
    }

    int jmp() {
        u8(0xE9);
        u32(0);
        return length;
    }

    /**
     * The host address of a place not known yet, in a register: returns what {@link #land} wants.
     */
    int addressOf(int to) {
        u8(to > 7 ? 0x4C : 0x48);
        u8(0x8D); // lea
        u8((to & 7) << 3 | 5);
        u32(0);
        return length;
    }

    /** A short conditional jump, over a few bytes. */
    int jccShort(int condition) {
        u8(0x70 | condition);
        u8(0);
        return length;
    }

    void landShort(int jump) {
        int distance = length - jump;
        if (distance > Byte.MAX_VALUE) {
            throw new IllegalStateException("a short jump goes over " + distance + " bytes");
        }
        bytes[jump - 1] = (byte) distance;
    }

    /** The jump comes here. */
    void land(int jump) {
        int distance = length - jump;
        for (int i = 0; i < 4; i++) {
            bytes[jump - 4 + i] = (byte) (distance >> 8 * i);
        }
    }

    void jcc(int condition, long target) {
        u8(0x0F);
        u8(0x80 | condition);
        relative(target);
    }
}
