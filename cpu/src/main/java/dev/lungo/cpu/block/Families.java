package dev.lungo.cpu.block;

import dev.lungo.cpu.op.Arithmetic;
import dev.lungo.cpu.op.Bits;
import dev.lungo.cpu.op.Branches;
import dev.lungo.cpu.op.Decimal;
import dev.lungo.cpu.op.Descriptors;
import dev.lungo.cpu.op.Enquiries;
import dev.lungo.cpu.op.ExtendedState;
import dev.lungo.cpu.op.FarTransfers;
import dev.lungo.cpu.op.FastCalls;
import dev.lungo.cpu.op.FlagControl;
import dev.lungo.cpu.op.FlagsStack;
import dev.lungo.cpu.op.Hints;
import dev.lungo.cpu.op.Moves;
import dev.lungo.cpu.op.Multiplication;
import dev.lungo.cpu.op.Ports;
import dev.lungo.cpu.op.Privileged;
import dev.lungo.cpu.op.SegmentLoads;
import dev.lungo.cpu.op.Shifts;
import dev.lungo.cpu.op.Stack;
import dev.lungo.cpu.op.Strings;
import dev.lungo.cpu.op.UserRegisters;
import dev.lungo.cpu.op.Virtualization;
import dev.lungo.cpu.op.X87;
import dev.lungo.cpu.op.vector.Aes;
import dev.lungo.cpu.op.vector.Blends;
import dev.lungo.cpu.op.vector.CarrylessMultiplication;
import dev.lungo.cpu.op.vector.Extensions;
import dev.lungo.cpu.op.vector.FloatArithmetic;
import dev.lungo.cpu.op.vector.FloatComparison;
import dev.lungo.cpu.op.vector.FloatConversion;
import dev.lungo.cpu.op.vector.FloatNeighbours;
import dev.lungo.cpu.op.vector.FusedMultiplyAdd;
import dev.lungo.cpu.op.vector.Gathers;
import dev.lungo.cpu.op.vector.Insertions;
import dev.lungo.cpu.op.vector.IntegerArithmetic;
import dev.lungo.cpu.op.vector.IntegerMultiplication;
import dev.lungo.cpu.op.vector.Masks;
import dev.lungo.cpu.op.vector.Permutations;
import dev.lungo.cpu.op.vector.Sha;
import dev.lungo.cpu.op.vector.Shuffles;
import dev.lungo.cpu.op.vector.StringComparison;
import dev.lungo.cpu.op.vector.VectorLogic;
import dev.lungo.cpu.op.vector.VectorMoves;
import dev.lungo.cpu.op.vector.VectorShifts;
import dev.lungo.cpu.op.vector.Vectors;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;

/**
 * Which family an instruction belongs to. There is no default: a new mnemonic does not compile
 * until it has a place here.
 */
final class Families {
    private Families() {}

    /** The instruction as an op, #UD if the processor's model lacks it. */
    static Op lower(Lowering at, Instruction instruction) {
        return Availability.of(instruction, at.cpu().model)
                .map(known -> lowerKnown(at, known))
                .orElseGet(() -> new Lowering.Raise(ExceptionVector.UD));
    }

