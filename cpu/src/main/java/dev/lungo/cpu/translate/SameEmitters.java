package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.CMP;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;

import dev.lungo.cpu.core.Mode;
import dev.lungo.isa.Encoding;
import dev.lungo.isa.Encoding.Role;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;

/**
 * Instructions that the host has just so: MMX, SSE, AVX, FMA, AES, SHA, and of those on general
 * registers what came with BMI and the like. Vector registers are the guest's own; only general
 * registers and memory are others.
 */
final class SameEmitters extends Emitter {
    private static final int MXCSR_RESERVED = 0xFFFF_0000;

    // Of guest registers.
    private static final int RAX = 0;
    private static final int RCX = 1;
    private static final int RDX = 2;

    SameEmitters(Emission to) {
        super(to);
    }

    /** Whether the instruction can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        boolean vector = usesVectors(i);
        boolean mmx = usesMmx(i);
        int needed =
                (vector ? i.has(Instruction.VEX) ? Mode.AVX : Mode.SSE : 0) | (mmx ? Mode.X87 : 0);
        return (to.mode & needed) == needed
                && (vector || mmx ? isExact(i, to) : isGeneral(i))
                && hasOperands(i, to)
                && to.host.runs(i)
                && Encoding.of(i) != null;
    }

    static boolean usesMmx(Instruction i) {
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Register register && register.kind() == RegisterKind.MMX) {
                return true;
            }
        }
        return i.mnemonic() == Mnemonic.EMMS;
    }

    static boolean usesVectors(Instruction i) {
        for (Operand each : i.operands()) {
            if (each instanceof Operand.Register register
                    && (register.kind() == RegisterKind.XMM
                            || register.kind() == RegisterKind.YMM)) {
                return true;
            }
        }
        return switch (i.mnemonic()) {
            case VZEROUPPER, VZEROALL -> true;
            case LDMXCSR, STMXCSR, VLDMXCSR, VSTMXCSR -> true;
            case CVTPS2PI, CVTPD2PI, CVTTPS2PI, CVTTPD2PI -> true; // for MXCSR
            default -> false;
        };
    }

    /** Those on general registers alone. */
    private static boolean isGeneral(Instruction i) {
        return switch (i.mnemonic()) {
            case ANDN,
                    BEXTR,
                    BLSI,
                    BLSMSK,
                    BLSR,
                    BZHI,
                    PDEP,
                    PEXT,
                    MULX,
                    RORX,
                    SARX,
                    SHLX,
                    SHRX,
                    POPCNT,
                    TZCNT,
                    LZCNT,
                    BSF,
                    BSR,
                    CRC32,
                    ADCX,
                    ADOX,
                    MOVBE,
                    MOVNTI,
                    CMPXCHG8B,
                    CMPXCHG16B ->
                    true;
            default -> false;
        };
    }

    /** Of those on vector registers, whether the host does exactly the same. */
    private static boolean isExact(Instruction i, Emission to) {
        return switch (i.mnemonic()) {
            case RCPPS, RCPSS, RSQRTPS, RSQRTSS, VRCPPS, VRCPSS, VRSQRTPS, VRSQRTSS ->
                    false; // approximations differ
            case EXTRQ, INSERTQ, MOVNTSS, MOVNTSD -> false; // of no model
            case MASKMOVQ, MASKMOVDQU, VMASKMOVDQU -> false; // what it faults on is its own affair
            case VZEROUPPER, VZEROALL -> to.is64(); // of eight registers otherwise
            default -> true;
        };
    }

    private static boolean hasOperands(Instruction i, Emission to) {
        for (Operand each : i.operands()) {
            boolean known =
                    switch (each) {
                        case Operand.Register register ->
                                switch (register.kind()) {
                                    case MMX, XMM, YMM, GPR8, GPR16, GPR32, GPR64 -> true;
                                    default -> false;
                                };
                        case Operand.Memory memory -> to.addressing.canAddress(memory);
                        case Operand.Immediate _ -> true;
                        default -> false;
                    };
            if (!known) {
                return false;
            }
        }
        return true;
    }

    void emit(Instruction i) {
        Encoding encoding = Encoding.of(i);
        if (encoding == null) {
            throw new IllegalArgumentException("no encoding: " + i);
        }
        reach(i);
        FlagUse use = FlagUse.of(i);
        if (use.reads()) {
            to.flags.need();
        }
        changeImplied(i);
        write(i, encoding);
        for (int operand = 1; operand >= 0; operand--) { // the first wins if they are the same
            if (isWritten(i, operand)) {
                Operand.Register register = (Operand.Register) i.operand(operand);
                to.written(register.number(), register.bytes(), host(i, encoding, operand));
            }
        }
        if (use.writes()) {
            to.flags.set();
        }
    }

    /** The host address of a memory operand, in T0. */
    private void reach(Instruction i) {
        for (int operand = 0; operand < i.operands().size(); operand++) {
            if (i.operand(operand) instanceof Operand.Memory memory) {
                to.addressing.access(memory, memory.bytes(), operand == 0 && !loadsMxcsr(i));
                if (mustBeAligned(i, memory)) {
                    code.rr(0xF6, 1, 0, T0); // test
                    code.u8(memory.bytes() - 1);
                    to.slow(NOT_ZERO);
                }
            }
        }
        if (loadsMxcsr(i)) {
            code.rm(0x8B, 4, T1, T0, 0);
            code.arithmetic(AND, 4, T1, MXCSR_RESERVED | VectorTransfer.MASKS);
            code.arithmetic(CMP, 4, T1, VectorTransfer.MASKS);
            to.slow(NOT_ZERO);
        }
    }

