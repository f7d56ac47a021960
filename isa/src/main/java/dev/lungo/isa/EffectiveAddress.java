package dev.lungo.isa;

import dev.lungo.isa.Operand.Memory;

/**
 * How ModRM, SIB and displacement address memory. SDM 2A, "Addressing-Mode Encoding of ModR/M and
 * SIB Bytes" (tables 2-1 to 2-3).
 */
final class EffectiveAddress {
    private static final int RBX = 3;
    private static final int RBP = 5;
    private static final int RSI = 6;
    private static final int RDI = 7;

    int base = Memory.NONE;

    /** As encoded: without VSIB, 4 is no index. */
    int index = Memory.NONE;

    int scale = 1;
    long displacement;
    boolean hasSib;

    void read16(CodeBytes code, int mod, int rm) {
        base =
                switch (rm) {
                    case 0, 1, 7 -> RBX;
                    case 2, 3 -> RBP;
                    case 4 -> RSI;
                    case 5 -> RDI;
                    default -> mod == 0 ? Memory.NONE : RBP;
                };
        if (rm < 4) {
            index = (rm & 1) == 0 ? RSI : RDI;
        }
        if (mod == 1) {
            displacement = code.signed(1);
        } else if (mod == 2 || base == Memory.NONE) {
            displacement = code.signed(2);
        }
    }

    /** With 32- or 64-bit addresses; {@code extendX} and {@code extendB} are 0 or 8. */
    void read32(CodeBytes code, boolean mode64, int mod, int rm, int extendX, int extendB) {
        int low = rm;
        if (rm == 4) {
            hasSib = true;
            int sib = code.next();
            low = sib & 7;
            index = ((sib >> 3) & 7) | extendX;
            scale = 1 << (sib >> 6);
        }
        base = low | extendB;
        if (mod == 1) {
            displacement = code.signed(1);
        } else if (mod == 2) {
            displacement = code.signed(4);
        } else if (low == 5) {
            base = hasSib || !mode64 ? Memory.NONE : Memory.RIP;
            displacement = code.signed(4);
        }
    }
}
