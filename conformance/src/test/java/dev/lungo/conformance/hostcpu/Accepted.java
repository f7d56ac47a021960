package dev.lungo.conformance.hostcpu;

import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;

/**
 * Where processors differ, and the software processor does as Intel's manual says rather than as
 * the host does, an AMD Zen 5: every difference that is not held against it, with its reason.
 */
final class Accepted {
    private static final int IE = 1;
    private static final int STACK_FAULT = 1 << 6;
    private static final int C1 = 1 << 9;
    private static final int CONDITIONS = 0x4700;

    private Accepted() {}

    /** Mnemonics that are not compared at all. */
    static boolean isComparable(Mnemonic mnemonic) {
        return switch (mnemonic) {
            // Approximations: every vendor has its own low bits. SDM 2B, "RCPPS".
            case RCPPS, RCPSS, RSQRTPS, RSQRTSS, VRCPPS, VRCPSS, VRSQRTPS, VRSQRTSS -> false;
            // Transcendental functions, whose last bit no manual promises. SDM 1, "Transcendental
            // Instruction Accuracy".
            case FSIN, FCOS, FSINCOS, FPTAN, FPATAN, F2XM1, FYL2X, FYL2XP1 -> false;
            // SSE4a, which only AMD has and no model advertises.
            case EXTRQ, INSERTQ, MOVNTSS, MOVNTSD -> false;
            default -> true;
        };
    }

    /** Whether the host may have another exception than ours, or none. */
    static boolean faultsHereOnly(Instruction instruction, String fault) {
        return switch (instruction.mnemonic()) {
            // SDM 2B has them in exception class 4, which asks for alignment; AMD does not.
            case SHA1RNDS4, SHA1NEXTE, SHA1MSG1, SHA1MSG2, SHA256RNDS2, SHA256MSG1, SHA256MSG2 ->
                    fault.equals("GP");
            // AMD has a bit in MXCSR that Intel has reserved: MM, which excuses from alignment.
            case LDMXCSR, VLDMXCSR -> fault.equals("GP");
            default -> false;
        };
    }

    /** Which bits of CR2 have to agree: instructions of many accesses tell of any on the page. */
    static long faultAddress(Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case FNSAVE, FRSTOR, FNSTENV, FLDENV, MASKMOVQ, MASKMOVDQU, VMASKMOVDQU -> -4096;
            default -> -1;
        };
    }

    /** Whether this signal of the host's is no exception of ours. */
    static boolean faultsThereOnly(Instruction instruction) {
        return switch (instruction.mnemonic()) {
            // 0F 0D with a register is a NOP of Intel's and #UD of AMD's.
            case NOP -> true;
            // "Exceptions associated with addressing memory" may come of a mask of zeros or not.
            case MASKMOVQ, MASKMOVDQU, VMASKMOVDQU -> true;
            // SDM 2B has r16, r/m16; AMD loads 32 bits, which may reach into the next page.
            case MOVSXD -> instruction.operandBytes() == 2;
            default -> false;
        };
    }

    /**
     * The bits of the x87 status word that a comparison leaves differently: after an unmasked
     * invalid operation Intel's leave the condition codes as they were, AMD's say unordered; C1 is
     * cleared by Intel's FCOMI and left alone by AMD's.
     */
    static int statusBits(Instruction instruction, long in, long out) {
        boolean invalid =
                (Raw.getShort(out + Registers.FSW) & IE) != 0
                        && (Raw.getShort(in + Registers.FCW) & IE) == 0;
        return switch (instruction.mnemonic()) {
            case FCOM, FCOMP, FCOMPP, FICOM, FICOMP, FUCOM, FUCOMP, FUCOMPP, FTST ->
                    invalid ? CONDITIONS : 0;
            case FCOMI, FCOMIP, FUCOMI, FUCOMIP -> C1;
            default -> 0;
        };
    }

    /** Whether RFLAGS may differ: what FCOMI does to it when it raises an unmasked exception. */
    static boolean flags(Instruction instruction, long in, long out) {
        boolean invalid =
                (Raw.getShort(out + Registers.FSW) & (IE | STACK_FAULT)) != 0
                        && (Raw.getShort(in + Registers.FCW) & IE) == 0;
        return switch (instruction.mnemonic()) {
            case FCOMI, FCOMIP, FUCOMI, FUCOMIP -> invalid;
            default -> false;
        };
    }
}
