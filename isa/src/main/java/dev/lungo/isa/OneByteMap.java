package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.AAA;
import static dev.lungo.isa.Mnemonic.AAD;
import static dev.lungo.isa.Mnemonic.AAM;
import static dev.lungo.isa.Mnemonic.AAS;
import static dev.lungo.isa.Mnemonic.ADC;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.AND;
import static dev.lungo.isa.Mnemonic.ARPL;
import static dev.lungo.isa.Mnemonic.BOUND;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CALLF;
import static dev.lungo.isa.Mnemonic.CBW;
import static dev.lungo.isa.Mnemonic.CDQ;
import static dev.lungo.isa.Mnemonic.CDQE;
import static dev.lungo.isa.Mnemonic.CLC;
import static dev.lungo.isa.Mnemonic.CLD;
import static dev.lungo.isa.Mnemonic.CLI;
import static dev.lungo.isa.Mnemonic.CMC;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.CMPS;
import static dev.lungo.isa.Mnemonic.CQO;
import static dev.lungo.isa.Mnemonic.CWD;
import static dev.lungo.isa.Mnemonic.CWDE;
import static dev.lungo.isa.Mnemonic.DAA;
import static dev.lungo.isa.Mnemonic.DAS;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.ENTER;
import static dev.lungo.isa.Mnemonic.FWAIT;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.IMUL;
import static dev.lungo.isa.Mnemonic.IN;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.INS;
import static dev.lungo.isa.Mnemonic.INT;
import static dev.lungo.isa.Mnemonic.INT1;
import static dev.lungo.isa.Mnemonic.INT3;
import static dev.lungo.isa.Mnemonic.INTO;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JB;
import static dev.lungo.isa.Mnemonic.JBE;
import static dev.lungo.isa.Mnemonic.JCXZ;
import static dev.lungo.isa.Mnemonic.JL;
import static dev.lungo.isa.Mnemonic.JLE;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JMPF;
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
import static dev.lungo.isa.Mnemonic.LAHF;
import static dev.lungo.isa.Mnemonic.LDS;
import static dev.lungo.isa.Mnemonic.LEA;
import static dev.lungo.isa.Mnemonic.LEAVE;
import static dev.lungo.isa.Mnemonic.LES;
import static dev.lungo.isa.Mnemonic.LODS;
import static dev.lungo.isa.Mnemonic.LOOP;
import static dev.lungo.isa.Mnemonic.LOOPE;
import static dev.lungo.isa.Mnemonic.LOOPNE;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVS;
import static dev.lungo.isa.Mnemonic.MOVSXD;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.OR;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.OUTS;
import static dev.lungo.isa.Mnemonic.PAUSE;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.POPA;
import static dev.lungo.isa.Mnemonic.POPF;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.PUSHA;
import static dev.lungo.isa.Mnemonic.PUSHF;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.RETF;
import static dev.lungo.isa.Mnemonic.SAHF;
import static dev.lungo.isa.Mnemonic.SALC;
import static dev.lungo.isa.Mnemonic.SBB;
import static dev.lungo.isa.Mnemonic.SCAS;
import static dev.lungo.isa.Mnemonic.STC;
import static dev.lungo.isa.Mnemonic.STD;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Mnemonic.STOS;
import static dev.lungo.isa.Mnemonic.SUB;
import static dev.lungo.isa.Mnemonic.TEST;
import static dev.lungo.isa.Mnemonic.XCHG;
import static dev.lungo.isa.Mnemonic.XLAT;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.OperandCode.AL;
import static dev.lungo.isa.OperandCode.Ap;
import static dev.lungo.isa.OperandCode.CS;
import static dev.lungo.isa.OperandCode.DS;
import static dev.lungo.isa.OperandCode.DX;
import static dev.lungo.isa.OperandCode.ES;
import static dev.lungo.isa.OperandCode.Eb;
import static dev.lungo.isa.OperandCode.Ev;
import static dev.lungo.isa.OperandCode.Ew;
import static dev.lungo.isa.OperandCode.Ez;
import static dev.lungo.isa.OperandCode.Gb;
import static dev.lungo.isa.OperandCode.Gv;
import static dev.lungo.isa.OperandCode.Gw;
import static dev.lungo.isa.OperandCode.Ib;
import static dev.lungo.isa.OperandCode.Ibs;
import static dev.lungo.isa.OperandCode.Iv;
import static dev.lungo.isa.OperandCode.Iw;
import static dev.lungo.isa.OperandCode.Iz;
import static dev.lungo.isa.OperandCode.Jb;
import static dev.lungo.isa.OperandCode.Jz;
import static dev.lungo.isa.OperandCode.M;
import static dev.lungo.isa.OperandCode.Ma;
import static dev.lungo.isa.OperandCode.Mp;
import static dev.lungo.isa.OperandCode.MrBX;
import static dev.lungo.isa.OperandCode.Ob;
import static dev.lungo.isa.OperandCode.Ov;
import static dev.lungo.isa.OperandCode.RvMw;
import static dev.lungo.isa.OperandCode.SS;
import static dev.lungo.isa.OperandCode.Sw;
import static dev.lungo.isa.OperandCode.Xb;
import static dev.lungo.isa.OperandCode.Xv;
import static dev.lungo.isa.OperandCode.Xz;
import static dev.lungo.isa.OperandCode.Yb;
import static dev.lungo.isa.OperandCode.Yv;
import static dev.lungo.isa.OperandCode.Yz;
import static dev.lungo.isa.OperandCode.Zb;
import static dev.lungo.isa.OperandCode.Zv;
import static dev.lungo.isa.OperandCode.eAX;
import static dev.lungo.isa.OperandCode.rAX;
import static dev.lungo.isa.Row.pF3;
import static dev.lungo.isa.Row.row;