    private static boolean loadsMxcsr(Instruction i) {
        return i.mnemonic() == Mnemonic.LDMXCSR || i.mnemonic() == Mnemonic.VLDMXCSR;
    }

    /** SDM 2A, "SSE and AVX Instruction Exception Classification". */
    private static boolean mustBeAligned(Instruction i, Operand.Memory memory) {
        return switch (i.mnemonic()) {
            case MOVUPS, MOVUPD, MOVDQU, LDDQU, PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI -> false;
            case VMOVAPS, VMOVAPD, VMOVDQA, VMOVNTPS, VMOVNTPD, VMOVNTDQ, VMOVNTDQA -> true;
            default -> !i.has(Instruction.VEX) && memory.bytes() == 16;
        };
    }

    /** Whether the instruction writes this operand, and it is a general register. */
    private static boolean isWritten(Instruction i, int operand) {
        return (operand == 0 || operand == 1 && i.mnemonic() == Mnemonic.MULX)
                && operand < i.operands().size()
                && Emission.isPlain(i.operand(operand));
    }

    /** Before registers change that the instruction does not name, and those that it does. */
    private void changeImplied(Instruction i) {
        for (int operand = 0; operand < i.operands().size(); operand++) {
            if (isWritten(i, operand)) {
                to.flags.change(number(i.operand(operand)));
            }
        }
        switch (i.mnemonic()) {
            case PCMPESTRI, PCMPISTRI, VPCMPESTRI, VPCMPISTRI -> to.flags.change(RCX);
            case CMPXCHG8B, CMPXCHG16B -> {
                to.flags.change(RAX);
                to.flags.change(RDX);
            }
            default -> {}
        }
    }

    /** The host register of an operand, general registers that the host has not in a temporary. */
    private static int host(Instruction i, Encoding encoding, int operand) {
        int number = number(i.operand(operand));
        if (!Emission.isPlain(i.operand(operand))) {
            return number;
        }
        return Emission.target(number, temporary(encoding.roles().get(operand)));
    }

    private static int temporary(Role role) {
        return switch (role) {
            case REG -> T1;
            case VVVV -> T2;
            case RM, IS4, IMMEDIATE, FIXED -> T0;
        };
    }

    private void write(Instruction i, Encoding encoding) {
        int reg = encoding.digit();
        int rm = -1;
        int vvvv = 0;
        int last = -1;
        boolean isByte = false;
        for (int operand = 0; operand < i.operands().size(); operand++) {
            Role role = encoding.roles().get(operand);
            Operand each = i.operand(operand);
            if (each instanceof Operand.Register register) {
                if (Emission.isPlain(each)) {
                    to.read(register.number(), temporary(role));
                    isByte |= register.kind() == RegisterKind.GPR8;
                }
                int host = host(i, encoding, operand);
                switch (role) {
                    case REG -> reg = host;
                    case RM -> rm = host;
                    case VVVV -> vvvv = host;
                    case IS4 -> last = host << 4;
                    case IMMEDIATE, FIXED -> {}
                }
            } else if (each instanceof Operand.Immediate immediate) {
                last = (int) immediate.value() & 0xFF;
            }
        }
        locked(i);
        boolean modRm = !i.operands().isEmpty();
        boolean memory = rm < 0 && modRm;
        int base = memory ? T0 : modRm ? rm : 0;
        if (encoding.vex()) {
            vex(encoding, reg, vvvv, base);
        } else {
            legacy(encoding, reg, base, isByte);
        }
        if (modRm) {
            code.u8((memory ? 0 : 0xC0) | (reg & 7) << 3 | base & 7);
        }
        if (last >= 0) {
            code.u8(last);
        }
    }

    private void legacy(Encoding encoding, int reg, int rm, boolean isByte) {
        if (encoding.operand16()) {
            code.u8(0x66);
        }
        if (encoding.prefix() != 0) {
            code.u8(encoding.prefix());
        }
        int rex = (encoding.w() ? 8 : 0) | reg >> 3 << 2 | rm >> 3;
        if (rex != 0 || isByte) {
            code.u8(0x40 | rex);
        }
        code.u8(0x0F);
        if (encoding.map() != 1) {
            code.u8(encoding.map() == 2 ? 0x38 : 0x3A);
        }
        code.u8(encoding.opcode());
    }

    private void vex(Encoding encoding, int reg, int vvvv, int rm) {
        int pp =
                switch (encoding.prefix()) {
                    case 0x66 -> 1;
                    case 0xF3 -> 2;
                    case 0xF2 -> 3;
                    default -> 0;
                };
        int low = (~vvvv & 15) << 3 | (encoding.l() ? 4 : 0) | pp;
        int notR = reg > 7 ? 0 : 0x80;
        if (encoding.map() == 1 && !encoding.w() && rm < 8) {
            code.u8(0xC5);
            code.u8(notR | low);
        } else {
            code.u8(0xC4);
            code.u8(notR | 0x40 | (rm > 7 ? 0 : 0x20) | encoding.map());
            code.u8((encoding.w() ? 0x80 : 0) | low);
        }
        code.u8(encoding.opcode());
    }
}