    // spotless:off
    private static Op lowerKnown(Lowering at, Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case MOV, MOVSX, MOVSXD, MOVZX, MOVBE, MOVNTI, XCHG, BSWAP, LEA, XLAT, LAHF, SAHF, CBW,
                 CWDE, CDQE, CWD, CDQ, CQO, CMOVO, CMOVNO, CMOVB, CMOVNB, CMOVZ, CMOVNZ, CMOVBE,
                 CMOVNBE, CMOVS, CMOVNS, CMOVP, CMOVNP, CMOVL, CMOVNL, CMOVLE, CMOVNLE
                -> Moves.lower(at, instruction);
            case PUSH, POP, PUSHA, POPA, ENTER, LEAVE
                -> Stack.lower(at, instruction);
            case PUSHF, POPF
                -> FlagsStack.lower(at, instruction);
            case LDS, LES, LFS, LGS, LSS
                -> SegmentLoads.lower(at, instruction);
            case IN, OUT, INS, OUTS
                -> Ports.lower(at, instruction);
            case ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST, INC, DEC, NEG, NOT, ADCX, ADOX, XADD,
                 CMPXCHG, CMPXCHG8B, CMPXCHG16B
                -> Arithmetic.lower(at, instruction);
            case MUL, IMUL, DIV, IDIV, MULX
                -> Multiplication.lower(at, instruction);
            case DAA, DAS, AAA, AAS, AAM, AAD, SALC
                -> Decimal.lower(at, instruction);
            case ROL, ROR, RCL, RCR, SHL, SHR, SAR, SHLD, SHRD, RORX, SARX, SHLX, SHRX
                -> Shifts.lower(at, instruction);
            case BT, BTS, BTR, BTC, BSF, BSR, TZCNT, LZCNT, POPCNT, ANDN, BEXTR, BLSI, BLSMSK,
                 BLSR, BZHI, PDEP, PEXT, CRC32, SETO, SETNO, SETB, SETNB, SETZ, SETNZ, SETBE,
                 SETNBE, SETS, SETNS, SETP, SETNP, SETL, SETNL, SETLE, SETNLE
                -> Bits.lower(at, instruction);
            case MOVS, CMPS, STOS, LODS, SCAS
                -> Strings.lower(at, instruction);
            case JMP, CALL, RET, LOOP, LOOPE, LOOPNE, JCXZ, JO, JNO, JB, JNB, JZ, JNZ, JBE, JNBE,
                 JS, JNS, JP, JNP, JL, JNL, JLE, JNLE
                -> Branches.lower(at, instruction);
            case JMPF, CALLF, RETF, INT, INT1, INT3, INTO, IRET, BOUND
                -> FarTransfers.lower(at, instruction);
            case UD0, UD1, UD2, NOP, PAUSE, ENDBR32, ENDBR64, SERIALIZE, PREFETCHNTA, PREFETCHT0,
                 PREFETCHT1, PREFETCHT2, PREFETCHW, PREFETCHWT1, CLFLUSH, CLFLUSHOPT, CLWB,
                 CLDEMOTE, LFENCE, MFENCE, SFENCE, INCSSP, RDSSP, SAVEPREVSSP, RSTORSSP, WRSS,
                 WRUSS, SETSSBSY, CLRSSBSY
                -> Hints.lower(at, instruction);
            case CLC, STC, CMC, CLD, STD, CLI, STI, CLAC, STAC
                -> FlagControl.lower(at, instruction);
            case HLT, SMSW, LMSW, CLTS, INVD, WBINVD, WBNOINVD, INVLPG, INVPCID, RDMSR, WRMSR,
                 SWAPGS, MONITOR, MWAIT, RSM
                -> Privileged.lower(at, instruction);
            case CPUID, RDTSC, RDTSCP, RDPMC, RDPID, RDRAND, RDSEED
                -> Enquiries.lower(at, instruction);
            case RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE, XGETBV, XSETBV, RDPKRU, WRPKRU
                -> UserRegisters.lower(at, instruction);
            case ARPL, LAR, LSL, VERR, VERW, SLDT, STR, LLDT, LTR, SGDT, SIDT, LGDT, LIDT
                -> Descriptors.lower(at, instruction);
            case SYSCALL, SYSRET, SYSENTER, SYSEXIT
                -> FastCalls.lower(at, instruction);
            case FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XSAVEC, XSAVES, XRSTOR, XRSTORS, LDMXCSR,
                 STMXCSR, VLDMXCSR, VSTMXCSR
                -> ExtendedState.lower(at, instruction);
            case VMCALL, VMLAUNCH, VMRESUME, VMXOFF, VMXON, VMFUNC, VMCLEAR, VMPTRLD, VMPTRST,
                 VMREAD, VMWRITE, INVEPT, INVVPID, VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI,
                 SKINIT, INVLPGA
                -> Virtualization.lower(at, instruction);
            case FLD, FST, FSTP, FILD, FIST, FISTP, FISTTP, FBLD, FBSTP, FXCH, FADD, FADDP, FIADD,
                 FSUB, FSUBP, FISUB, FSUBR, FSUBRP, FISUBR, FMUL, FMULP, FIMUL, FDIV, FDIVP, FIDIV,
                 FDIVR, FDIVRP, FIDIVR, FCOM, FCOMP, FCOMPP, FICOM, FICOMP, FUCOM, FUCOMP, FUCOMPP,
                 FCOMI, FCOMIP, FUCOMI, FUCOMIP, FTST, FXAM, FCHS, FABS, FLD1, FLDL2T, FLDL2E,
                 FLDPI, FLDLG2, FLDLN2, FLDZ, F2XM1, FYL2X, FPTAN, FPATAN, FXTRACT, FPREM1,
                 FDECSTP, FINCSTP, FPREM, FYL2XP1, FSQRT, FSINCOS, FRNDINT, FSCALE, FSIN, FCOS,
                 FNOP, FCMOVB, FCMOVE, FCMOVBE, FCMOVU, FCMOVNB, FCMOVNE, FCMOVNBE, FCMOVNU,
                 FNINIT, FNCLEX, FLDCW, FNSTCW, FNSTSW, FLDENV, FNSTENV, FNSAVE, FRSTOR, FFREE,
                 FFREEP, FENI, FDISI, FSETPM, FWAIT
                -> X87.lower(at, instruction);
            case MOVAPS, MOVAPD, MOVUPS, MOVUPD, MOVDQA, MOVDQU, LDDQU, MOVNTPS, MOVNTPD, MOVNTDQ,
                 MOVNTDQA, MOVSS, MOVSD, MOVLPS, MOVLPD, MOVHPS, MOVHPD, MOVHLPS, MOVLHPS, MOVD,
                 MOVQ, MOVNTQ, MOVQ2DQ, MOVDQ2Q, EMMS, VMOVAPS, VMOVAPD, VMOVUPS, VMOVUPD, VMOVDQA,
                 VMOVDQU, VLDDQU, VMOVNTPS, VMOVNTPD, VMOVNTDQ, VMOVNTDQA, VMOVSS, VMOVSD, VMOVLPS,
                 VMOVLPD, VMOVHPS, VMOVHPD, VMOVHLPS, VMOVLHPS, VMOVD, VMOVQ
                -> Vectors.lower(at, instruction, VectorMoves::op);
            case MOVMSKPS, MOVMSKPD, PMOVMSKB, MASKMOVQ, MASKMOVDQU, VMASKMOVPS, VMASKMOVPD,
                 VPMASKMOVD, VPMASKMOVQ, VMOVMSKPS, VMOVMSKPD, VPMOVMSKB, VMASKMOVDQU
                -> Vectors.lower(at, instruction, Masks::op);
            case PAND, PANDN, POR, PXOR, ANDPS, ANDPD, ANDNPS, ANDNPD, ORPS, ORPD, XORPS, XORPD,
                 PTEST, VTESTPS, VTESTPD, VPAND, VPANDN, VPOR, VPXOR, VANDPS, VANDPD, VANDNPS,
                 VANDNPD, VORPS, VORPD, VXORPS, VXORPD, VPTEST
                -> Vectors.lower(at, instruction, VectorLogic::op);
            case PADDB, PADDW, PADDD, PADDQ, PSUBB, PSUBW, PSUBD, PSUBQ, PADDSB, PADDSW, PADDUSB,
                 PADDUSW, PSUBSB, PSUBSW, PSUBUSB, PSUBUSW, PCMPEQB, PCMPEQW, PCMPEQD, PCMPEQQ,
                 PCMPGTB, PCMPGTW, PCMPGTD, PCMPGTQ, PMINUB, PMINUW, PMINUD, PMINSB, PMINSW,
                 PMINSD, PMAXUB, PMAXUW, PMAXUD, PMAXSB, PMAXSW, PMAXSD, PAVGB, PAVGW, PABSB,
                 PABSW, PABSD, PSIGNB, PSIGNW, PSIGND, PHADDW, PHADDD, PHADDSW, PHSUBW, PHSUBD,
                 PHSUBSW, VPADDB, VPADDW, VPADDD, VPADDQ, VPSUBB, VPSUBW, VPSUBD, VPSUBQ, VPADDSB,
                 VPADDSW, VPADDUSB, VPADDUSW, VPSUBSB, VPSUBSW, VPSUBUSB, VPSUBUSW, VPCMPEQB,
                 VPCMPEQW, VPCMPEQD, VPCMPEQQ, VPCMPGTB, VPCMPGTW, VPCMPGTD, VPCMPGTQ, VPMINUB,
                 VPMINUW, VPMINUD, VPMINSB, VPMINSW, VPMINSD, VPMAXUB, VPMAXUW, VPMAXUD, VPMAXSB,
                 VPMAXSW, VPMAXSD, VPAVGB, VPAVGW, VPABSB, VPABSW, VPABSD, VPSIGNB, VPSIGNW,
                 VPSIGND, VPHADDW, VPHADDD, VPHADDSW, VPHSUBW, VPHSUBD, VPHSUBSW
                -> Vectors.lower(at, instruction, IntegerArithmetic::op);
            case PMULLW, PMULHW, PMULHUW, PMULHRSW, PMULLD, PMULUDQ, PMULDQ, PMADDWD, PMADDUBSW,
                 PSADBW, MPSADBW, PHMINPOSUW, VPMULLW, VPMULHW, VPMULHUW, VPMULHRSW, VPMULLD,
                 VPMULUDQ, VPMULDQ, VPMADDWD, VPMADDUBSW, VPSADBW, VMPSADBW, VPHMINPOSUW
                -> Vectors.lower(at, instruction, IntegerMultiplication::op);
            case PSLLW, PSLLD, PSLLQ, PSLLDQ, PSRLW, PSRLD, PSRLQ, PSRLDQ, PSRAW, PSRAD, VPSLLVD,
                 VPSLLVQ, VPSRLVD, VPSRLVQ, VPSRAVD, VPSLLW, VPSLLD, VPSLLQ, VPSLLDQ, VPSRLW,
                 VPSRLD, VPSRLQ, VPSRLDQ, VPSRAW, VPSRAD
                -> Vectors.lower(at, instruction, VectorShifts::op);
            case PUNPCKLBW, PUNPCKLWD, PUNPCKLDQ, PUNPCKLQDQ, PUNPCKHBW, PUNPCKHWD, PUNPCKHDQ,
                 PUNPCKHQDQ, PACKSSWB, PACKSSDW, PACKUSWB, PACKUSDW, PSHUFB, PSHUFD, PSHUFHW,
                 PSHUFLW, PSHUFW, SHUFPS, SHUFPD, UNPCKLPS, UNPCKLPD, UNPCKHPS, UNPCKHPD, PALIGNR,
                 MOVDDUP, MOVSHDUP, MOVSLDUP, VPUNPCKLBW, VPUNPCKLWD, VPUNPCKLDQ, VPUNPCKLQDQ,
                 VPUNPCKHBW, VPUNPCKHWD, VPUNPCKHDQ, VPUNPCKHQDQ, VPACKSSWB, VPACKSSDW, VPACKUSWB,
                 VPACKUSDW, VPSHUFB, VPSHUFD, VPSHUFHW, VPSHUFLW, VSHUFPS, VSHUFPD, VUNPCKLPS,
                 VUNPCKLPD, VUNPCKHPS, VUNPCKHPD, VPALIGNR, VMOVDDUP, VMOVSHDUP, VMOVSLDUP
                -> Vectors.lower(at, instruction, Shuffles::op);
            case PINSRB, PINSRW, PINSRD, PINSRQ, PEXTRB, PEXTRW, PEXTRD, PEXTRQ, INSERTPS,
                 EXTRACTPS, VPINSRB, VPINSRW, VPINSRD, VPINSRQ, VPEXTRB, VPEXTRW, VPEXTRD, VPEXTRQ,
                 VINSERTPS, VEXTRACTPS
                -> Vectors.lower(at, instruction, Insertions::op);
            case PBLENDW, BLENDPS, BLENDPD, PBLENDVB, BLENDVPS, BLENDVPD, VPBLENDD, VPBLENDW,
                 VBLENDPS, VBLENDPD, VPBLENDVB, VBLENDVPS, VBLENDVPD
                -> Vectors.lower(at, instruction, Blends::op);
            case PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ, PMOVZXBW, PMOVZXBD,
                 PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ, VPMOVSXBW, VPMOVSXBD, VPMOVSXBQ,
                 VPMOVSXWD, VPMOVSXWQ, VPMOVSXDQ, VPMOVZXBW, VPMOVZXBD, VPMOVZXBQ, VPMOVZXWD,
                 VPMOVZXWQ, VPMOVZXDQ
                -> Vectors.lower(at, instruction, Extensions::op);
            case ADDPS, ADDPD, ADDSS, ADDSD, SUBPS, SUBPD, SUBSS, SUBSD, MULPS, MULPD, MULSS,
                 MULSD, DIVPS, DIVPD, DIVSS, DIVSD, MINPS, MINPD, MINSS, MINSD, MAXPS, MAXPD,
                 MAXSS, MAXSD, SQRTPS, SQRTPD, SQRTSS, SQRTSD, RCPPS, RCPSS, RSQRTPS, RSQRTSS,
                 ROUNDPS, ROUNDPD, ROUNDSS, ROUNDSD, VADDPS, VADDPD, VADDSS, VADDSD, VSUBPS,
                 VSUBPD, VSUBSS, VSUBSD, VMULPS, VMULPD, VMULSS, VMULSD, VDIVPS, VDIVPD, VDIVSS,
                 VDIVSD, VMINPS, VMINPD, VMINSS, VMINSD, VMAXPS, VMAXPD, VMAXSS, VMAXSD, VSQRTPS,
                 VSQRTPD, VSQRTSS, VSQRTSD, VRCPPS, VRCPSS, VRSQRTPS, VRSQRTSS, VROUNDPS, VROUNDPD,
                 VROUNDSS, VROUNDSD
                -> Vectors.lower(at, instruction, FloatArithmetic::op);
            case ADDSUBPS, ADDSUBPD, HADDPS, HADDPD, HSUBPS, HSUBPD, DPPS, DPPD, VADDSUBPS,
                 VADDSUBPD, VHADDPS, VHADDPD, VHSUBPS, VHSUBPD, VDPPS, VDPPD
                -> Vectors.lower(at, instruction, FloatNeighbours::op);
            case CMPPS, CMPPD, CMPSS, CMPSD, COMISS, COMISD, UCOMISS, UCOMISD, VCMPPS, VCMPPD,
                 VCMPSS, VCMPSD, VCOMISS, VCOMISD, VUCOMISS, VUCOMISD
                -> Vectors.lower(at, instruction, FloatComparison::op);
            case CVTDQ2PS, CVTDQ2PD, CVTPS2DQ, CVTTPS2DQ, CVTPD2DQ, CVTTPD2DQ, CVTPS2PD, CVTPD2PS,
                 CVTSS2SD, CVTSD2SS, CVTSI2SS, CVTSI2SD, CVTSS2SI, CVTSD2SI, CVTTSS2SI, CVTTSD2SI,
                 CVTPI2PS, CVTPI2PD, CVTPS2PI, CVTTPS2PI, CVTPD2PI, CVTTPD2PI, VCVTPH2PS,
                 VCVTPS2PH, VCVTDQ2PS, VCVTDQ2PD, VCVTPS2DQ, VCVTTPS2DQ, VCVTPD2DQ, VCVTTPD2DQ,
                 VCVTPS2PD, VCVTPD2PS, VCVTSS2SD, VCVTSD2SS, VCVTSI2SS, VCVTSI2SD, VCVTSS2SI,
                 VCVTSD2SI, VCVTTSS2SI, VCVTTSD2SI
                -> Vectors.lower(at, instruction, FloatConversion::op);
            case PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI, VPCMPESTRM, VPCMPESTRI, VPCMPISTRM,
                 VPCMPISTRI
                -> Vectors.lower(at, instruction, StringComparison::op);
            case AESIMC, AESENC, AESENCLAST, AESDEC, AESDECLAST, AESKEYGENASSIST, VAESIMC, VAESENC,
                 VAESENCLAST, VAESDEC, VAESDECLAST, VAESKEYGENASSIST
                -> Vectors.lower(at, instruction, Aes::op);
            case PCLMULQDQ, VPCLMULQDQ
                -> Vectors.lower(at, instruction, CarrylessMultiplication::op);
            case SHA1RNDS4, SHA1NEXTE, SHA1MSG1, SHA1MSG2, SHA256RNDS2, SHA256MSG1, SHA256MSG2
                -> Vectors.lower(at, instruction, Sha::op);
            case VBROADCASTSS, VBROADCASTSD, VBROADCASTF128, VBROADCASTI128, VPBROADCASTB,
                 VPBROADCASTW, VPBROADCASTD, VPBROADCASTQ, VEXTRACTF128, VEXTRACTI128, VINSERTF128,
                 VINSERTI128, VPERM2F128, VPERM2I128, VPERMILPS, VPERMILPD, VPERMPS, VPERMPD,
                 VPERMD, VPERMQ, VZEROALL, VZEROUPPER
                -> Vectors.lower(at, instruction, Permutations::op);
            case VGATHERDPS, VGATHERDPD, VGATHERQPS, VGATHERQPD, VPGATHERDD, VPGATHERDQ,
                 VPGATHERQD, VPGATHERQQ
                -> Vectors.lower(at, instruction, Gathers::op);
            case VFMADD132PS, VFMADD132PD, VFMADD132SS, VFMADD132SD, VFMADD213PS, VFMADD213PD,
                 VFMADD213SS, VFMADD213SD, VFMADD231PS, VFMADD231PD, VFMADD231SS, VFMADD231SD,
                 VFMSUB132PS, VFMSUB132PD, VFMSUB132SS, VFMSUB132SD, VFMSUB213PS, VFMSUB213PD,
                 VFMSUB213SS, VFMSUB213SD, VFMSUB231PS, VFMSUB231PD, VFMSUB231SS, VFMSUB231SD,
                 VFNMADD132PS, VFNMADD132PD, VFNMADD132SS, VFNMADD132SD, VFNMADD213PS,
                 VFNMADD213PD, VFNMADD213SS, VFNMADD213SD, VFNMADD231PS, VFNMADD231PD,
                 VFNMADD231SS, VFNMADD231SD, VFNMSUB132PS, VFNMSUB132PD, VFNMSUB132SS,
                 VFNMSUB132SD, VFNMSUB213PS, VFNMSUB213PD, VFNMSUB213SS, VFNMSUB213SD,
                 VFNMSUB231PS, VFNMSUB231PD, VFNMSUB231SS, VFNMSUB231SD, VFMADDSUB132PS,
                 VFMADDSUB132PD, VFMADDSUB213PS, VFMADDSUB213PD, VFMADDSUB231PS, VFMADDSUB231PD,
                 VFMSUBADD132PS, VFMSUBADD132PD, VFMSUBADD213PS, VFMSUBADD213PD, VFMSUBADD231PS,
                 VFMSUBADD231PD
                -> Vectors.lower(at, instruction, FusedMultiplyAdd::op);
            case EXTRQ, INSERTQ, MOVNTSS, MOVNTSD
                -> new Lowering.Raise(ExceptionVector.UD);
        };
    }
    // spotless:on
}
