package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.ADC;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.AND;
import static dev.lungo.isa.Mnemonic.BT;
import static dev.lungo.isa.Mnemonic.BTC;
import static dev.lungo.isa.Mnemonic.BTR;
import static dev.lungo.isa.Mnemonic.BTS;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CALLF;
import static dev.lungo.isa.Mnemonic.CLAC;
import static dev.lungo.isa.Mnemonic.CLFLUSH;
import static dev.lungo.isa.Mnemonic.CLFLUSHOPT;
import static dev.lungo.isa.Mnemonic.CLGI;
import static dev.lungo.isa.Mnemonic.CLRSSBSY;
import static dev.lungo.isa.Mnemonic.CLWB;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.CMPXCHG16B;
import static dev.lungo.isa.Mnemonic.CMPXCHG8B;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.DIV;
import static dev.lungo.isa.Mnemonic.FXRSTOR;
import static dev.lungo.isa.Mnemonic.FXSAVE;
import static dev.lungo.isa.Mnemonic.IDIV;
import static dev.lungo.isa.Mnemonic.IMUL;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.INCSSP;
import static dev.lungo.isa.Mnemonic.INVLPG;
import static dev.lungo.isa.Mnemonic.INVLPGA;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JMPF;
import static dev.lungo.isa.Mnemonic.LDMXCSR;
import static dev.lungo.isa.Mnemonic.LFENCE;
import static dev.lungo.isa.Mnemonic.LGDT;
import static dev.lungo.isa.Mnemonic.LIDT;
import static dev.lungo.isa.Mnemonic.LLDT;
import static dev.lungo.isa.Mnemonic.LMSW;
import static dev.lungo.isa.Mnemonic.LTR;
import static dev.lungo.isa.Mnemonic.MFENCE;
import static dev.lungo.isa.Mnemonic.MONITOR;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MUL;
import static dev.lungo.isa.Mnemonic.MWAIT;
import static dev.lungo.isa.Mnemonic.NEG;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.NOT;
import static dev.lungo.isa.Mnemonic.OR;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.PREFETCHNTA;
import static dev.lungo.isa.Mnemonic.PREFETCHT0;
import static dev.lungo.isa.Mnemonic.PREFETCHT1;
import static dev.lungo.isa.Mnemonic.PREFETCHT2;
import static dev.lungo.isa.Mnemonic.PSLLD;
import static dev.lungo.isa.Mnemonic.PSLLDQ;
import static dev.lungo.isa.Mnemonic.PSLLQ;
import static dev.lungo.isa.Mnemonic.PSLLW;
import static dev.lungo.isa.Mnemonic.PSRAD;
import static dev.lungo.isa.Mnemonic.PSRAW;
import static dev.lungo.isa.Mnemonic.PSRLD;
import static dev.lungo.isa.Mnemonic.PSRLDQ;
import static dev.lungo.isa.Mnemonic.PSRLQ;
import static dev.lungo.isa.Mnemonic.PSRLW;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.RCL;
import static dev.lungo.isa.Mnemonic.RCR;
import static dev.lungo.isa.Mnemonic.RDFSBASE;
import static dev.lungo.isa.Mnemonic.RDGSBASE;
import static dev.lungo.isa.Mnemonic.RDPID;
import static dev.lungo.isa.Mnemonic.RDPKRU;
import static dev.lungo.isa.Mnemonic.RDRAND;
import static dev.lungo.isa.Mnemonic.RDSEED;
import static dev.lungo.isa.Mnemonic.RDTSCP;
import static dev.lungo.isa.Mnemonic.ROL;
import static dev.lungo.isa.Mnemonic.ROR;
import static dev.lungo.isa.Mnemonic.RSTORSSP;
import static dev.lungo.isa.Mnemonic.SAR;
import static dev.lungo.isa.Mnemonic.SAVEPREVSSP;
import static dev.lungo.isa.Mnemonic.SBB;
import static dev.lungo.isa.Mnemonic.SERIALIZE;
import static dev.lungo.isa.Mnemonic.SETSSBSY;
import static dev.lungo.isa.Mnemonic.SFENCE;
import static dev.lungo.isa.Mnemonic.SGDT;
import static dev.lungo.isa.Mnemonic.SHL;
import static dev.lungo.isa.Mnemonic.SHR;
import static dev.lungo.isa.Mnemonic.SIDT;
import static dev.lungo.isa.Mnemonic.SKINIT;
import static dev.lungo.isa.Mnemonic.SLDT;
import static dev.lungo.isa.Mnemonic.SMSW;
import static dev.lungo.isa.Mnemonic.STAC;
import static dev.lungo.isa.Mnemonic.STGI;
import static dev.lungo.isa.Mnemonic.STMXCSR;
import static dev.lungo.isa.Mnemonic.STR;
import static dev.lungo.isa.Mnemonic.SUB;
import static dev.lungo.isa.Mnemonic.SWAPGS;
import static dev.lungo.isa.Mnemonic.TEST;
import static dev.lungo.isa.Mnemonic.VERR;
import static dev.lungo.isa.Mnemonic.VERW;
import static dev.lungo.isa.Mnemonic.VMCALL;
import static dev.lungo.isa.Mnemonic.VMCLEAR;
import static dev.lungo.isa.Mnemonic.VMFUNC;
import static dev.lungo.isa.Mnemonic.VMLAUNCH;
import static dev.lungo.isa.Mnemonic.VMLOAD;
import static dev.lungo.isa.Mnemonic.VMMCALL;
import static dev.lungo.isa.Mnemonic.VMPTRLD;
import static dev.lungo.isa.Mnemonic.VMPTRST;
import static dev.lungo.isa.Mnemonic.VMRESUME;
import static dev.lungo.isa.Mnemonic.VMRUN;
import static dev.lungo.isa.Mnemonic.VMSAVE;
import static dev.lungo.isa.Mnemonic.VMXOFF;
import static dev.lungo.isa.Mnemonic.VMXON;
import static dev.lungo.isa.Mnemonic.WRFSBASE;
import static dev.lungo.isa.Mnemonic.WRGSBASE;
import static dev.lungo.isa.Mnemonic.WRPKRU;
import static dev.lungo.isa.Mnemonic.XGETBV;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Mnemonic.XRSTOR;
import static dev.lungo.isa.Mnemonic.XRSTORS;
import static dev.lungo.isa.Mnemonic.XSAVE;
import static dev.lungo.isa.Mnemonic.XSAVEC;
import static dev.lungo.isa.Mnemonic.XSAVEOPT;
import static dev.lungo.isa.Mnemonic.XSAVES;
import static dev.lungo.isa.Mnemonic.XSETBV;
import static dev.lungo.isa.OperandCode.CL;
import static dev.lungo.isa.OperandCode.EAX;
import static dev.lungo.isa.OperandCode.ECX;
import static dev.lungo.isa.OperandCode.Eb;
import static dev.lungo.isa.OperandCode.Ev;
import static dev.lungo.isa.OperandCode.Ew;
import static dev.lungo.isa.OperandCode.Ib;
import static dev.lungo.isa.OperandCode.Ibs;
import static dev.lungo.isa.OperandCode.Iz;
import static dev.lungo.isa.OperandCode.M;
import static dev.lungo.isa.OperandCode.M512;
import static dev.lungo.isa.OperandCode.Mb;
import static dev.lungo.isa.OperandCode.Md;
import static dev.lungo.isa.OperandCode.Mdq;
import static dev.lungo.isa.OperandCode.Mp;
import static dev.lungo.isa.OperandCode.Mq;
import static dev.lungo.isa.OperandCode.MrAX;
import static dev.lungo.isa.OperandCode.Ms;
import static dev.lungo.isa.OperandCode.Nq;
import static dev.lungo.isa.OperandCode.ONE;
import static dev.lungo.isa.OperandCode.Rv;
import static dev.lungo.isa.OperandCode.RvMw;
import static dev.lungo.isa.OperandCode.Ry;
import static dev.lungo.isa.OperandCode.Ux;
import static dev.lungo.isa.OperandCode.aAX;
import static dev.lungo.isa.Row.nfx;
import static dev.lungo.isa.Row.np;
import static dev.lungo.isa.Row.p66;
import static dev.lungo.isa.Row.pF3;
import static dev.lungo.isa.Row.row;

