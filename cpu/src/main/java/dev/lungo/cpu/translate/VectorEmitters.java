package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;

/**
 * SSE2 instructions that move or compute integers: the same ones on host registers, between a load
 * from the state and a store to it. None of them touches the flags, or looks at MXCSR.
 */
final class VectorEmitters extends Emitter {
    private static final int NOT_ZERO = 5;
    private static final int XMM0 = 0;
    private static final int XMM_BYTES = 16;

    // Opcodes, with the mandatory prefix above them.
    private static final int P66 = 0x66 << 16;
    private static final int PF3 = 0xF3 << 16;
    private static final int PF2 = 0xF2 << 16;
    private static final int NO = -1;

    VectorEmitters(Emission to) {
        super(to);
    }

    /** Whether the instruction can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        if ((to.mode & Mode.SSE) == 0 || i.has(Instruction.VEX)) {
            return false;
        }
        boolean vector = false;
        for (Operand each : i.operands()) {
            switch (each) {
                case Operand.Register register -> {
                    switch (register.kind()) {
                        case XMM -> vector = true;
                        case GPR32, GPR64 -> {}
                        default -> {
                            return false;
                        }
                    }
                }
                case Operand.Memory memory -> {
                    if (!to.canAddress(memory)) {
                        return false;
                    }
                }
                case Operand.Immediate _ -> {}
                default -> {
                    return false;
                }
            }
        }
        return vector && (isMove(i) || opcode(i) != NO);
    }

    private static boolean isMove(Instruction i) {
        return switch (i.mnemonic()) {
            case MOVAPS,
                    MOVAPD,
                    MOVDQA,
                    MOVUPS,
                    MOVUPD,
                    MOVDQU,
                    LDDQU,
                    MOVNTPS,
                    MOVNTPD,
                    MOVNTDQ,
                    MOVD,
                    MOVQ,
                    MOVSS,
                    MOVSD,
                    MOVLPS,
                    MOVLPD,
                    MOVHPS,
                    MOVHPD,
                    MOVHLPS,
                    MOVLHPS,
                    PMOVMSKB,
                    MOVMSKPS,
                    MOVMSKPD ->
                    true;
            default -> false;
        };
    }

    /** Of the form that has a register and a register or memory. SDM 2, opcode maps. */
    private static int opcode(Instruction i) {
        boolean shiftsByImmediate = i.operand(1) instanceof Operand.Immediate;
        // spotless:off
        return switch (i.mnemonic()) {
            case UNPCKLPS -> 0x0F_14;          case UNPCKLPD -> P66 | 0x0F_14;
            case UNPCKHPS -> 0x0F_15;          case UNPCKHPD -> P66 | 0x0F_15;
            case ANDPS -> 0x0F_54;             case ANDPD -> P66 | 0x0F_54;
            case ANDNPS -> 0x0F_55;            case ANDNPD -> P66 | 0x0F_55;
            case ORPS -> 0x0F_56;              case ORPD -> P66 | 0x0F_56;
            case XORPS -> 0x0F_57;             case XORPD -> P66 | 0x0F_57;
            case SHUFPS -> 0x0F_C6;            case SHUFPD -> P66 | 0x0F_C6;
            case PUNPCKLBW -> P66 | 0x0F_60;   case PUNPCKLWD -> P66 | 0x0F_61;
            case PUNPCKLDQ -> P66 | 0x0F_62;   case PACKSSWB -> P66 | 0x0F_63;
            case PCMPGTB -> P66 | 0x0F_64;     case PCMPGTW -> P66 | 0x0F_65;
            case PCMPGTD -> P66 | 0x0F_66;     case PACKUSWB -> P66 | 0x0F_67;
            case PUNPCKHBW -> P66 | 0x0F_68;   case PUNPCKHWD -> P66 | 0x0F_69;
            case PUNPCKHDQ -> P66 | 0x0F_6A;   case PACKSSDW -> P66 | 0x0F_6B;
            case PUNPCKLQDQ -> P66 | 0x0F_6C;  case PUNPCKHQDQ -> P66 | 0x0F_6D;
            case PSHUFD -> P66 | 0x0F_70;      case PSHUFHW -> PF3 | 0x0F_70;
            case PSHUFLW -> PF2 | 0x0F_70;
            case PCMPEQB -> P66 | 0x0F_74;     case PCMPEQW -> P66 | 0x0F_75;
            case PCMPEQD -> P66 | 0x0F_76;
            case PSRLW -> P66 | (shiftsByImmediate ? 0x0F_71 : 0x0F_D1);
            case PSRLD -> P66 | (shiftsByImmediate ? 0x0F_72 : 0x0F_D2);
            case PSRLQ -> P66 | (shiftsByImmediate ? 0x0F_73 : 0x0F_D3);
            case PSRAW -> P66 | (shiftsByImmediate ? 0x0F_71 : 0x0F_E1);
            case PSRAD -> P66 | (shiftsByImmediate ? 0x0F_72 : 0x0F_E2);
            case PSLLW -> P66 | (shiftsByImmediate ? 0x0F_71 : 0x0F_F1);
            case PSLLD -> P66 | (shiftsByImmediate ? 0x0F_72 : 0x0F_F2);
            case PSLLQ -> P66 | (shiftsByImmediate ? 0x0F_73 : 0x0F_F3);
            case PSRLDQ, PSLLDQ -> P66 | 0x0F_73;
            case PADDQ -> P66 | 0x0F_D4;       case PMULLW -> P66 | 0x0F_D5;
            case PSUBUSB -> P66 | 0x0F_D8;     case PSUBUSW -> P66 | 0x0F_D9;
            case PMINUB -> P66 | 0x0F_DA;      case PAND -> P66 | 0x0F_DB;
            case PADDUSB -> P66 | 0x0F_DC;     case PADDUSW -> P66 | 0x0F_DD;
            case PMAXUB -> P66 | 0x0F_DE;      case PANDN -> P66 | 0x0F_DF;
            case PAVGB -> P66 | 0x0F_E0;       case PAVGW -> P66 | 0x0F_E3;
            case PMULHUW -> P66 | 0x0F_E4;     case PMULHW -> P66 | 0x0F_E5;
            case PSUBSB -> P66 | 0x0F_E8;      case PSUBSW -> P66 | 0x0F_E9;
            case PMINSW -> P66 | 0x0F_EA;      case POR -> P66 | 0x0F_EB;
            case PADDSB -> P66 | 0x0F_EC;      case PADDSW -> P66 | 0x0F_ED;
            case PMAXSW -> P66 | 0x0F_EE;      case PXOR -> P66 | 0x0F_EF;
            case PMULUDQ -> P66 | 0x0F_F4;     case PMADDWD -> P66 | 0x0F_F5;
            case PSADBW -> P66 | 0x0F_F6;      case PSUBB -> P66 | 0x0F_F8;
            case PSUBW -> P66 | 0x0F_F9;       case PSUBD -> P66 | 0x0F_FA;
            case PSUBQ -> P66 | 0x0F_FB;       case PADDB -> P66 | 0x0F_FC;
            case PADDW -> P66 | 0x0F_FD;       case PADDD -> P66 | 0x0F_FE;
            default -> NO;
        };
        // spotless:on
    }

