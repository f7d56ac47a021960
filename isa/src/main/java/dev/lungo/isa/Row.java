package dev.lungo.isa;

import dev.lungo.isa.OperandCode.Method;

/**
 * A cell of an opcode map: what one opcode means under some conditions. The factory methods are
 * named after the mandatory prefix, as in the maps' "pfx" column; the refinements after the maps'
 * superscripts. SDM 2D, "Opcode Map" (appendix A).
 *
 * <p>The conditions are bits of a key that the decoder makes from the bytes: the row applies if the
 * key agrees with {@link #value} in the bits of {@link #mask}. Of the rows of one opcode the first
 * that applies is taken, so the special precedes the general.
 */
final class Row {
    // The key. RM, REG and MOD3 are of ModRM; MOD3 is whether mod is 11b.
    static final int RM = 7;
    static final int REG = 7 << 3;
    static final int REG_SHIFT = 3;
    static final int MOD3 = 1 << 6;
    static final int P66 = 1 << 7;
    static final int F3 = 1 << 8;
    static final int F2 = 1 << 9;
    static final int MODE64 = 1 << 10;
    static final int W = 1 << 11;
    static final int L = 1 << 12;
    static final int OPERAND16 = 1 << 13;
    static final int OPERAND64 = 1 << 14;
    static final int B = 1 << 15;

    // Properties that are no conditions.
    /** LOCK is allowed if the destination is memory. */
    static final int LOCKABLE = 1;

    /** The operand size is 64 bits in 64-bit mode unless prefixed: the manual's d64. */
    static final int D64 = 1 << 1;

    /** The operand size is always 64 bits in 64-bit mode: the manual's f64. */
    static final int F64 = 1 << 2;

    /** ModRM follows the opcode. */
    static final int MODRM = 1 << 3;

    /** VEX.vvvv names an operand; otherwise it must be 1111b. */
    static final int VVVV = 1 << 4;

    /** ModRM names a register whatever mod says: MOV to and from CRn and DRn. */
    static final int MOD_IGNORED = 1 << 5;

    final int opcode;
    final int mask;
    final int value;
    final int flags;
    final Mnemonic mnemonic;
    private final OperandCode[] operands;

    private Row(
            int opcode, int mask, int value, int flags, Mnemonic mnemonic, OperandCode[] operands) {
        this.opcode = opcode;
        this.mask = mask;
        this.value = value;
        this.flags = flags;
        this.mnemonic = mnemonic;
        this.operands = operands;
    }

    private static Row of(
            int opcode, int prefixMask, int prefix, Mnemonic mnemonic, OperandCode[] operands) {
        int mask = prefixMask;
        int value = prefix;
        int flags = 0;
        for (OperandCode each : operands) {
            if (each.usesModRm()) {
                flags |= MODRM;
            }
            if (each.usesVvvv()) {
                flags |= VVVV;
            }
            if (each.method == Method.C || each.method == Method.D) {
                flags |= MOD_IGNORED;
            }
        }
        for (OperandCode each : operands) {
            if (each.memoryOnly()) {
                mask |= MOD3;
            } else if (each.registerOnly() && (flags & MOD_IGNORED) == 0) {
                mask |= MOD3;
                value |= MOD3;
            }
        }
        return new Row(opcode, mask, value, flags, mnemonic, operands);
    }

    /** No mandatory prefix: 66h is the operand size, F2h and F3h do not select. */
    static Row row(int opcode, Mnemonic mnemonic, OperandCode... operands) {
        return of(opcode, 0, 0, mnemonic, operands);
    }

    /** Without 66h, F2h and F3h. */
    static Row np(int opcode, Mnemonic mnemonic, OperandCode... operands) {
        return of(opcode, P66 | F3 | F2, 0, mnemonic, operands);
    }

    /** Without F2h and F3h; 66h is the operand size. */
    static Row nfx(int opcode, Mnemonic mnemonic, OperandCode... operands) {
        return of(opcode, F3 | F2, 0, mnemonic, operands);
    }

    static Row p66(int opcode, Mnemonic mnemonic, OperandCode... operands) {
        return of(opcode, P66 | F3 | F2, P66, mnemonic, operands);
    }

    static Row pF3(int opcode, Mnemonic mnemonic, OperandCode... operands) {
        return of(opcode, F3 | F2, F3, mnemonic, operands);
    }

    static Row pF2(int opcode, Mnemonic mnemonic, OperandCode... operands) {
        return of(opcode, F3 | F2, F2, mnemonic, operands);
    }

    private Row with(int moreMask, int moreValue, int moreFlags) {
        return new Row(
                opcode, mask | moreMask, value | moreValue, flags | moreFlags, mnemonic, operands);
    }

    /** For this ModRM.reg only: {@code /digit}. */
    Row reg(int digit) {
        return with(REG, digit << REG_SHIFT, MODRM);
    }

    /** For this ModRM.r/m only. */
    Row rm(int rm) {
        return with(RM, rm, MODRM);
    }

    /** ModRM.mod is 11b. */
    Row mod3() {
        return with(MOD3, MOD3, MODRM);
    }

    /** ModRM is exactly this byte, C0h or more. */
    Row modrm(int modrm) {
        return reg((modrm >> 3) & 7).rm(modrm & 7).mod3();
    }

    Row lock() {
        return with(0, 0, LOCKABLE);
    }

    /** Invalid in 64-bit mode. */
    Row i64() {
        return with(MODE64, 0, 0);
    }

    /** Only in 64-bit mode. */
    Row o64() {
        return with(MODE64, MODE64, 0);
    }

    Row d64() {
        return with(0, 0, D64);
    }

    Row f64() {
        return with(0, 0, F64);
    }

    Row w0() {
        return with(W, 0, 0);
    }

    Row w1() {
        return with(W, W, 0);
    }

    /** VEX.L = 0. */
    Row l0() {
        return with(L, 0, 0);
    }

    /** VEX.L = 1. */
    Row l1() {
        return with(L, L, 0);
    }

    Row operand16() {
        return with(OPERAND16, OPERAND16, 0);
    }

    Row operand64() {
        return with(OPERAND64, OPERAND64, 0);
    }

    /** Without REX.B. */
    Row b0() {
        return with(B, 0, 0);
    }

    boolean applies(int key) {
        return (key & mask) == value;
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** Whether 66h selects this row and is therefore no operand-size prefix. */
    boolean selectedBy66() {
        return (value & P66) != 0;
    }

    /** Whether F2h or F3h selects this row and therefore does not repeat. */
    boolean selectedByRep() {
        return (value & (F3 | F2)) != 0;
    }

    int operandCount() {
        return operands.length;
    }

    OperandCode operand(int i) {
        return operands[i];
    }
}