/**
 * SDM 2D, "Opcode Extensions for One- and Two-byte Opcodes" (table A-6): what ModRM.reg selects.
 * One row per cell, in the order of the table. APM 3 for SVM's in group 7.
 *
 * <p>Undocumented, but on every processor: 82h is 80h, F6 /1 and F7 /1 are TEST, /6 of group 2 is
 * SHL. Not here: TSX, SGX, MPX, PTWRITE, UMONITOR and its kin.
 */
final class OpcodeGroups {
    private OpcodeGroups() {}

    private static Row grp(int opcode, int reg, Mnemonic mnemonic, OperandCode... operands) {
        return row(opcode, mnemonic, operands).reg(reg);
    }

    // spotless:off
    static final Row[] ONE_BYTE = {
        // Group 1.
        grp(0x80, 0, ADD, Eb, Ib).lock(),  grp(0x80, 1, OR, Eb, Ib).lock(),  grp(0x80, 2, ADC, Eb, Ib).lock(),  grp(0x80, 3, SBB, Eb, Ib).lock(),
        grp(0x80, 4, AND, Eb, Ib).lock(),  grp(0x80, 5, SUB, Eb, Ib).lock(), grp(0x80, 6, XOR, Eb, Ib).lock(),  grp(0x80, 7, CMP, Eb, Ib),
        grp(0x81, 0, ADD, Ev, Iz).lock(),  grp(0x81, 1, OR, Ev, Iz).lock(),  grp(0x81, 2, ADC, Ev, Iz).lock(),  grp(0x81, 3, SBB, Ev, Iz).lock(),
        grp(0x81, 4, AND, Ev, Iz).lock(),  grp(0x81, 5, SUB, Ev, Iz).lock(), grp(0x81, 6, XOR, Ev, Iz).lock(),  grp(0x81, 7, CMP, Ev, Iz),
        grp(0x82, 0, ADD, Eb, Ib).lock().i64(), grp(0x82, 1, OR, Eb, Ib).lock().i64(), grp(0x82, 2, ADC, Eb, Ib).lock().i64(), grp(0x82, 3, SBB, Eb, Ib).lock().i64(),
        grp(0x82, 4, AND, Eb, Ib).lock().i64(), grp(0x82, 5, SUB, Eb, Ib).lock().i64(), grp(0x82, 6, XOR, Eb, Ib).lock().i64(), grp(0x82, 7, CMP, Eb, Ib).i64(),
        grp(0x83, 0, ADD, Ev, Ibs).lock(), grp(0x83, 1, OR, Ev, Ibs).lock(), grp(0x83, 2, ADC, Ev, Ibs).lock(), grp(0x83, 3, SBB, Ev, Ibs).lock(),
        grp(0x83, 4, AND, Ev, Ibs).lock(), grp(0x83, 5, SUB, Ev, Ibs).lock(), grp(0x83, 6, XOR, Ev, Ibs).lock(), grp(0x83, 7, CMP, Ev, Ibs),
        // Group 1A.
        grp(0x8F, 0, POP, Ev).d64(),
        // Group 2.
        grp(0xC0, 0, ROL, Eb, Ib),  grp(0xC0, 1, ROR, Eb, Ib),  grp(0xC0, 2, RCL, Eb, Ib),  grp(0xC0, 3, RCR, Eb, Ib),
        grp(0xC0, 4, SHL, Eb, Ib),  grp(0xC0, 5, SHR, Eb, Ib),  grp(0xC0, 6, SHL, Eb, Ib),  grp(0xC0, 7, SAR, Eb, Ib),
        grp(0xC1, 0, ROL, Ev, Ib),  grp(0xC1, 1, ROR, Ev, Ib),  grp(0xC1, 2, RCL, Ev, Ib),  grp(0xC1, 3, RCR, Ev, Ib),
        grp(0xC1, 4, SHL, Ev, Ib),  grp(0xC1, 5, SHR, Ev, Ib),  grp(0xC1, 6, SHL, Ev, Ib),  grp(0xC1, 7, SAR, Ev, Ib),
        grp(0xD0, 0, ROL, Eb, ONE), grp(0xD0, 1, ROR, Eb, ONE), grp(0xD0, 2, RCL, Eb, ONE), grp(0xD0, 3, RCR, Eb, ONE),
        grp(0xD0, 4, SHL, Eb, ONE), grp(0xD0, 5, SHR, Eb, ONE), grp(0xD0, 6, SHL, Eb, ONE), grp(0xD0, 7, SAR, Eb, ONE),
        grp(0xD1, 0, ROL, Ev, ONE), grp(0xD1, 1, ROR, Ev, ONE), grp(0xD1, 2, RCL, Ev, ONE), grp(0xD1, 3, RCR, Ev, ONE),
        grp(0xD1, 4, SHL, Ev, ONE), grp(0xD1, 5, SHR, Ev, ONE), grp(0xD1, 6, SHL, Ev, ONE), grp(0xD1, 7, SAR, Ev, ONE),
        grp(0xD2, 0, ROL, Eb, CL),  grp(0xD2, 1, ROR, Eb, CL),  grp(0xD2, 2, RCL, Eb, CL),  grp(0xD2, 3, RCR, Eb, CL),
        grp(0xD2, 4, SHL, Eb, CL),  grp(0xD2, 5, SHR, Eb, CL),  grp(0xD2, 6, SHL, Eb, CL),  grp(0xD2, 7, SAR, Eb, CL),
        grp(0xD3, 0, ROL, Ev, CL),  grp(0xD3, 1, ROR, Ev, CL),  grp(0xD3, 2, RCL, Ev, CL),  grp(0xD3, 3, RCR, Ev, CL),
        grp(0xD3, 4, SHL, Ev, CL),  grp(0xD3, 5, SHR, Ev, CL),  grp(0xD3, 6, SHL, Ev, CL),  grp(0xD3, 7, SAR, Ev, CL),
        // Group 3.
        grp(0xF6, 0, TEST, Eb, Ib), grp(0xF6, 1, TEST, Eb, Ib), grp(0xF6, 2, NOT, Eb).lock(), grp(0xF6, 3, NEG, Eb).lock(),
        grp(0xF6, 4, MUL, Eb),      grp(0xF6, 5, IMUL, Eb),     grp(0xF6, 6, DIV, Eb),        grp(0xF6, 7, IDIV, Eb),
        grp(0xF7, 0, TEST, Ev, Iz), grp(0xF7, 1, TEST, Ev, Iz), grp(0xF7, 2, NOT, Ev).lock(), grp(0xF7, 3, NEG, Ev).lock(),
        grp(0xF7, 4, MUL, Ev),      grp(0xF7, 5, IMUL, Ev),     grp(0xF7, 6, DIV, Ev),        grp(0xF7, 7, IDIV, Ev),
        // Groups 4 and 5.
        grp(0xFE, 0, INC, Eb).lock(), grp(0xFE, 1, DEC, Eb).lock(),
        grp(0xFF, 0, INC, Ev).lock(), grp(0xFF, 1, DEC, Ev).lock(), grp(0xFF, 2, CALL, Ev).f64(), grp(0xFF, 3, CALLF, Mp),
        grp(0xFF, 4, JMP, Ev).f64(),  grp(0xFF, 5, JMPF, Mp),       grp(0xFF, 6, PUSH, Ev).d64(),
        // Group 11.
        grp(0xC6, 0, MOV, Eb, Ib), grp(0xC7, 0, MOV, Ev, Iz),
    };

