package dev.lungo.cpu.translate;

import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;

/** What an instruction with an emitter does with the six status flags. SDM 1, appendix A. */
enum FlagUse {
    /** Neither reads nor writes any. */
    NONE,
    /** Writes all, or leaves those that it does not write undefined. */
    WRITES,
    /** Reads some and writes none. */
    READS,
    /** Reads some and writes all: ADC. Also what writes some, or perhaps none: INC, SHL by CL. */
    CHANGES;

    boolean reads() {
        return this == READS || this == CHANGES;
    }

    boolean writes() {
        return this == WRITES || this == CHANGES;
    }

    /** Whether the instruction lets the guest see flags whatever they are. */
    static boolean showsAll(Instruction i) {
        return switch (i.mnemonic()) {
            case PUSHF, LAHF, SYSCALL -> true;
            default -> false;
        };
    }

    static FlagUse of(Instruction i) {
        return switch (i.mnemonic()) {
            case ADD,
                    OR,
                    AND,
                    SUB,
                    XOR,
                    CMP,
                    TEST,
                    NEG,
                    IMUL,
                    MUL,
                    DIV,
                    IDIV,
                    CMPXCHG,
                    XADD,
                    POPCNT,
                    TZCNT,
                    LZCNT,
                    BSF,
                    BSR,
                    ANDN,
                    BEXTR,
                    BLSI,
                    BLSMSK,
                    BLSR,
                    BZHI,
                    COMISS,
                    COMISD,
                    UCOMISS,
                    UCOMISD,
                    VCOMISS,
                    VCOMISD,
                    VUCOMISS,
                    VUCOMISD,
                    PTEST,
                    VPTEST,
                    VTESTPS,
                    VTESTPD,
                    PCMPESTRM,
                    PCMPESTRI,
                    PCMPISTRM,
                    PCMPISTRI,
                    VPCMPESTRM,
                    VPCMPESTRI,
                    VPCMPISTRM,
                    VPCMPISTRI,
                    POPF ->
                    WRITES;
            case SHL, SHR, SAR ->
                    i.operand(1) instanceof Operand.Immediate count
                                    && (count.value() & (i.operand(0).bytes() == 8 ? 63 : 31)) != 0
                            ? WRITES
                            : CHANGES;
            case ADC,
                    SBB,
                    INC,
                    DEC,
                    BT,
                    BTS,
                    BTR,
                    BTC,
                    ROL,
                    ROR,
                    RCL,
                    RCR,
                    SAHF,
                    SHLD,
                    SHRD,
                    ADCX,
                    ADOX,
                    CMPXCHG8B,
                    CMPXCHG16B,
                    FCOMI,
                    FCOMIP,
                    FUCOMI,
                    FUCOMIP,
                    CMC,
                    CLC,
                    STC,
                    SYSCALL,
                    SYSRET ->
                    CHANGES;
            case PUSHF,
                    LAHF,
                    FCMOVB,
                    FCMOVE,
                    FCMOVBE,
                    FCMOVU,
                    FCMOVNB,
                    FCMOVNE,
                    FCMOVNBE,
                    FCMOVNU,
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
                    CMOVNLE ->
                    READS;
            default -> NONE;
        };
    }
}