    /** The extension of a shift by an immediate. SDM 2, opcode groups 12 to 14. */
    private static int extension(Instruction i) {
        return switch (i.mnemonic()) {
            case PSRLW, PSRLD, PSRLQ -> 2;
            case PSRLDQ -> 3;
            case PSRAW, PSRAD -> 4;
            case PSLLDQ -> 7;
            default -> 6;
        };
    }

    void emit(Instruction i) {
        if (isMove(i)) {
            move(i);
            return;
        }
        int opcode = opcode(i);
        int prefix = opcode >>> 16;
        opcode &= 0xFFFF;
        int destination = number(i.operand(0));
        if (i.operand(1) instanceof Operand.Immediate count) {
            load(destination);
            code.rr(prefix, opcode, 4, extension(i), XMM0);
            code.u8((int) count.value());
            store(destination);
            return;
        }
        if (i.operand(1) instanceof Operand.Memory memory) {
            aligned(memory, false);
            load(destination);
            code.rm(prefix, opcode, 4, XMM0, T0, 0);
        } else {
            load(destination);
            code.rm(prefix, opcode, 4, XMM0, STATE, cell(number(i.operand(1))));
        }
        if (i.operands().size() == 3) {
            code.u8((int) ((Operand.Immediate) i.operand(2)).value());
        }
        store(destination);
    }

    private static boolean isXmm(Operand operand) {
        return operand instanceof Operand.Register register && register.kind() == RegisterKind.XMM;
    }

    private static int cell(int number) {
        return Frame.at(State.vector(number));
    }

    private void load(int number) {
        code.rm(0x0F_10, 4, XMM0, STATE, cell(number)); // movups
    }

    private void store(int number) {
        code.rm(0x0F_11, 4, XMM0, STATE, cell(number));
    }

    /** The host address, in T0, of 16 bytes that must be aligned. */
    private void aligned(Operand.Memory memory, boolean store) {
        to.access(memory, XMM_BYTES, store);
        code.rr(0xF6, 1, 0, T0); // test
        code.u8(XMM_BYTES - 1);
        to.slow(NOT_ZERO);
    }