    static final Row[] TWO_BYTE = {
        // Group 6.
        grp(0x00, 0, SLDT, RvMw), grp(0x00, 1, STR, RvMw), grp(0x00, 2, LLDT, Ew), grp(0x00, 3, LTR, Ew),
        grp(0x00, 4, VERR, Ew),   grp(0x00, 5, VERW, Ew),
        // Group 7.
        grp(0x01, 0, SGDT, Ms).f64(), grp(0x01, 1, SIDT, Ms).f64(), grp(0x01, 2, LGDT, Ms).f64(), grp(0x01, 3, LIDT, Ms).f64(),
        grp(0x01, 4, SMSW, RvMw), pF3(0x01, RSTORSSP, Mq).reg(5), grp(0x01, 6, LMSW, Ew), grp(0x01, 7, INVLPG, M),
        np(0x01, VMCALL).modrm(0xC1), np(0x01, VMLAUNCH).modrm(0xC2), np(0x01, VMRESUME).modrm(0xC3), np(0x01, VMXOFF).modrm(0xC4),
        np(0x01, MONITOR, MrAX).modrm(0xC8), np(0x01, MWAIT).modrm(0xC9), np(0x01, CLAC).modrm(0xCA), np(0x01, STAC).modrm(0xCB),
        np(0x01, XGETBV).modrm(0xD0), np(0x01, XSETBV).modrm(0xD1), np(0x01, VMFUNC).modrm(0xD4),
        row(0x01, VMRUN, aAX).modrm(0xD8),  row(0x01, VMMCALL).modrm(0xD9), row(0x01, VMLOAD, aAX).modrm(0xDA), row(0x01, VMSAVE, aAX).modrm(0xDB),
        row(0x01, STGI).modrm(0xDC),        row(0x01, CLGI).modrm(0xDD),    row(0x01, SKINIT, EAX).modrm(0xDE), row(0x01, INVLPGA, aAX, ECX).modrm(0xDF),
        np(0x01, SERIALIZE).modrm(0xE8), pF3(0x01, SETSSBSY).modrm(0xE8), pF3(0x01, SAVEPREVSSP).modrm(0xEA),
        np(0x01, RDPKRU).modrm(0xEE), np(0x01, WRPKRU).modrm(0xEF),
        row(0x01, SWAPGS).modrm(0xF8).o64(), row(0x01, RDTSCP).modrm(0xF9),
        // Group 8.
        grp(0xBA, 4, BT, Ev, Ib), grp(0xBA, 5, BTS, Ev, Ib).lock(), grp(0xBA, 6, BTR, Ev, Ib).lock(), grp(0xBA, 7, BTC, Ev, Ib).lock(),
        // Group 9.
        row(0xC7, CMPXCHG16B, Mdq).reg(1).operand64().lock(), row(0xC7, CMPXCHG8B, Mq).reg(1).lock(),
        np(0xC7, XRSTORS, M).reg(3), np(0xC7, XSAVEC, M).reg(4), np(0xC7, XSAVES, M).reg(5),
        np(0xC7, VMPTRLD, Mq).reg(6), p66(0xC7, VMCLEAR, Mq).reg(6), pF3(0xC7, VMXON, Mq).reg(6), np(0xC7, VMPTRST, Mq).reg(7),
        nfx(0xC7, RDRAND, Rv).reg(6), nfx(0xC7, RDSEED, Rv).reg(7), pF3(0xC7, RDPID, Ry).reg(7).f64(),
        // Groups 12 to 14.
        np(0x71, PSRLW, Nq, Ib).reg(2), np(0x71, PSRAW, Nq, Ib).reg(4), np(0x71, PSLLW, Nq, Ib).reg(6),
        p66(0x71, PSRLW, Ux, Ib).reg(2), p66(0x71, PSRAW, Ux, Ib).reg(4), p66(0x71, PSLLW, Ux, Ib).reg(6),
        np(0x72, PSRLD, Nq, Ib).reg(2), np(0x72, PSRAD, Nq, Ib).reg(4), np(0x72, PSLLD, Nq, Ib).reg(6),
        p66(0x72, PSRLD, Ux, Ib).reg(2), p66(0x72, PSRAD, Ux, Ib).reg(4), p66(0x72, PSLLD, Ux, Ib).reg(6),
        np(0x73, PSRLQ, Nq, Ib).reg(2), np(0x73, PSLLQ, Nq, Ib).reg(6),
        p66(0x73, PSRLQ, Ux, Ib).reg(2), p66(0x73, PSRLDQ, Ux, Ib).reg(3), p66(0x73, PSLLQ, Ux, Ib).reg(6), p66(0x73, PSLLDQ, Ux, Ib).reg(7),
        // Group 15.
        np(0xAE, FXSAVE, M512).reg(0), np(0xAE, FXRSTOR, M512).reg(1), np(0xAE, LDMXCSR, Md).reg(2), np(0xAE, STMXCSR, Md).reg(3),
        np(0xAE, XSAVE, M).reg(4), np(0xAE, XRSTOR, M).reg(5), np(0xAE, XSAVEOPT, M).reg(6), np(0xAE, CLFLUSH, Mb).reg(7),
        p66(0xAE, CLWB, Mb).reg(6), p66(0xAE, CLFLUSHOPT, Mb).reg(7), pF3(0xAE, CLRSSBSY, Mq).reg(6),
        np(0xAE, LFENCE).reg(5).mod3(), np(0xAE, MFENCE).reg(6).mod3(), np(0xAE, SFENCE).reg(7).mod3(),
        pF3(0xAE, RDFSBASE, Ry).reg(0).o64(), pF3(0xAE, RDGSBASE, Ry).reg(1).o64(),
        pF3(0xAE, WRFSBASE, Ry).reg(2).o64(), pF3(0xAE, WRGSBASE, Ry).reg(3).o64(), pF3(0xAE, INCSSP, Ry).reg(5),
        // Group 16.
        row(0x18, PREFETCHNTA, Mb).reg(0), row(0x18, PREFETCHT0, Mb).reg(1), row(0x18, PREFETCHT1, Mb).reg(2), row(0x18, PREFETCHT2, Mb).reg(3),
        row(0x18, NOP, Ev),
    };
    // spotless:on
}
