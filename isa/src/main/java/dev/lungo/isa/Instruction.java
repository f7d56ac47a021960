package dev.lungo.isa;

import java.util.List;

/**
 * One decoded instruction: what it is and what it works on, independent of where it stands.
 *
 * @param mnemonic the manual's name for it; VEX-encoded forms have their own ({@code VPADDB})
 * @param operands in Intel order, the destination first; fixed operands that the manual writes in
 *     the instruction's operand column (AL in {@code ADD AL, imm8}, CL in {@code SHL r, CL}, 1 in
 *     {@code SHL r, 1}) are operands like others. String instructions carry their memory operands
 *     ({@code MOVS}: destination ES:rDI, source segment:rSI), and where else a segment prefix takes
 *     effect on memory that is not named, that memory is the last operand: {@code XLAT} (rBX,
 *     without AL), {@code MONITOR} (rAX), {@code MASKMOVQ} and {@code MASKMOVDQU} (rDI).
 * @param operandBytes the effective operand size, 2, 4 or 8: what the manual calls the operand-size
 *     attribute; 8 where the instruction defaults to 64 bits in 64-bit mode
 * @param addressBytes the effective address size, 2, 4 or 8
 * @param prefixes a set of the constants below: those present in the bytes, whether or not they
 *     mean something here
 * @param length in bytes, 1 to 15
 */
public record Instruction(
        Mnemonic mnemonic,
        List<Operand> operands,
        int operandBytes,
        int addressBytes,
        int prefixes,
        int length)
        implements Decoded {
    public static final int LOCK = 1;

    /** F3h, where it repeats or is XRELEASE, not where it selects another instruction. */
    public static final int REP = 1 << 1;

    /** F2h, where it repeats or is XACQUIRE or BND, not where it selects another instruction. */
    public static final int REPNE = 1 << 2;

    public static final int OPERAND_SIZE = 1 << 3;
    public static final int ADDRESS_SIZE = 1 << 4;
    public static final int SEGMENT_OVERRIDE = 1 << 5;
    public static final int REX = 1 << 6;
    public static final int VEX = 1 << 7;

    public boolean has(int prefix) {
        return (prefixes & prefix) != 0;
    }

    public Operand operand(int i) {
        return operands.get(i);
    }
}