    private void move(Instruction i) {
        switch (i.mnemonic()) {
            case MOVAPS, MOVAPD, MOVDQA, MOVNTPS, MOVNTPD, MOVNTDQ -> whole(i, true);
            case MOVUPS, MOVUPD, MOVDQU, LDDQU -> whole(i, false);
            case MOVD, MOVQ -> general(i);
            case MOVSS -> scalar(i, 4);
            case MOVSD -> scalar(i, 8);
            case MOVLPS, MOVLPD -> half(i, 0);
            case MOVHPS, MOVHPD -> half(i, 8);
            case MOVHLPS -> halves(i, 0, 8);
            case MOVLHPS -> halves(i, 8, 0);
            case PMOVMSKB -> mask(i, 0x66, 0x0F_D7);
            case MOVMSKPS -> mask(i, 0, 0x0F_50);
            default -> mask(i, 0x66, 0x0F_50);
        }
    }

    private void whole(Instruction i, boolean mustBeAligned) {
        Operand destination = i.operand(0);
        Operand source = i.operand(1);
        if (destination instanceof Operand.Memory memory) {
            reach(memory, true, mustBeAligned);
            load(number(source));
            code.rm(0x0F_11, 4, XMM0, T0, 0);
        } else if (source instanceof Operand.Memory memory) {
            reach(memory, false, mustBeAligned);
            code.rm(0x0F_10, 4, XMM0, T0, 0);
            store(number(destination));
        } else {
            load(number(source));
            store(number(destination));
        }
    }

    private void reach(Operand.Memory memory, boolean store, boolean mustBeAligned) {
        if (mustBeAligned) {
            aligned(memory, store);
        } else {
            to.access(memory, XMM_BYTES, store);
        }
    }

    /** The upper half of a register becomes zero, and the lower what is in T1. */
    private void zeroExtended(int destination) {
        code.store(STATE, cell(destination), T1);
        code.rm(0xC7, 8, 0, STATE, cell(destination) + 8);
        code.u32(0);
    }

    /** MOVD and MOVQ, to or from a general register, memory, or between vector registers. */
    private void general(Instruction i) {
        Operand destination = i.operand(0);
        Operand source = i.operand(1);
        if (isXmm(destination)) {
            int bytes = isXmm(source) ? 8 : source.bytes();
            if (source instanceof Operand.Memory memory) {
                to.access(memory, bytes, false);
                code.rm(0x8B, bytes, T1, T0, 0);
            } else if (isXmm(source)) {
                code.load(T1, STATE, cell(number(source)));
            } else {
                code.rr(0x8B, bytes, T1, to.read(number(source), T1));
            }
            zeroExtended(number(destination));
            return;
        }
        int bytes = destination.bytes();
        int from = cell(number(source));
        if (destination instanceof Operand.Memory memory) {
            to.access(memory, bytes, true);
            code.rm(0x8B, bytes, T1, STATE, from);
            code.rm(0x89, bytes, T1, T0, 0);
        } else {
            int guest = number(destination);
            to.change(guest);
            int target = Emission.target(guest, T1);
            code.rm(0x8B, bytes, target, STATE, from);
            to.written(guest, bytes, target);
        }
    }

    private void scalar(Instruction i, int bytes) {
        Operand destination = i.operand(0);
        Operand source = i.operand(1);
        if (destination instanceof Operand.Memory memory) {
            to.access(memory, bytes, true);
            code.rm(0x8B, bytes, T1, STATE, cell(number(source)));
            code.rm(0x89, bytes, T1, T0, 0);
        } else if (source instanceof Operand.Memory memory) {
            to.access(memory, bytes, false);
            code.rm(0x8B, bytes, T1, T0, 0);
            zeroExtended(number(destination));
        } else {
            code.rm(0x8B, bytes, T1, STATE, cell(number(source)));
            code.rm(0x89, bytes, T1, STATE, cell(number(destination)));
        }
    }

    private void half(Instruction i, int at) {
        if (i.operand(0) instanceof Operand.Memory memory) {
            to.access(memory, 8, true);
            code.load(T1, STATE, cell(number(i.operand(1))) + at);
            code.rm(0x89, 8, T1, T0, 0);
        } else {
            to.access((Operand.Memory) i.operand(1), 8, false);
            code.rm(0x8B, 8, T1, T0, 0);
            code.store(STATE, cell(number(i.operand(0))) + at, T1);
        }
    }

    private void halves(Instruction i, int destination, int source) {
        code.load(T1, STATE, cell(number(i.operand(1))) + source);
        code.store(STATE, cell(number(i.operand(0))) + destination, T1);
    }

    private void mask(Instruction i, int prefix, int opcode) {
        int guest = number(i.operand(0));
        load(number(i.operand(1)));
        to.change(guest);
        int target = Emission.target(guest, T1);
        code.rr(prefix, opcode, 4, target, XMM0);
        to.written(guest, 4, target);
    }
}
