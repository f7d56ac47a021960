package dev.lungo.conformance.hostcpu;

import static dev.lungo.isa.Rflags.AF;
import static dev.lungo.isa.Rflags.CF;
import static dev.lungo.isa.Rflags.OF;
import static dev.lungo.isa.Rflags.PF;
import static dev.lungo.isa.Rflags.SF;
import static dev.lungo.isa.Rflags.STATUS;
import static dev.lungo.isa.Rflags.ZF;

import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/**
 * What an instruction leaves undefined: above all the status flags that an instruction leaves
 * undefined. SDM 1, "EFLAGS Cross-Reference" (appendix A), and each instruction's "Flags Affected".
 */
final class Undefined {
    private Undefined() {}

    // spotless:off
    static long flags(Instruction instruction, long record) {
        return switch (instruction.mnemonic()) {
            case AND, OR, XOR, TEST      -> AF;
            case MUL, IMUL               -> SF | ZF | AF | PF;
            case DIV, IDIV               -> STATUS;
            case SHL, SHR, SAR           -> shift(instruction, record);
            case SHLD, SHRD              -> doubleShift(instruction, record);
            case ROL, ROR, RCL, RCR      -> count(instruction, record) == 1 ? 0 : OF;
            case BT, BTS, BTR, BTC       -> OF | SF | AF | PF;
            case BSF, BSR                -> CF | OF | SF | AF | PF;
            case TZCNT, LZCNT            -> OF | SF | AF | PF;
            case BEXTR                   -> AF | SF | PF;
            case ANDN, BLSI, BLSMSK, BLSR, BZHI -> AF | PF;
            default -> 0;
        };
    }
    // spotless:on

    /** Whether the manual does not say what the instruction's result is. */
    static boolean hasUndefinedResult(Instruction instruction, long record) {
        return switch (instruction.mnemonic()) {
            case SHLD, SHRD -> count(instruction, record) > 8 * instruction.operand(0).bytes();
            default -> false;
        };
    }

    private static int count(Instruction instruction, long record) {
        int mask = instruction.operand(0).bytes() == 8 ? 63 : 31;
        Operand count = instruction.operand(instruction.operands().size() - 1);
        return mask
                & (count instanceof Operand.Immediate immediate
                        ? (int) immediate.value()
                        : Raw.getByte(record + Registers.GPR + 8));
    }

    private static long shift(Instruction instruction, long record) {
        int count = count(instruction, record);
        if (count == 0) {
            return 0;
        }
        long undefined = AF | (count == 1 ? 0 : OF);
        boolean signed = instruction.mnemonic() == Mnemonic.SAR;
        return count >= 8 * instruction.operand(0).bytes() && !signed ? undefined | CF : undefined;
    }

    private static long doubleShift(Instruction instruction, long record) {
        int count = count(instruction, record);
        if (count == 0) {
            return 0;
        }
        return AF | (count == 1 ? 0 : OF);
    }
}
