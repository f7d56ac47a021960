package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Mode;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/**
 * The host code of each instruction that has any: mostly the same instruction on other registers.
 * What is not here is interpreted.
 */
final class Emitters {
    private final Emission to;
    private final MoveEmitters moves;
    private final ArithmeticEmitters arithmetic;
    private final BitEmitters bits;
    private final ControlEmitters control;
    private final StringEmitters strings;
    private final FlagControlEmitters flags;
    private final ModeEmitters modes;
    private final SystemEmitters system;
    private final SameEmitters same;
    private final X87Emitters x87;

    Emitters(Emission to) {
        this.to = to;
        moves = new MoveEmitters(to);
        arithmetic = new ArithmeticEmitters(to);
        bits = new BitEmitters(to);
        control = new ControlEmitters(to);
        strings = new StringEmitters(to);
        flags = new FlagControlEmitters(to);
        modes = new ModeEmitters(to);
        system = new SystemEmitters(to);
        same = new SameEmitters(to);
        x87 = new X87Emitters(to);
    }

    /** Whether the instruction can be emitted in this mode. Decided before anything is written. */
    static boolean has(Instruction i, Emission to) {
        return hasGeneral(i, to)
                || !to.segmented && (SameEmitters.has(i, to) || X87Emitters.has(i, to));
    }

    /** Whether the instruction, which has an emitter, wants the vector registers in the host's. */
    static boolean usesVectors(Instruction i) {
        return SameEmitters.usesVectors(i);
    }

    /** Likewise, for x87 and MMX. */
    static boolean usesFpu(Instruction i) {
        return SameEmitters.usesMmx(i) || X87Emitters.knows(i);
    }

    /** On general registers. */
    private static boolean hasGeneral(Instruction i, Emission to) {
        for (Operand each : i.operands()) {
            switch (each) {
                case Operand.Register register -> {
                    switch (register.kind()) {
                        case GPR8, GPR16, GPR32, GPR64 -> {}
                        case GPR8_HIGH -> {
                            if (!hasHighBytes(i)) {
                                return false;
                            }
                        }
                        default -> {
                            return false;
                        }
                    }
                }
                case Operand.Memory memory -> {
                    if (!to.addressing.canAddress(memory) && i.mnemonic() != Mnemonic.NOP) {
                        return false;
                    }
                }
                case Operand.FarPointer _ -> {
                    return false;
                }
                case Operand.Immediate _, Operand.Relative _ -> {}
            }
        }
        boolean natural = to.is64() == (i.operandBytes() == 8);
        return switch (i.mnemonic()) {
            case BSWAP -> i.operandBytes() > 2; // undefined; the interpreter decides
            case MOVSXD -> i.operandBytes() > 2; // how much AMD loads then is its own affair
            case MOV,
                    MOVZX,
                    MOVSX,
                    LEA,
                    ADD,
                    OR,
                    ADC,
                    SBB,
                    AND,
                    SUB,
                    XOR,
                    CMP,
                    TEST,
                    INC,
                    DEC,
                    NEG,
                    NOT,
                    ENDBR32,
                    ENDBR64,
                    PREFETCHNTA,
                    PREFETCHT0,
                    PREFETCHT1,
                    PREFETCHT2,
                    PREFETCHW,
                    NOP,
                    LFENCE,
                    MFENCE,
                    SERIALIZE,
                    SFENCE,
                    CBW,
                    CWDE,
                    CDQE,
                    CWD,
                    CDQ,
                    CQO,
                    CMPXCHG,
                    XADD,
                    JO,
                    JNO,
                    JB,
                    JNB,
                    JZ,
                    JNZ,
                    JBE,
                    JNBE,
                    JS,
                    JNS,
                    JP,
                    JNP,
                    JL,
                    JNL,
                    JLE,
                    JNLE,
                    SETO,
                    SETNO,
                    SETB,
                    SETNB,
                    SETZ,
                    SETNZ,
                    SETBE,
                    SETNBE,
                    SETS,
                    SETNS,
                    SETP,
                    SETNP,
                    SETL,
                    SETNL,
                    SETLE,
                    SETNLE,
                    CMOVO,
                    CMOVNO,
                    CMOVB,
                    CMOVNB,
                    CMOVZ,
                    CMOVNZ,
                    CMOVBE,
                    CMOVNBE,
                    CMOVS,
                    CMOVNS,
                    CMOVP,
                    CMOVNP,
                    CMOVL,
                    CMOVNL,
                    CMOVLE,
                    CMOVNLE,
                    XCHG,
                    SHL,
                    SHR,
                    SAR,
                    ROL,
                    ROR,
                    RCL,
                    RCR,
                    SHLD,
                    SHRD,
                    IMUL,
                    MUL,
                    JCXZ,
                    CLC,
                    STC,
                    CMC,
                    LAHF,
                    SAHF ->
                    true;
            case MOVS, STOS, LODS -> StringEmitters.has(i, to);
            case CLI, STI, CLD, STD -> FlagControlEmitters.has(i, to);
            case SYSCALL, SYSRET, STAC, CLAC -> !to.segmented && ModeEmitters.has(i, to);
            case RDTSC, RDTSCP, RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE -> SystemEmitters.has(i, to);
            case SWAPGS -> (to.mode & Mode.USER) == 0 && !to.checks;
            case BT, BTS, BTR, BTC ->
                    !(i.operand(0) instanceof Operand.Memory memory)
                            || i.operand(1) instanceof Operand.Immediate
                            || to.addressing.isFlat(memory);
            case DIV, IDIV -> i.operand(0).bytes() >= 4;
            case POP -> natural && i.operand(0) instanceof Operand.Register;
            case PUSHF, POPF -> natural && (to.mode & Mode.VM86) == 0;
            case PUSH, JMP, CALL, RET, LEAVE -> natural;
            case LOOP -> to.is64() == (i.addressBytes() == 8);
            default -> false;
        };
    }