/** SDM 2D, "One-byte Opcode Map" (table A-2). One row per cell, in the order of the table. */
final class OneByteMap {
    private OneByteMap() {}

    // spotless:off
    static final Row[] ROWS = {
        row(0x00, ADD, Eb, Gb).lock(), row(0x01, ADD, Ev, Gv).lock(), row(0x02, ADD, Gb, Eb),
        row(0x03, ADD, Gv, Ev),        row(0x04, ADD, AL, Ib),        row(0x05, ADD, rAX, Iz),
        row(0x06, PUSH, ES).i64(),     row(0x07, POP, ES).i64(),
        row(0x08, OR, Eb, Gb).lock(),  row(0x09, OR, Ev, Gv).lock(),  row(0x0A, OR, Gb, Eb),
        row(0x0B, OR, Gv, Ev),         row(0x0C, OR, AL, Ib),         row(0x0D, OR, rAX, Iz),
        row(0x0E, PUSH, CS).i64(),
        row(0x10, ADC, Eb, Gb).lock(), row(0x11, ADC, Ev, Gv).lock(), row(0x12, ADC, Gb, Eb),
        row(0x13, ADC, Gv, Ev),        row(0x14, ADC, AL, Ib),        row(0x15, ADC, rAX, Iz),
        row(0x16, PUSH, SS).i64(),     row(0x17, POP, SS).i64(),
        row(0x18, SBB, Eb, Gb).lock(), row(0x19, SBB, Ev, Gv).lock(), row(0x1A, SBB, Gb, Eb),
        row(0x1B, SBB, Gv, Ev),        row(0x1C, SBB, AL, Ib),        row(0x1D, SBB, rAX, Iz),
        row(0x1E, PUSH, DS).i64(),     row(0x1F, POP, DS).i64(),
        row(0x20, AND, Eb, Gb).lock(), row(0x21, AND, Ev, Gv).lock(), row(0x22, AND, Gb, Eb),
        row(0x23, AND, Gv, Ev),        row(0x24, AND, AL, Ib),        row(0x25, AND, rAX, Iz),
        row(0x27, DAA).i64(),
        row(0x28, SUB, Eb, Gb).lock(), row(0x29, SUB, Ev, Gv).lock(), row(0x2A, SUB, Gb, Eb),
        row(0x2B, SUB, Gv, Ev),        row(0x2C, SUB, AL, Ib),        row(0x2D, SUB, rAX, Iz),
        row(0x2F, DAS).i64(),
        row(0x30, XOR, Eb, Gb).lock(), row(0x31, XOR, Ev, Gv).lock(), row(0x32, XOR, Gb, Eb),
        row(0x33, XOR, Gv, Ev),        row(0x34, XOR, AL, Ib),        row(0x35, XOR, rAX, Iz),
        row(0x37, AAA).i64(),
        row(0x38, CMP, Eb, Gb),        row(0x39, CMP, Ev, Gv),        row(0x3A, CMP, Gb, Eb),
        row(0x3B, CMP, Gv, Ev),        row(0x3C, CMP, AL, Ib),        row(0x3D, CMP, rAX, Iz),
        row(0x3F, AAS).i64(),
        row(0x40, INC, Zv).i64(), row(0x41, INC, Zv).i64(), row(0x42, INC, Zv).i64(), row(0x43, INC, Zv).i64(),
        row(0x44, INC, Zv).i64(), row(0x45, INC, Zv).i64(), row(0x46, INC, Zv).i64(), row(0x47, INC, Zv).i64(),
        row(0x48, DEC, Zv).i64(), row(0x49, DEC, Zv).i64(), row(0x4A, DEC, Zv).i64(), row(0x4B, DEC, Zv).i64(),
        row(0x4C, DEC, Zv).i64(), row(0x4D, DEC, Zv).i64(), row(0x4E, DEC, Zv).i64(), row(0x4F, DEC, Zv).i64(),
        row(0x50, PUSH, Zv).d64(), row(0x51, PUSH, Zv).d64(), row(0x52, PUSH, Zv).d64(), row(0x53, PUSH, Zv).d64(),
        row(0x54, PUSH, Zv).d64(), row(0x55, PUSH, Zv).d64(), row(0x56, PUSH, Zv).d64(), row(0x57, PUSH, Zv).d64(),
        row(0x58, POP, Zv).d64(),  row(0x59, POP, Zv).d64(),  row(0x5A, POP, Zv).d64(),  row(0x5B, POP, Zv).d64(),
        row(0x5C, POP, Zv).d64(),  row(0x5D, POP, Zv).d64(),  row(0x5E, POP, Zv).d64(),  row(0x5F, POP, Zv).d64(),
        row(0x60, PUSHA).i64(),    row(0x61, POPA).i64(),     row(0x62, BOUND, Gv, Ma).i64(),
        row(0x63, ARPL, Ew, Gw).i64(), row(0x63, MOVSXD, Gv, Ez).o64(),
        row(0x68, PUSH, Iz).d64(), row(0x69, IMUL, Gv, Ev, Iz),
        row(0x6A, PUSH, Ibs).d64(), row(0x6B, IMUL, Gv, Ev, Ibs),
        row(0x6C, INS, Yb, DX),    row(0x6D, INS, Yz, DX),    row(0x6E, OUTS, DX, Xb),   row(0x6F, OUTS, DX, Xz),
        row(0x70, JO, Jb).f64(),   row(0x71, JNO, Jb).f64(),  row(0x72, JB, Jb).f64(),   row(0x73, JNB, Jb).f64(),
        row(0x74, JZ, Jb).f64(),   row(0x75, JNZ, Jb).f64(),  row(0x76, JBE, Jb).f64(),  row(0x77, JNBE, Jb).f64(),
        row(0x78, JS, Jb).f64(),   row(0x79, JNS, Jb).f64(),  row(0x7A, JP, Jb).f64(),   row(0x7B, JNP, Jb).f64(),
        row(0x7C, JL, Jb).f64(),   row(0x7D, JNL, Jb).f64(),  row(0x7E, JLE, Jb).f64(),  row(0x7F, JNLE, Jb).f64(),
        // 80-83: group 1.
        row(0x84, TEST, Eb, Gb),   row(0x85, TEST, Ev, Gv),
        row(0x86, XCHG, Eb, Gb).lock(), row(0x87, XCHG, Ev, Gv).lock(),
        row(0x88, MOV, Eb, Gb),    row(0x89, MOV, Ev, Gv),    row(0x8A, MOV, Gb, Eb),    row(0x8B, MOV, Gv, Ev),
        row(0x8C, MOV, RvMw, Sw),  row(0x8D, LEA, Gv, M),     row(0x8E, MOV, Sw, Ew),
        // 8F: group 1A.
        pF3(0x90, PAUSE).b0(),     row(0x90, NOP).b0(),
        row(0x90, XCHG, Zv, rAX),  row(0x91, XCHG, Zv, rAX),  row(0x92, XCHG, Zv, rAX),  row(0x93, XCHG, Zv, rAX),
        row(0x94, XCHG, Zv, rAX),  row(0x95, XCHG, Zv, rAX),  row(0x96, XCHG, Zv, rAX),  row(0x97, XCHG, Zv, rAX),
        row(0x98, CBW).operand16(), row(0x98, CDQE).operand64(), row(0x98, CWDE),
        row(0x99, CWD).operand16(), row(0x99, CQO).operand64(),  row(0x99, CDQ),
        row(0x9A, CALLF, Ap).i64(), row(0x9B, FWAIT),
        row(0x9C, PUSHF).d64(),    row(0x9D, POPF).d64(),     row(0x9E, SAHF),           row(0x9F, LAHF),
        row(0xA0, MOV, AL, Ob),    row(0xA1, MOV, rAX, Ov),   row(0xA2, MOV, Ob, AL),    row(0xA3, MOV, Ov, rAX),
        row(0xA4, MOVS, Yb, Xb),   row(0xA5, MOVS, Yv, Xv),   row(0xA6, CMPS, Xb, Yb),   row(0xA7, CMPS, Xv, Yv),
        row(0xA8, TEST, AL, Ib),   row(0xA9, TEST, rAX, Iz),  row(0xAA, STOS, Yb, AL),   row(0xAB, STOS, Yv, rAX),
        row(0xAC, LODS, AL, Xb),   row(0xAD, LODS, rAX, Xv),  row(0xAE, SCAS, AL, Yb),   row(0xAF, SCAS, rAX, Yv),
        row(0xB0, MOV, Zb, Ib),    row(0xB1, MOV, Zb, Ib),    row(0xB2, MOV, Zb, Ib),    row(0xB3, MOV, Zb, Ib),
        row(0xB4, MOV, Zb, Ib),    row(0xB5, MOV, Zb, Ib),    row(0xB6, MOV, Zb, Ib),    row(0xB7, MOV, Zb, Ib),
        row(0xB8, MOV, Zv, Iv),    row(0xB9, MOV, Zv, Iv),    row(0xBA, MOV, Zv, Iv),    row(0xBB, MOV, Zv, Iv),
        row(0xBC, MOV, Zv, Iv),    row(0xBD, MOV, Zv, Iv),    row(0xBE, MOV, Zv, Iv),    row(0xBF, MOV, Zv, Iv),
        // C0, C1: group 2.
        row(0xC2, RET, Iw).f64(),  row(0xC3, RET).f64(),      row(0xC4, LES, Gv, Mp).i64(), row(0xC5, LDS, Gv, Mp).i64(),
        // C6, C7: group 11.
        row(0xC8, ENTER, Iw, Ib).d64(), row(0xC9, LEAVE).d64(), row(0xCA, RETF, Iw),     row(0xCB, RETF),
        row(0xCC, INT3),           row(0xCD, INT, Ib),        row(0xCE, INTO).i64(),     row(0xCF, IRET),
        // D0-D3: group 2.
        row(0xD4, AAM, Ib).i64(),  row(0xD5, AAD, Ib).i64(),  row(0xD6, SALC).i64(),     row(0xD7, XLAT, MrBX),
        // D8-DF: x87.
        row(0xE0, LOOPNE, Jb).f64(), row(0xE1, LOOPE, Jb).f64(), row(0xE2, LOOP, Jb).f64(), row(0xE3, JCXZ, Jb).f64(),
        row(0xE4, IN, AL, Ib),     row(0xE5, IN, eAX, Ib),    row(0xE6, OUT, Ib, AL),    row(0xE7, OUT, Ib, eAX),
        row(0xE8, CALL, Jz).f64(), row(0xE9, JMP, Jz).f64(),  row(0xEA, JMPF, Ap).i64(), row(0xEB, JMP, Jb).f64(),
        row(0xEC, IN, AL, DX),     row(0xED, IN, eAX, DX),    row(0xEE, OUT, DX, AL),    row(0xEF, OUT, DX, eAX),
        row(0xF1, INT1),           row(0xF4, HLT),            row(0xF5, CMC),
        // F6, F7: group 3.
        row(0xF8, CLC),            row(0xF9, STC),            row(0xFA, CLI),            row(0xFB, STI),
        row(0xFC, CLD),            row(0xFD, STD),
        // FE, FF: groups 4 and 5.
    };
    // spotless:on
}
