package dev.lungo.metal.core;

import dev.lungo.metal.Vcpu;

/**
 * The guest's instruction that stores to a page which traps writes, decoded far enough to do it in
 * its stead: MOV and XCHG from registers, MOV of immediates. SDM 2B, "MOV—Move".
 *
 * <p>Whatever else stores is not known, and {@link #decode} says so.
 */
public final class Store {
    public static final int MAX_LENGTH = 15;
    private static final int OPERAND_SIZE = 0x66;
    private static final int ADDRESS_SIZE = 0x67;
    private static final int MOV_EB_GB = 0x88;
    private static final int MOV_EV_GV = 0x89;
    private static final int XCHG_EV_GV = 0x87;
    private static final int MOV_OB_AL = 0xA2;
    private static final int MOV_OV_AX = 0xA3;
    private static final int MOV_EB_IB = 0xC6;
    private static final int MOV_EV_IZ = 0xC7;
    private static final int INSB = 0x6C;
    private static final int OUTSV = 0x6F;
    private static final int PAST_THE_END = 0x100;

    /** The instruction's bytes, filled in before {@link #decode}. */
    public final byte[] code = new byte[MAX_LENGTH];

    /** How many of them there are. */
    public int fetched;

    /** What is stored, in the low {@link #bytes}. */
    public long value;

    public int bytes;

    /** The register that an XCHG loads, or -1. */
    public int exchanged;

    /** In bytes. */
    public int length;

    /** Of INS and OUTS: an address in bytes, a REP prefix, and the segment override or -1. */
    int addressBytes;

    boolean repeated;
    int segment;

    /** Whether it is an instruction that is known. */
    public boolean decode(Vcpu vcpu, boolean code64, boolean code32) {
        boolean wide = code64 || code32;
        boolean wideAddress = wide;
        int rex = 0;
        int at = 0;
        int c = at(at++);
        while (isPrefix(c)) {
            if (c == OPERAND_SIZE) {
                wide = !(code64 || code32);
            } else if (c == ADDRESS_SIZE) {
                wideAddress = !(code64 || code32);
            }
            c = at(at++);
        }
        if (code64 && (c & 0xF0) == 0x40) {
            rex = c;
            c = at(at++);
        }
        bytes = (c & 1) == 0 ? 1 : (rex & 8) != 0 ? 8 : wide ? 4 : 2;
        exchanged = -1;
        switch (c) {
            case MOV_OB_AL, MOV_OV_AX -> {
                at += code64 ? wideAddress ? 8 : 4 : wideAddress ? 4 : 2;
                value = vcpu.rax;
            }
            case MOV_EB_GB, MOV_EV_GV, XCHG_EV_GV -> {
                int register = (at(at) >>> 3 & 7) | (rex & 4) << 1;
                boolean high = bytes == 1 && rex == 0 && register >= 4; // AH, CH, DH, BH
                value = high ? vcpu.get(register - 4) >>> 8 : vcpu.get(register);
                exchanged = c == XCHG_EV_GV ? register : -1;
                at += operandBytes(at, code64 || wideAddress);
            }
            case MOV_EB_IB, MOV_EV_IZ -> {
                at += operandBytes(at, code64 || wideAddress);
                value = 0;
                int immediate = bytes == 8 ? 4 : bytes;
                for (int i = 0; i < immediate; i++) {
                    value |= (long) at(at++) << (8 * i);
                }
                if (bytes == 8) {
                    value = value << 32 >> 32;
                }
            }
            default -> {
                return false;
            }
        }
        length = at;
        return length <= fetched;
    }

    /**
     * MOV to a control register, or LMSW from a register: {@link #value}, and the number of the
     * control register in {@link #bytes}. CR0 of the Vcpu is current.
     */
    public boolean decodeControl(Vcpu vcpu, boolean code64) {
        int at = 0;
        int rex = 0;
        int c = at(at++);
        while (isPrefix(c)) {
            c = at(at++);
        }
        if (code64 && (c & 0xF0) == 0x40) {
            rex = c;
            c = at(at++);
        }
        int second = at(at++);
        int modRm = at(at++);
        int operand = (modRm & 7) | (rex & 1) << 3;
        length = at;
        if (c != 0x0F || length > fetched) {
            return false;
        }
        if (second == 0x22) {
            bytes = (modRm >>> 3 & 7) | (rex & 4) << 1;
            value = code64 ? vcpu.get(operand) : vcpu.get(operand) & 0xFFFF_FFFFL;
            return true;
        }
        boolean lmsw = second == 0x01 && (modRm & 0xF8) == 0xF0;
        bytes = 0;
        value = vcpu.cr0 & ~0xEL | vcpu.get(operand) & 0xF; // PE can only be set
        return lmsw;
    }

    /** INS or OUTS; {@link #bytes} is an element's. */
    boolean decodeString(boolean code64, boolean code32) {
        boolean wide = code64 || code32;
        addressBytes = code64 ? 8 : code32 ? 4 : 2;
        repeated = false;
        segment = -1;
        int at = 0;
        int c = at(at++);
        while (isPrefix(c)) {
            switch (c) {
                case OPERAND_SIZE -> wide = !(code64 || code32);
                case ADDRESS_SIZE -> addressBytes = code64 || !code32 ? 4 : 2;
                case 0xF2, 0xF3 -> repeated = true;
                case 0x26 -> segment = 0;
                case 0x2E -> segment = 1;
                case 0x36 -> segment = 2;
                case 0x3E -> segment = 3;
                case 0x64 -> segment = 4;
                case 0x65 -> segment = 5;
                default -> {}
            }
            c = at(at++);
        }
        if (code64 && (c & 0xF0) == 0x40) {
            c = at(at++);
        }
        bytes = (c & 1) == 0 ? 1 : wide ? 4 : 2;
        length = at;
        return c >= INSB && c <= OUTSV && length <= fetched;
    }

    /** The opcode behind the prefixes: one byte, or 0F00h and the second; length includes them. */
    public int decodeOpcode(boolean code64) {
        int at = 0;
        int c = at(at++);
        while (isPrefix(c) || code64 && (c & 0xF0) == 0x40) {
            c = at(at++);
        }
        if (c == 0x0F) {
            c = c << 8 | at(at++);
        }
        length = at;
        return c;
    }

    private int at(int index) {
        return index < fetched ? code[index] & 0xFF : PAST_THE_END;
    }

    private static boolean isPrefix(int c) {
        return switch (c) {
            case OPERAND_SIZE, ADDRESS_SIZE, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0xF0, 0xF2, 0xF3 ->
                    true;
            default -> false;
        };
    }

    /** ModR/M, SIB and displacement, in bytes. SDM 2A, "ModR/M and SIB Bytes". */
    private int operandBytes(int at, boolean wideAddress) {
        int mod = at(at) >>> 6 & 3;
        int rm = at(at) & 7;
        if (!wideAddress) {
            return 1 + (mod == 1 ? 1 : mod == 2 || mod == 0 && rm == 6 ? 2 : 0);
        }
        int count = 1;
        if (rm == 4 && mod != 3) {
            count++;
            if (mod == 0 && (at(at + 1) & 7) == 5) {
                count += 4;
            }
        }
        if (mod == 1) {
            count++;
        } else if (mod == 2 || mod == 0 && rm == 5) {
            count += 4;
        }
        return count;
    }
}