    private static boolean hasHighBytes(Instruction i) {
        return switch (i.mnemonic()) {
            case MOV, MOVZX, MOVSX, ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST -> true;
            default -> false;
        };
    }

    /** Whether control does not go on behind the instruction. */
    static boolean isLast(Instruction i) {
        return switch (i.mnemonic()) {
            case JMP, CALL, RET, SYSCALL, SYSRET -> true;
            default -> false;
        };
    }

    /** Whether control goes on behind the instruction, but in another unit. */
    static boolean endsUnit(Instruction i) {
        return switch (i.mnemonic()) {
            case POPF, STAC, CLAC, SERIALIZE -> true;
            default -> false;
        };
    }

    /** Whether the instruction may be interpreted instead, or is a way out of the unit. */
    static boolean mayLeave(Instruction i) {
        return switch (i.mnemonic()) {
            case LEA, NOP, PREFETCHNTA, PREFETCHT0, PREFETCHT1, PREFETCHT2, PREFETCHW -> false;
            case PUSH,
                    PUSHF,
                    POP,
                    POPF,
                    CALL,
                    RET,
                    SYSCALL,
                    SYSRET,
                    STAC,
                    CLAC,
                    LEAVE,
                    DIV,
                    IDIV,
                    LOOP,
                    JCXZ,
                    JMP,
                    JO,
                    JNO,
                    JB,
                    JNB,
                    JZ,
                    JNZ,
                    JBE,
                    JNBE,
                    JS,
                    JNS,
                    JP,
                    JNP,
                    JL,
                    JNL,
                    JLE,
                    JNLE,
                    RDTSC,
                    RDTSCP,
                    RDFSBASE,
                    RDGSBASE,
                    WRFSBASE,
                    WRGSBASE ->
                    true;
            default -> {
                for (Operand each : i.operands()) {
                    if (each instanceof Operand.Memory) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    void emit(Instruction i) {
        switch (i.mnemonic()) {
            case MOV, MOVZX, MOVSX, MOVSXD, LEA, BSWAP, CBW, CWDE, CDQE, CWD, CDQ, CQO, XCHG ->
                    moves.emit(i);
            case ADD,
                    OR,
                    ADC,
                    SBB,
                    AND,
                    SUB,
                    XOR,
                    CMP,
                    TEST,
                    INC,
                    DEC,
                    NOT,
                    NEG,
                    CMPXCHG,
                    XADD,
                    CLC,
                    STC,
                    CMC,
                    LAHF,
                    SAHF ->
                    arithmetic.emit(i);
            case SHL,
                    SHR,
                    SAR,
                    ROL,
                    ROR,
                    RCL,
                    RCR,
                    SHLD,
                    SHRD,
                    IMUL,
                    MUL,
                    DIV,
                    IDIV,
                    BT,
                    BTS,
                    BTR,
                    BTC ->
                    bits.emit(i);
            case MOVS, STOS, LODS -> strings.emit(i);
            case CLI, STI, CLD, STD -> flags.emit(i);
            case SYSCALL, SYSRET, STAC, CLAC -> modes.emit(i);
            case RDTSC, RDTSCP, RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE -> system.emit(i);
            case SWAPGS -> moves.emit(i);
            case MFENCE, SERIALIZE -> to.fence(0xF0); // what is pending comes behind the unit
            case SFENCE -> to.fence(0xF8);
            case LFENCE, // loads are in order but for those of a kind that no emitter has
                    ENDBR32,
                    ENDBR64,
                    NOP,
                    PREFETCHNTA,
                    PREFETCHT0,
                    PREFETCHT1,
                    PREFETCHT2,
                    PREFETCHW -> {}
            default -> {
                if (hasGeneral(i, to)) {
                    control.emit(i);
                } else if (X87Emitters.knows(i)) {
                    x87.emit(i);
                } else {
                    same.emit(i);
                }
            }
        }
    }
}
