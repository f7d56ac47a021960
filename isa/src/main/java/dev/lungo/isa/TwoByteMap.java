package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.ADDPD;
import static dev.lungo.isa.Mnemonic.ADDPS;
import static dev.lungo.isa.Mnemonic.ADDSD;
import static dev.lungo.isa.Mnemonic.ADDSS;
import static dev.lungo.isa.Mnemonic.ADDSUBPD;
import static dev.lungo.isa.Mnemonic.ADDSUBPS;
import static dev.lungo.isa.Mnemonic.ANDNPD;
import static dev.lungo.isa.Mnemonic.ANDNPS;
import static dev.lungo.isa.Mnemonic.ANDPD;
import static dev.lungo.isa.Mnemonic.ANDPS;
import static dev.lungo.isa.Mnemonic.BSF;
import static dev.lungo.isa.Mnemonic.BSR;
import static dev.lungo.isa.Mnemonic.BSWAP;
import static dev.lungo.isa.Mnemonic.BT;
import static dev.lungo.isa.Mnemonic.BTC;
import static dev.lungo.isa.Mnemonic.BTR;
import static dev.lungo.isa.Mnemonic.BTS;
import static dev.lungo.isa.Mnemonic.CLDEMOTE;
import static dev.lungo.isa.Mnemonic.CLTS;
import static dev.lungo.isa.Mnemonic.CMOVB;
import static dev.lungo.isa.Mnemonic.CMOVBE;
import static dev.lungo.isa.Mnemonic.CMOVL;
import static dev.lungo.isa.Mnemonic.CMOVLE;
import static dev.lungo.isa.Mnemonic.CMOVNB;
import static dev.lungo.isa.Mnemonic.CMOVNBE;
import static dev.lungo.isa.Mnemonic.CMOVNL;
import static dev.lungo.isa.Mnemonic.CMOVNLE;
import static dev.lungo.isa.Mnemonic.CMOVNO;
import static dev.lungo.isa.Mnemonic.CMOVNP;
import static dev.lungo.isa.Mnemonic.CMOVNS;
import static dev.lungo.isa.Mnemonic.CMOVNZ;
import static dev.lungo.isa.Mnemonic.CMOVO;
import static dev.lungo.isa.Mnemonic.CMOVP;
import static dev.lungo.isa.Mnemonic.CMOVS;
import static dev.lungo.isa.Mnemonic.CMOVZ;
import static dev.lungo.isa.Mnemonic.CMPPD;
import static dev.lungo.isa.Mnemonic.CMPPS;
import static dev.lungo.isa.Mnemonic.CMPSD;
import static dev.lungo.isa.Mnemonic.CMPSS;
import static dev.lungo.isa.Mnemonic.CMPXCHG;
import static dev.lungo.isa.Mnemonic.COMISD;
import static dev.lungo.isa.Mnemonic.COMISS;
import static dev.lungo.isa.Mnemonic.CPUID;
import static dev.lungo.isa.Mnemonic.CVTDQ2PD;
import static dev.lungo.isa.Mnemonic.CVTDQ2PS;
import static dev.lungo.isa.Mnemonic.CVTPD2DQ;
import static dev.lungo.isa.Mnemonic.CVTPD2PI;
import static dev.lungo.isa.Mnemonic.CVTPD2PS;
import static dev.lungo.isa.Mnemonic.CVTPI2PD;
import static dev.lungo.isa.Mnemonic.CVTPI2PS;
import static dev.lungo.isa.Mnemonic.CVTPS2DQ;
import static dev.lungo.isa.Mnemonic.CVTPS2PD;
import static dev.lungo.isa.Mnemonic.CVTPS2PI;
import static dev.lungo.isa.Mnemonic.CVTSD2SI;
import static dev.lungo.isa.Mnemonic.CVTSD2SS;
import static dev.lungo.isa.Mnemonic.CVTSI2SD;
import static dev.lungo.isa.Mnemonic.CVTSI2SS;
import static dev.lungo.isa.Mnemonic.CVTSS2SD;
import static dev.lungo.isa.Mnemonic.CVTSS2SI;
import static dev.lungo.isa.Mnemonic.CVTTPD2DQ;
import static dev.lungo.isa.Mnemonic.CVTTPD2PI;
import static dev.lungo.isa.Mnemonic.CVTTPS2DQ;
import static dev.lungo.isa.Mnemonic.CVTTPS2PI;
import static dev.lungo.isa.Mnemonic.CVTTSD2SI;
import static dev.lungo.isa.Mnemonic.CVTTSS2SI;
import static dev.lungo.isa.Mnemonic.DIVPD;
import static dev.lungo.isa.Mnemonic.DIVPS;
import static dev.lungo.isa.Mnemonic.DIVSD;
import static dev.lungo.isa.Mnemonic.DIVSS;
import static dev.lungo.isa.Mnemonic.EMMS;
import static dev.lungo.isa.Mnemonic.ENDBR32;
import static dev.lungo.isa.Mnemonic.ENDBR64;
import static dev.lungo.isa.Mnemonic.EXTRQ;
import static dev.lungo.isa.Mnemonic.HADDPD;
import static dev.lungo.isa.Mnemonic.HADDPS;
import static dev.lungo.isa.Mnemonic.HSUBPD;
import static dev.lungo.isa.Mnemonic.HSUBPS;
import static dev.lungo.isa.Mnemonic.IMUL;
import static dev.lungo.isa.Mnemonic.INSERTQ;
import static dev.lungo.isa.Mnemonic.INVD;
import static dev.lungo.isa.Mnemonic.JB;
import static dev.lungo.isa.Mnemonic.JBE;
import static dev.lungo.isa.Mnemonic.JL;
import static dev.lungo.isa.Mnemonic.JLE;
import static dev.lungo.isa.Mnemonic.JNB;
import static dev.lungo.isa.Mnemonic.JNBE;
import static dev.lungo.isa.Mnemonic.JNL;
import static dev.lungo.isa.Mnemonic.JNLE;
import static dev.lungo.isa.Mnemonic.JNO;
import static dev.lungo.isa.Mnemonic.JNP;
import static dev.lungo.isa.Mnemonic.JNS;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.JO;
import static dev.lungo.isa.Mnemonic.JP;
import static dev.lungo.isa.Mnemonic.JS;
import static dev.lungo.isa.Mnemonic.JZ;
import static dev.lungo.isa.Mnemonic.LAR;
import static dev.lungo.isa.Mnemonic.LDDQU;
import static dev.lungo.isa.Mnemonic.LFS;
import static dev.lungo.isa.Mnemonic.LGS;
import static dev.lungo.isa.Mnemonic.LSL;
import static dev.lungo.isa.Mnemonic.LSS;
import static dev.lungo.isa.Mnemonic.LZCNT;
import static dev.lungo.isa.Mnemonic.MASKMOVDQU;
import static dev.lungo.isa.Mnemonic.MASKMOVQ;
import static dev.lungo.isa.Mnemonic.MAXPD;
import static dev.lungo.isa.Mnemonic.MAXPS;
import static dev.lungo.isa.Mnemonic.MAXSD;
import static dev.lungo.isa.Mnemonic.MAXSS;
import static dev.lungo.isa.Mnemonic.MINPD;
import static dev.lungo.isa.Mnemonic.MINPS;
import static dev.lungo.isa.Mnemonic.MINSD;
import static dev.lungo.isa.Mnemonic.MINSS;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVAPD;
import static dev.lungo.isa.Mnemonic.MOVAPS;
import static dev.lungo.isa.Mnemonic.MOVD;
import static dev.lungo.isa.Mnemonic.MOVDDUP;
import static dev.lungo.isa.Mnemonic.MOVDQ2Q;
import static dev.lungo.isa.Mnemonic.MOVDQA;
import static dev.lungo.isa.Mnemonic.MOVDQU;
import static dev.lungo.isa.Mnemonic.MOVHLPS;
import static dev.lungo.isa.Mnemonic.MOVHPD;
import static dev.lungo.isa.Mnemonic.MOVHPS;
import static dev.lungo.isa.Mnemonic.MOVLHPS;
import static dev.lungo.isa.Mnemonic.MOVLPD;
import static dev.lungo.isa.Mnemonic.MOVLPS;
import static dev.lungo.isa.Mnemonic.MOVMSKPD;
import static dev.lungo.isa.Mnemonic.MOVMSKPS;
import static dev.lungo.isa.Mnemonic.MOVNTDQ;
import static dev.lungo.isa.Mnemonic.MOVNTI;
import static dev.lungo.isa.Mnemonic.MOVNTPD;
import static dev.lungo.isa.Mnemonic.MOVNTPS;
import static dev.lungo.isa.Mnemonic.MOVNTQ;
import static dev.lungo.isa.Mnemonic.MOVNTSD;
import static dev.lungo.isa.Mnemonic.MOVNTSS;
import static dev.lungo.isa.Mnemonic.MOVQ;
import static dev.lungo.isa.Mnemonic.MOVQ2DQ;
import static dev.lungo.isa.Mnemonic.MOVSD;
import static dev.lungo.isa.Mnemonic.MOVSHDUP;
import static dev.lungo.isa.Mnemonic.MOVSLDUP;
import static dev.lungo.isa.Mnemonic.MOVSS;
import static dev.lungo.isa.Mnemonic.MOVSX;
import static dev.lungo.isa.Mnemonic.MOVUPD;
import static dev.lungo.isa.Mnemonic.MOVUPS;
import static dev.lungo.isa.Mnemonic.MOVZX;
import static dev.lungo.isa.Mnemonic.MULPD;
import static dev.lungo.isa.Mnemonic.MULPS;
import static dev.lungo.isa.Mnemonic.MULSD;
import static dev.lungo.isa.Mnemonic.MULSS;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.ORPD;
import static dev.lungo.isa.Mnemonic.ORPS;
import static dev.lungo.isa.Mnemonic.PACKSSDW;
import static dev.lungo.isa.Mnemonic.PACKSSWB;
import static dev.lungo.isa.Mnemonic.PACKUSWB;
import static dev.lungo.isa.Mnemonic.PADDB;
import static dev.lungo.isa.Mnemonic.PADDD;
import static dev.lungo.isa.Mnemonic.PADDQ;
import static dev.lungo.isa.Mnemonic.PADDSB;
import static dev.lungo.isa.Mnemonic.PADDSW;
import static dev.lungo.isa.Mnemonic.PADDUSB;
import static dev.lungo.isa.Mnemonic.PADDUSW;
import static dev.lungo.isa.Mnemonic.PADDW;
import static dev.lungo.isa.Mnemonic.PAND;
import static dev.lungo.isa.Mnemonic.PANDN;
import static dev.lungo.isa.Mnemonic.PAVGB;
import static dev.lungo.isa.Mnemonic.PAVGW;
import static dev.lungo.isa.Mnemonic.PCMPEQB;
import static dev.lungo.isa.Mnemonic.PCMPEQD;
import static dev.lungo.isa.Mnemonic.PCMPEQW;
import static dev.lungo.isa.Mnemonic.PCMPGTB;
import static dev.lungo.isa.Mnemonic.PCMPGTD;
import static dev.lungo.isa.Mnemonic.PCMPGTW;
import static dev.lungo.isa.Mnemonic.PEXTRW;
import static dev.lungo.isa.Mnemonic.PINSRW;
import static dev.lungo.isa.Mnemonic.PMADDWD;
import static dev.lungo.isa.Mnemonic.PMAXSW;
import static dev.lungo.isa.Mnemonic.PMAXUB;
import static dev.lungo.isa.Mnemonic.PMINSW;
import static dev.lungo.isa.Mnemonic.PMINUB;
import static dev.lungo.isa.Mnemonic.PMOVMSKB;
import static dev.lungo.isa.Mnemonic.PMULHUW;
import static dev.lungo.isa.Mnemonic.PMULHW;
import static dev.lungo.isa.Mnemonic.PMULLW;
import static dev.lungo.isa.Mnemonic.PMULUDQ;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.POPCNT;
import static dev.lungo.isa.Mnemonic.POR;
import static dev.lungo.isa.Mnemonic.PREFETCHW;
import static dev.lungo.isa.Mnemonic.PREFETCHWT1;
import static dev.lungo.isa.Mnemonic.PSADBW;
import static dev.lungo.isa.Mnemonic.PSHUFD;
import static dev.lungo.isa.Mnemonic.PSHUFHW;
import static dev.lungo.isa.Mnemonic.PSHUFLW;
import static dev.lungo.isa.Mnemonic.PSHUFW;
import static dev.lungo.isa.Mnemonic.PSLLD;
import static dev.lungo.isa.Mnemonic.PSLLQ;
import static dev.lungo.isa.Mnemonic.PSLLW;
import static dev.lungo.isa.Mnemonic.PSRAD;
import static dev.lungo.isa.Mnemonic.PSRAW;
import static dev.lungo.isa.Mnemonic.PSRLD;
import static dev.lungo.isa.Mnemonic.PSRLQ;
import static dev.lungo.isa.Mnemonic.PSRLW;
import static dev.lungo.isa.Mnemonic.PSUBB;
import static dev.lungo.isa.Mnemonic.PSUBD;
import static dev.lungo.isa.Mnemonic.PSUBQ;
import static dev.lungo.isa.Mnemonic.PSUBSB;
import static dev.lungo.isa.Mnemonic.PSUBSW;
import static dev.lungo.isa.Mnemonic.PSUBUSB;
import static dev.lungo.isa.Mnemonic.PSUBUSW;
import static dev.lungo.isa.Mnemonic.PSUBW;
import static dev.lungo.isa.Mnemonic.PUNPCKHBW;
import static dev.lungo.isa.Mnemonic.PUNPCKHDQ;
import static dev.lungo.isa.Mnemonic.PUNPCKHQDQ;
import static dev.lungo.isa.Mnemonic.PUNPCKHWD;
import static dev.lungo.isa.Mnemonic.PUNPCKLBW;
import static dev.lungo.isa.Mnemonic.PUNPCKLDQ;
import static dev.lungo.isa.Mnemonic.PUNPCKLQDQ;
import static dev.lungo.isa.Mnemonic.PUNPCKLWD;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.PXOR;
import static dev.lungo.isa.Mnemonic.RCPPS;
import static dev.lungo.isa.Mnemonic.RCPSS;
import static dev.lungo.isa.Mnemonic.RDMSR;
import static dev.lungo.isa.Mnemonic.RDPMC;
import static dev.lungo.isa.Mnemonic.RDSSP;
import static dev.lungo.isa.Mnemonic.RDTSC;
import static dev.lungo.isa.Mnemonic.RSM;
import static dev.lungo.isa.Mnemonic.RSQRTPS;
import static dev.lungo.isa.Mnemonic.RSQRTSS;
import static dev.lungo.isa.Mnemonic.SETB;
import static dev.lungo.isa.Mnemonic.SETBE;
import static dev.lungo.isa.Mnemonic.SETL;
import static dev.lungo.isa.Mnemonic.SETLE;
import static dev.lungo.isa.Mnemonic.SETNB;
import static dev.lungo.isa.Mnemonic.SETNBE;
import static dev.lungo.isa.Mnemonic.SETNL;
import static dev.lungo.isa.Mnemonic.SETNLE;
import static dev.lungo.isa.Mnemonic.SETNO;
import static dev.lungo.isa.Mnemonic.SETNP;
import static dev.lungo.isa.Mnemonic.SETNS;
import static dev.lungo.isa.Mnemonic.SETNZ;
import static dev.lungo.isa.Mnemonic.SETO;
import static dev.lungo.isa.Mnemonic.SETP;
import static dev.lungo.isa.Mnemonic.SETS;
import static dev.lungo.isa.Mnemonic.SETZ;
import static dev.lungo.isa.Mnemonic.SHLD;
import static dev.lungo.isa.Mnemonic.SHRD;
import static dev.lungo.isa.Mnemonic.SHUFPD;
import static dev.lungo.isa.Mnemonic.SHUFPS;
import static dev.lungo.isa.Mnemonic.SQRTPD;
import static dev.lungo.isa.Mnemonic.SQRTPS;
import static dev.lungo.isa.Mnemonic.SQRTSD;
import static dev.lungo.isa.Mnemonic.SQRTSS;
import static dev.lungo.isa.Mnemonic.SUBPD;
import static dev.lungo.isa.Mnemonic.SUBPS;
import static dev.lungo.isa.Mnemonic.SUBSD;
import static dev.lungo.isa.Mnemonic.SUBSS;
import static dev.lungo.isa.Mnemonic.SYSCALL;
import static dev.lungo.isa.Mnemonic.SYSENTER;
import static dev.lungo.isa.Mnemonic.SYSEXIT;
import static dev.lungo.isa.Mnemonic.SYSRET;
import static dev.lungo.isa.Mnemonic.TZCNT;
import static dev.lungo.isa.Mnemonic.UCOMISD;
import static dev.lungo.isa.Mnemonic.UCOMISS;
import static dev.lungo.isa.Mnemonic.UD0;
import static dev.lungo.isa.Mnemonic.UD1;
import static dev.lungo.isa.Mnemonic.UD2;
import static dev.lungo.isa.Mnemonic.UNPCKHPD;
import static dev.lungo.isa.Mnemonic.UNPCKHPS;
import static dev.lungo.isa.Mnemonic.UNPCKLPD;
import static dev.lungo.isa.Mnemonic.UNPCKLPS;
import static dev.lungo.isa.Mnemonic.VMREAD;
import static dev.lungo.isa.Mnemonic.VMWRITE;
import static dev.lungo.isa.Mnemonic.WBINVD;
import static dev.lungo.isa.Mnemonic.WBNOINVD;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Mnemonic.XADD;
import static dev.lungo.isa.Mnemonic.XORPD;
import static dev.lungo.isa.Mnemonic.XORPS;
import static dev.lungo.isa.OperandCode.CL;
import static dev.lungo.isa.OperandCode.Cd;
import static dev.lungo.isa.OperandCode.Dd;
import static dev.lungo.isa.OperandCode.Eb;
import static dev.lungo.isa.OperandCode.Ev;
import static dev.lungo.isa.OperandCode.Ew;
import static dev.lungo.isa.OperandCode.Ey;
import static dev.lungo.isa.OperandCode.FS;
import static dev.lungo.isa.OperandCode.GS;
import static dev.lungo.isa.OperandCode.Gb;
import static dev.lungo.isa.OperandCode.Gv;
import static dev.lungo.isa.OperandCode.Gy;
import static dev.lungo.isa.OperandCode.Ib;
import static dev.lungo.isa.OperandCode.Jz;
import static dev.lungo.isa.OperandCode.Mb;
import static dev.lungo.isa.OperandCode.Md;
import static dev.lungo.isa.OperandCode.Mp;
import static dev.lungo.isa.OperandCode.Mq;
import static dev.lungo.isa.OperandCode.MrDI;
import static dev.lungo.isa.OperandCode.MrDIq;
import static dev.lungo.isa.OperandCode.Mx;
import static dev.lungo.isa.OperandCode.My;
import static dev.lungo.isa.OperandCode.Nq;
import static dev.lungo.isa.OperandCode.Pd;
import static dev.lungo.isa.OperandCode.Pq;
import static dev.lungo.isa.OperandCode.Qd;
import static dev.lungo.isa.OperandCode.Qq;
import static dev.lungo.isa.OperandCode.Rd;
import static dev.lungo.isa.OperandCode.Rq;
import static dev.lungo.isa.OperandCode.Ry;
import static dev.lungo.isa.OperandCode.RyMw;
import static dev.lungo.isa.OperandCode.Udq;
import static dev.lungo.isa.OperandCode.Upd;
import static dev.lungo.isa.OperandCode.Ups;
import static dev.lungo.isa.OperandCode.Uq;
import static dev.lungo.isa.OperandCode.Ux;
import static dev.lungo.isa.OperandCode.Vdq;
import static dev.lungo.isa.OperandCode.Vpd;
import static dev.lungo.isa.OperandCode.Vps;
import static dev.lungo.isa.OperandCode.Vq;
import static dev.lungo.isa.OperandCode.Vsd;
import static dev.lungo.isa.OperandCode.Vss;
import static dev.lungo.isa.OperandCode.Vx;
import static dev.lungo.isa.OperandCode.Wdq;
import static dev.lungo.isa.OperandCode.Wpd;
import static dev.lungo.isa.OperandCode.Wps;
import static dev.lungo.isa.OperandCode.Wq;
import static dev.lungo.isa.OperandCode.Wsd;
import static dev.lungo.isa.OperandCode.Wss;
import static dev.lungo.isa.OperandCode.Wx;
import static dev.lungo.isa.OperandCode.Zv;
import static dev.lungo.isa.Row.np;
import static dev.lungo.isa.Row.p66;
import static dev.lungo.isa.Row.pF2;
import static dev.lungo.isa.Row.pF3;
import static dev.lungo.isa.Row.row;

