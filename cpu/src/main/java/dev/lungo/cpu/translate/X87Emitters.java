package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import org.jspecify.annotations.Nullable;

/**
 * x87 instructions, byte for byte but for memory operands, on the host's x87 while all exceptions
 * are masked. Left to the interpreter are those whose results differ between processors:
 * transcendental ones and partial remainders.
 *
 * <p>The pointers to the last instruction and operand are the guest's and are kept in the state.
 * SDM 1, "x87 FPU Instruction and Data (Operand) Pointers".
 */
final class X87Emitters extends Emitter {
    private static final int RAX = 0;

    X87Emitters(Emission to) {
        super(to);
    }

    /** Whether the instruction is one of these, whatever the mode. */
    static boolean knows(Instruction i) {
        return isControl(i.mnemonic()) || leavesPointers(i.mnemonic());
    }

    /** Whether the instruction can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        if ((to.mode & Mode.X87) == 0 || !knows(i) || !to.host.runs(i)) {
            return false;
        }
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Memory memory && !to.addressing.canAddress(memory)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isControl(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case FLDCW, FNSTCW, FNSTSW, FNCLEX, FWAIT -> true;
            default -> false;
        };
    }

    private static boolean leavesPointers(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case FLD,
                    FST,
                    FSTP,
                    FILD,
                    FIST,
                    FISTP,
                    FISTTP,
                    FBLD,
                    FBSTP,
                    FXCH,
                    FADD,
                    FADDP,
                    FIADD,
                    FSUB,
                    FSUBP,
                    FISUB,
                    FSUBR,
                    FSUBRP,
                    FISUBR,
                    FMUL,
                    FMULP,
                    FIMUL,
                    FDIV,
                    FDIVP,
                    FIDIV,
                    FDIVR,
                    FDIVRP,
                    FIDIVR,
                    FCOM,
                    FCOMP,
                    FCOMPP,
                    FICOM,
                    FICOMP,
                    FUCOM,
                    FUCOMP,
                    FUCOMPP,
                    FCOMI,
                    FCOMIP,
                    FUCOMI,
                    FUCOMIP,
                    FTST,
                    FXAM,
                    FCHS,
                    FABS,
                    FLD1,
                    FLDL2T,
                    FLDL2E,
                    FLDPI,
                    FLDLG2,
                    FLDLN2,
                    FLDZ,
                    FXTRACT,
                    FDECSTP,
                    FINCSTP,
                    FSQRT,
                    FRNDINT,
                    FSCALE,
                    FNOP,
                    FCMOVB,
                    FCMOVE,
                    FCMOVBE,
                    FCMOVU,
                    FCMOVNB,
                    FCMOVNE,
                    FCMOVNBE,
                    FCMOVNU,
                    FFREE,
                    FFREEP ->
                    true;
            default -> false;
        };
    }

    private static boolean stores(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case FST, FSTP, FIST, FISTP, FISTTP, FBSTP, FNSTCW, FNSTSW -> true;
            default -> false;
        };
    }

    void emit(Instruction i) {
        if (i.mnemonic() == Mnemonic.FWAIT) {
            return; // for what never comes while all is masked
        }
        int escape = 0;
        while ((to.guestByte(escape) & 0xF8) != 0xD8) { // no prefix looks like that
            escape++;
        }
        int opcode = to.guestByte(escape);
        int modRm = to.guestByte(escape + 1);
        boolean keepsPointers = isControl(i.mnemonic());
        Operand.Memory memory = memory(i);
        if (memory != null) {
            if (!keepsPointers) {
                to.addressing.effectiveAddress(memory);
                code.store(STATE, Frame.at(State.X87_OPERAND), T0);
            }
            to.addressing.access(memory, memory.bytes(), stores(i.mnemonic()));
        }
        if (i.mnemonic() == Mnemonic.FLDCW) {
            code.rm(0x8B, 2, T1, T0, 0);
            code.testNot(T1, X87Transfer.MASKS);
            to.slow(NOT_ZERO);
        }
        FlagUse use = FlagUse.of(i);
        if (use.reads()) {
            to.flags.need();
        }
        if (memory != null) {
            code.rm(opcode, 4, modRm >> 3 & 7, T0, 0);
        } else {
            if (i.mnemonic() == Mnemonic.FNSTSW) {
                to.flags.change(RAX);
            }
            code.u8(opcode);
            code.u8(modRm);
        }
        if (use.writes()) {
            clearC1();
            to.flags.set();
        }
        if (!keepsPointers) {
            leavePointers((opcode & 7) << 8 | modRm, memory);
        }
    }

    /** Comparisons into RFLAGS do on Intel's processors, and not on AMD's. */
    private void clearC1() {
        code.u8(0xD9); // fdecstp
        code.u8(0xF6);
        code.u8(0xD9); // fincstp
        code.u8(0xF7);
    }

    private static Operand.@Nullable Memory memory(Instruction i) {
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Memory memory) {
                return memory;
            }
        }
        return null;
    }

    /** The selectors are Java's: {@link #settlePointers} fills them in. */
    private void leavePointers(int opcode, Operand.@Nullable Memory memory) {
        constant(State.FOP, opcode);
        code.load(T1, STATE, Frame.at(State.RIP));
        code.lea(T1, T1, to.onPage(to.start()));
        code.store(STATE, Frame.at(State.FIP), T1);
        constant(State.FCS, ~Segments.CS);
        if (memory != null) {
            code.load(T1, STATE, Frame.at(State.X87_OPERAND));
            code.store(STATE, Frame.at(State.FDP), T1);
            constant(State.FDS, ~Lowering.number(memory.segment()));
        }
    }

    private void constant(int at, int value) {
        code.rm(0xC7, 4, 0, STATE, Frame.at(at)); // mov
        code.u32(value);
    }

    /** Has selectors where translated code has left the complements of segments' numbers. */
    static void settlePointers(Processor cpu) {
        settle(cpu, State.FCS);
        settle(cpu, State.FDS);
    }

    private static void settle(Processor cpu, int at) {
        int segment = ~Raw.getInt(cpu.state + at);
        if (segment >= 0) {
            Raw.putInt(cpu.state + at, cpu.segments.selector[segment]);
        }
    }
}