/**
 * SDM 2D, "Two-byte Opcode Map" (table A-3), opcodes that follow 0Fh, without their VEX forms. One
 * row per cell and mandatory prefix, in the order of the table.
 *
 * <p>0D and 18 to 1F are hints: whatever is not named there does nothing, but has its operand.
 * SSE4a (78, 79, 2B) is AMD's: APM 4. Not here: 3DNow! (0E, 0F), GETSEC (37), MOV to and from test
 * registers (24, 26).
 */
final class TwoByteMap {
    private TwoByteMap() {}

    // spotless:off
    static final Row[] ROWS = {
        // 00, 01: groups 6 and 7.
        row(0x02, LAR, Gv, Ew), row(0x03, LSL, Gv, Ew), row(0x05, SYSCALL), row(0x06, CLTS), row(0x07, SYSRET),
        row(0x08, INVD), pF3(0x09, WBNOINVD), row(0x09, WBINVD), row(0x0B, UD2),
        row(0x0D, PREFETCHW, Mb).reg(1), row(0x0D, PREFETCHWT1, Mb).reg(2), row(0x0D, NOP, Ev),
        np(0x10, MOVUPS, Vps, Wps),   p66(0x10, MOVUPD, Vpd, Wpd),  pF3(0x10, MOVSS, Vss, Wss),    pF2(0x10, MOVSD, Vsd, Wsd),
        np(0x11, MOVUPS, Wps, Vps),   p66(0x11, MOVUPD, Wpd, Vpd),  pF3(0x11, MOVSS, Wss, Vss),    pF2(0x11, MOVSD, Wsd, Vsd),
        np(0x12, MOVLPS, Vq, Mq),     p66(0x12, MOVLPD, Vq, Mq),    pF3(0x12, MOVSLDUP, Vps, Wps), pF2(0x12, MOVDDUP, Vdq, Wq),
        np(0x12, MOVHLPS, Vq, Uq),
        np(0x13, MOVLPS, Mq, Vq),     p66(0x13, MOVLPD, Mq, Vq),
        np(0x14, UNPCKLPS, Vps, Wps), p66(0x14, UNPCKLPD, Vpd, Wpd),
        np(0x15, UNPCKHPS, Vps, Wps), p66(0x15, UNPCKHPD, Vpd, Wpd),
        np(0x16, MOVHPS, Vq, Mq),     p66(0x16, MOVHPD, Vq, Mq),    pF3(0x16, MOVSHDUP, Vps, Wps),
        np(0x16, MOVLHPS, Vq, Uq),
        np(0x17, MOVHPS, Mq, Vq),     p66(0x17, MOVHPD, Mq, Vq),
        // 18: group 16.
        row(0x19, NOP, Ev), row(0x1A, NOP, Ev), row(0x1B, NOP, Ev), row(0x1D, NOP, Ev), row(0x1F, NOP, Ev),
        np(0x1C, CLDEMOTE, Mb).reg(0), row(0x1C, NOP, Ev),
        pF3(0x1E, ENDBR64).modrm(0xFA), pF3(0x1E, ENDBR32).modrm(0xFB), pF3(0x1E, RDSSP, Ry).reg(1), row(0x1E, NOP, Ev),
        row(0x20, MOV, Rd, Cd).i64(), row(0x21, MOV, Rd, Dd).i64(), row(0x22, MOV, Cd, Rd).i64(), row(0x23, MOV, Dd, Rd).i64(),
        row(0x20, MOV, Rq, Cd).o64().f64(), row(0x21, MOV, Rq, Dd).o64().f64(),
        row(0x22, MOV, Cd, Rq).o64().f64(), row(0x23, MOV, Dd, Rq).o64().f64(),
        np(0x28, MOVAPS, Vps, Wps),   p66(0x28, MOVAPD, Vpd, Wpd),
        np(0x29, MOVAPS, Wps, Vps),   p66(0x29, MOVAPD, Wpd, Vpd),
        np(0x2A, CVTPI2PS, Vps, Qq),  p66(0x2A, CVTPI2PD, Vpd, Qq), pF3(0x2A, CVTSI2SS, Vss, Ey),  pF2(0x2A, CVTSI2SD, Vsd, Ey),
        np(0x2B, MOVNTPS, Mx, Vps),   p66(0x2B, MOVNTPD, Mx, Vpd),  pF3(0x2B, MOVNTSS, Md, Vss),   pF2(0x2B, MOVNTSD, Mq, Vsd),
        np(0x2C, CVTTPS2PI, Pq, Wq),  p66(0x2C, CVTTPD2PI, Pq, Wpd), pF3(0x2C, CVTTSS2SI, Gy, Wss), pF2(0x2C, CVTTSD2SI, Gy, Wsd),
        np(0x2D, CVTPS2PI, Pq, Wq),   p66(0x2D, CVTPD2PI, Pq, Wpd), pF3(0x2D, CVTSS2SI, Gy, Wss),  pF2(0x2D, CVTSD2SI, Gy, Wsd),
        np(0x2E, UCOMISS, Vss, Wss),  p66(0x2E, UCOMISD, Vsd, Wsd),
        np(0x2F, COMISS, Vss, Wss),   p66(0x2F, COMISD, Vsd, Wsd),
        row(0x30, WRMSR), row(0x31, RDTSC), row(0x32, RDMSR), row(0x33, RDPMC), row(0x34, SYSENTER), row(0x35, SYSEXIT),
        row(0x40, CMOVO, Gv, Ev), row(0x41, CMOVNO, Gv, Ev), row(0x42, CMOVB, Gv, Ev),  row(0x43, CMOVNB, Gv, Ev),
        row(0x44, CMOVZ, Gv, Ev), row(0x45, CMOVNZ, Gv, Ev), row(0x46, CMOVBE, Gv, Ev), row(0x47, CMOVNBE, Gv, Ev),
        row(0x48, CMOVS, Gv, Ev), row(0x49, CMOVNS, Gv, Ev), row(0x4A, CMOVP, Gv, Ev),  row(0x4B, CMOVNP, Gv, Ev),
        row(0x4C, CMOVL, Gv, Ev), row(0x4D, CMOVNL, Gv, Ev), row(0x4E, CMOVLE, Gv, Ev), row(0x4F, CMOVNLE, Gv, Ev),
        np(0x50, MOVMSKPS, Gy, Ups),  p66(0x50, MOVMSKPD, Gy, Upd),
        np(0x51, SQRTPS, Vps, Wps),   p66(0x51, SQRTPD, Vpd, Wpd),  pF3(0x51, SQRTSS, Vss, Wss),   pF2(0x51, SQRTSD, Vsd, Wsd),
        np(0x52, RSQRTPS, Vps, Wps),                                pF3(0x52, RSQRTSS, Vss, Wss),
        np(0x53, RCPPS, Vps, Wps),                                  pF3(0x53, RCPSS, Vss, Wss),
        np(0x54, ANDPS, Vps, Wps),    p66(0x54, ANDPD, Vpd, Wpd),
        np(0x55, ANDNPS, Vps, Wps),   p66(0x55, ANDNPD, Vpd, Wpd),
        np(0x56, ORPS, Vps, Wps),     p66(0x56, ORPD, Vpd, Wpd),
        np(0x57, XORPS, Vps, Wps),    p66(0x57, XORPD, Vpd, Wpd),
        np(0x58, ADDPS, Vps, Wps),    p66(0x58, ADDPD, Vpd, Wpd),   pF3(0x58, ADDSS, Vss, Wss),    pF2(0x58, ADDSD, Vsd, Wsd),
        np(0x59, MULPS, Vps, Wps),    p66(0x59, MULPD, Vpd, Wpd),   pF3(0x59, MULSS, Vss, Wss),    pF2(0x59, MULSD, Vsd, Wsd),
        np(0x5A, CVTPS2PD, Vpd, Wq),  p66(0x5A, CVTPD2PS, Vps, Wpd), pF3(0x5A, CVTSS2SD, Vsd, Wss), pF2(0x5A, CVTSD2SS, Vss, Wsd),
        np(0x5B, CVTDQ2PS, Vps, Wdq), p66(0x5B, CVTPS2DQ, Vdq, Wps), pF3(0x5B, CVTTPS2DQ, Vdq, Wps),
        np(0x5C, SUBPS, Vps, Wps),    p66(0x5C, SUBPD, Vpd, Wpd),   pF3(0x5C, SUBSS, Vss, Wss),    pF2(0x5C, SUBSD, Vsd, Wsd),
        np(0x5D, MINPS, Vps, Wps),    p66(0x5D, MINPD, Vpd, Wpd),   pF3(0x5D, MINSS, Vss, Wss),    pF2(0x5D, MINSD, Vsd, Wsd),
        np(0x5E, DIVPS, Vps, Wps),    p66(0x5E, DIVPD, Vpd, Wpd),   pF3(0x5E, DIVSS, Vss, Wss),    pF2(0x5E, DIVSD, Vsd, Wsd),
        np(0x5F, MAXPS, Vps, Wps),    p66(0x5F, MAXPD, Vpd, Wpd),   pF3(0x5F, MAXSS, Vss, Wss),    pF2(0x5F, MAXSD, Vsd, Wsd),
        np(0x60, PUNPCKLBW, Pq, Qd),  p66(0x60, PUNPCKLBW, Vx, Wx),
        np(0x61, PUNPCKLWD, Pq, Qd),  p66(0x61, PUNPCKLWD, Vx, Wx),
        np(0x62, PUNPCKLDQ, Pq, Qd),  p66(0x62, PUNPCKLDQ, Vx, Wx),
        np(0x63, PACKSSWB, Pq, Qq),   p66(0x63, PACKSSWB, Vx, Wx),
        np(0x64, PCMPGTB, Pq, Qq),    p66(0x64, PCMPGTB, Vx, Wx),
        np(0x65, PCMPGTW, Pq, Qq),    p66(0x65, PCMPGTW, Vx, Wx),
        np(0x66, PCMPGTD, Pq, Qq),    p66(0x66, PCMPGTD, Vx, Wx),
        np(0x67, PACKUSWB, Pq, Qq),   p66(0x67, PACKUSWB, Vx, Wx),
        np(0x68, PUNPCKHBW, Pq, Qq),  p66(0x68, PUNPCKHBW, Vx, Wx),
        np(0x69, PUNPCKHWD, Pq, Qq),  p66(0x69, PUNPCKHWD, Vx, Wx),
        np(0x6A, PUNPCKHDQ, Pq, Qq),  p66(0x6A, PUNPCKHDQ, Vx, Wx),
        np(0x6B, PACKSSDW, Pq, Qq),   p66(0x6B, PACKSSDW, Vx, Wx),
                                      p66(0x6C, PUNPCKLQDQ, Vx, Wx),
                                      p66(0x6D, PUNPCKHQDQ, Vx, Wx),
        np(0x6E, MOVQ, Pq, Ey).operand64(), p66(0x6E, MOVQ, Vdq, Ey).operand64(),
        np(0x6E, MOVD, Pd, Ey),       p66(0x6E, MOVD, Vdq, Ey),
        np(0x6F, MOVQ, Pq, Qq),       p66(0x6F, MOVDQA, Vx, Wx),    pF3(0x6F, MOVDQU, Vx, Wx),
        np(0x70, PSHUFW, Pq, Qq, Ib), p66(0x70, PSHUFD, Vx, Wx, Ib), pF3(0x70, PSHUFHW, Vx, Wx, Ib), pF2(0x70, PSHUFLW, Vx, Wx, Ib),
        // 71-73: groups 12 to 14.
        np(0x74, PCMPEQB, Pq, Qq),    p66(0x74, PCMPEQB, Vx, Wx),
        np(0x75, PCMPEQW, Pq, Qq),    p66(0x75, PCMPEQW, Vx, Wx),
        np(0x76, PCMPEQD, Pq, Qq),    p66(0x76, PCMPEQD, Vx, Wx),
        np(0x77, EMMS),
        np(0x78, VMREAD, Ey, Gy).f64(), p66(0x78, EXTRQ, Udq, Ib, Ib).reg(0), pF2(0x78, INSERTQ, Vdq, Udq, Ib, Ib),
        np(0x79, VMWRITE, Gy, Ey).f64(), p66(0x79, EXTRQ, Vdq, Udq),  pF2(0x79, INSERTQ, Vdq, Udq),
                                      p66(0x7C, HADDPD, Vpd, Wpd),                                 pF2(0x7C, HADDPS, Vps, Wps),
                                      p66(0x7D, HSUBPD, Vpd, Wpd),                                 pF2(0x7D, HSUBPS, Vps, Wps),
        np(0x7E, MOVQ, Ey, Pq).operand64(), p66(0x7E, MOVQ, Ey, Vdq).operand64(),
        np(0x7E, MOVD, Ey, Pd),       p66(0x7E, MOVD, Ey, Vdq),     pF3(0x7E, MOVQ, Vq, Wq),
        np(0x7F, MOVQ, Qq, Pq),       p66(0x7F, MOVDQA, Wx, Vx),    pF3(0x7F, MOVDQU, Wx, Vx),
        row(0x80, JO, Jz).f64(), row(0x81, JNO, Jz).f64(), row(0x82, JB, Jz).f64(),  row(0x83, JNB, Jz).f64(),
        row(0x84, JZ, Jz).f64(), row(0x85, JNZ, Jz).f64(), row(0x86, JBE, Jz).f64(), row(0x87, JNBE, Jz).f64(),
        row(0x88, JS, Jz).f64(), row(0x89, JNS, Jz).f64(), row(0x8A, JP, Jz).f64(),  row(0x8B, JNP, Jz).f64(),
        row(0x8C, JL, Jz).f64(), row(0x8D, JNL, Jz).f64(), row(0x8E, JLE, Jz).f64(), row(0x8F, JNLE, Jz).f64(),
        row(0x90, SETO, Eb), row(0x91, SETNO, Eb), row(0x92, SETB, Eb),  row(0x93, SETNB, Eb),
        row(0x94, SETZ, Eb), row(0x95, SETNZ, Eb), row(0x96, SETBE, Eb), row(0x97, SETNBE, Eb),
        row(0x98, SETS, Eb), row(0x99, SETNS, Eb), row(0x9A, SETP, Eb),  row(0x9B, SETNP, Eb),
        row(0x9C, SETL, Eb), row(0x9D, SETNL, Eb), row(0x9E, SETLE, Eb), row(0x9F, SETNLE, Eb),
        row(0xA0, PUSH, FS).d64(), row(0xA1, POP, FS).d64(), row(0xA2, CPUID), row(0xA3, BT, Ev, Gv),
        row(0xA4, SHLD, Ev, Gv, Ib), row(0xA5, SHLD, Ev, Gv, CL),
        row(0xA8, PUSH, GS).d64(), row(0xA9, POP, GS).d64(), row(0xAA, RSM), row(0xAB, BTS, Ev, Gv).lock(),
        row(0xAC, SHRD, Ev, Gv, Ib), row(0xAD, SHRD, Ev, Gv, CL),
        // AE: group 15.
        row(0xAF, IMUL, Gv, Ev),
        row(0xB0, CMPXCHG, Eb, Gb).lock(), row(0xB1, CMPXCHG, Ev, Gv).lock(), row(0xB2, LSS, Gv, Mp),
        row(0xB3, BTR, Ev, Gv).lock(), row(0xB4, LFS, Gv, Mp), row(0xB5, LGS, Gv, Mp),
        row(0xB6, MOVZX, Gv, Eb), row(0xB7, MOVZX, Gv, Ew),
        pF3(0xB8, POPCNT, Gv, Ev), row(0xB9, UD1, Gv, Ev),
        // BA: group 8.
        row(0xBB, BTC, Ev, Gv).lock(),
        pF3(0xBC, TZCNT, Gv, Ev), row(0xBC, BSF, Gv, Ev),
        pF3(0xBD, LZCNT, Gv, Ev), row(0xBD, BSR, Gv, Ev),
        row(0xBE, MOVSX, Gv, Eb), row(0xBF, MOVSX, Gv, Ew),
        row(0xC0, XADD, Eb, Gb).lock(), row(0xC1, XADD, Ev, Gv).lock(),
        np(0xC2, CMPPS, Vps, Wps, Ib), p66(0xC2, CMPPD, Vpd, Wpd, Ib), pF3(0xC2, CMPSS, Vss, Wss, Ib), pF2(0xC2, CMPSD, Vsd, Wsd, Ib),
        np(0xC3, MOVNTI, My, Gy),
        np(0xC4, PINSRW, Pq, RyMw, Ib), p66(0xC4, PINSRW, Vdq, RyMw, Ib),
        np(0xC5, PEXTRW, Gy, Nq, Ib),   p66(0xC5, PEXTRW, Gy, Udq, Ib),
        np(0xC6, SHUFPS, Vps, Wps, Ib), p66(0xC6, SHUFPD, Vpd, Wpd, Ib),
        // C7: group 9.
        row(0xC8, BSWAP, Zv), row(0xC9, BSWAP, Zv), row(0xCA, BSWAP, Zv), row(0xCB, BSWAP, Zv),
        row(0xCC, BSWAP, Zv), row(0xCD, BSWAP, Zv), row(0xCE, BSWAP, Zv), row(0xCF, BSWAP, Zv),
                                      p66(0xD0, ADDSUBPD, Vpd, Wpd),                               pF2(0xD0, ADDSUBPS, Vps, Wps),
        np(0xD1, PSRLW, Pq, Qq),      p66(0xD1, PSRLW, Vx, Wx),
        np(0xD2, PSRLD, Pq, Qq),      p66(0xD2, PSRLD, Vx, Wx),
        np(0xD3, PSRLQ, Pq, Qq),      p66(0xD3, PSRLQ, Vx, Wx),
        np(0xD4, PADDQ, Pq, Qq),      p66(0xD4, PADDQ, Vx, Wx),
        np(0xD5, PMULLW, Pq, Qq),     p66(0xD5, PMULLW, Vx, Wx),
                                      p66(0xD6, MOVQ, Wq, Vq),      pF3(0xD6, MOVQ2DQ, Vdq, Nq),   pF2(0xD6, MOVDQ2Q, Pq, Uq),
        np(0xD7, PMOVMSKB, Gy, Nq),   p66(0xD7, PMOVMSKB, Gy, Ux),
        np(0xD8, PSUBUSB, Pq, Qq),    p66(0xD8, PSUBUSB, Vx, Wx),
        np(0xD9, PSUBUSW, Pq, Qq),    p66(0xD9, PSUBUSW, Vx, Wx),
        np(0xDA, PMINUB, Pq, Qq),     p66(0xDA, PMINUB, Vx, Wx),
        np(0xDB, PAND, Pq, Qq),       p66(0xDB, PAND, Vx, Wx),
        np(0xDC, PADDUSB, Pq, Qq),    p66(0xDC, PADDUSB, Vx, Wx),
        np(0xDD, PADDUSW, Pq, Qq),    p66(0xDD, PADDUSW, Vx, Wx),
        np(0xDE, PMAXUB, Pq, Qq),     p66(0xDE, PMAXUB, Vx, Wx),
        np(0xDF, PANDN, Pq, Qq),      p66(0xDF, PANDN, Vx, Wx),
        np(0xE0, PAVGB, Pq, Qq),      p66(0xE0, PAVGB, Vx, Wx),
        np(0xE1, PSRAW, Pq, Qq),      p66(0xE1, PSRAW, Vx, Wx),
        np(0xE2, PSRAD, Pq, Qq),      p66(0xE2, PSRAD, Vx, Wx),
        np(0xE3, PAVGW, Pq, Qq),      p66(0xE3, PAVGW, Vx, Wx),
        np(0xE4, PMULHUW, Pq, Qq),    p66(0xE4, PMULHUW, Vx, Wx),
        np(0xE5, PMULHW, Pq, Qq),     p66(0xE5, PMULHW, Vx, Wx),
                                      p66(0xE6, CVTTPD2DQ, Vx, Wpd), pF3(0xE6, CVTDQ2PD, Vx, Wq),  pF2(0xE6, CVTPD2DQ, Vx, Wpd),
        np(0xE7, MOVNTQ, Mq, Pq),     p66(0xE7, MOVNTDQ, Mx, Vx),
        np(0xE8, PSUBSB, Pq, Qq),     p66(0xE8, PSUBSB, Vx, Wx),
        np(0xE9, PSUBSW, Pq, Qq),     p66(0xE9, PSUBSW, Vx, Wx),
        np(0xEA, PMINSW, Pq, Qq),     p66(0xEA, PMINSW, Vx, Wx),
        np(0xEB, POR, Pq, Qq),        p66(0xEB, POR, Vx, Wx),
        np(0xEC, PADDSB, Pq, Qq),     p66(0xEC, PADDSB, Vx, Wx),
        np(0xED, PADDSW, Pq, Qq),     p66(0xED, PADDSW, Vx, Wx),
        np(0xEE, PMAXSW, Pq, Qq),     p66(0xEE, PMAXSW, Vx, Wx),
        np(0xEF, PXOR, Pq, Qq),       p66(0xEF, PXOR, Vx, Wx),
                                                                                                   pF2(0xF0, LDDQU, Vx, Mx),
        np(0xF1, PSLLW, Pq, Qq),      p66(0xF1, PSLLW, Vx, Wx),
        np(0xF2, PSLLD, Pq, Qq),      p66(0xF2, PSLLD, Vx, Wx),
        np(0xF3, PSLLQ, Pq, Qq),      p66(0xF3, PSLLQ, Vx, Wx),
        np(0xF4, PMULUDQ, Pq, Qq),    p66(0xF4, PMULUDQ, Vx, Wx),
        np(0xF5, PMADDWD, Pq, Qq),    p66(0xF5, PMADDWD, Vx, Wx),
        np(0xF6, PSADBW, Pq, Qq),     p66(0xF6, PSADBW, Vx, Wx),
        np(0xF7, MASKMOVQ, Pq, Nq, MrDIq), p66(0xF7, MASKMOVDQU, Vdq, Udq, MrDI),
        np(0xF8, PSUBB, Pq, Qq),      p66(0xF8, PSUBB, Vx, Wx),
        np(0xF9, PSUBW, Pq, Qq),      p66(0xF9, PSUBW, Vx, Wx),
        np(0xFA, PSUBD, Pq, Qq),      p66(0xFA, PSUBD, Vx, Wx),
        np(0xFB, PSUBQ, Pq, Qq),      p66(0xFB, PSUBQ, Vx, Wx),
        np(0xFC, PADDB, Pq, Qq),      p66(0xFC, PADDB, Vx, Wx),
        np(0xFD, PADDW, Pq, Qq),      p66(0xFD, PADDW, Vx, Wx),
        np(0xFE, PADDD, Pq, Qq),      p66(0xFE, PADDD, Vx, Wx),
        row(0xFF, UD0, Gv, Ev),
    };
    // spotless:on
}
