package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.F2XM1;
import static dev.lungo.isa.Mnemonic.FABS;
import static dev.lungo.isa.Mnemonic.FADD;
import static dev.lungo.isa.Mnemonic.FADDP;
import static dev.lungo.isa.Mnemonic.FBLD;
import static dev.lungo.isa.Mnemonic.FBSTP;
import static dev.lungo.isa.Mnemonic.FCHS;
import static dev.lungo.isa.Mnemonic.FCMOVB;
import static dev.lungo.isa.Mnemonic.FCMOVBE;
import static dev.lungo.isa.Mnemonic.FCMOVE;
import static dev.lungo.isa.Mnemonic.FCMOVNB;
import static dev.lungo.isa.Mnemonic.FCMOVNBE;
import static dev.lungo.isa.Mnemonic.FCMOVNE;
import static dev.lungo.isa.Mnemonic.FCMOVNU;
import static dev.lungo.isa.Mnemonic.FCMOVU;
import static dev.lungo.isa.Mnemonic.FCOM;
import static dev.lungo.isa.Mnemonic.FCOMI;
import static dev.lungo.isa.Mnemonic.FCOMIP;
import static dev.lungo.isa.Mnemonic.FCOMP;
import static dev.lungo.isa.Mnemonic.FCOMPP;
import static dev.lungo.isa.Mnemonic.FCOS;
import static dev.lungo.isa.Mnemonic.FDECSTP;
import static dev.lungo.isa.Mnemonic.FDISI;
import static dev.lungo.isa.Mnemonic.FDIV;
import static dev.lungo.isa.Mnemonic.FDIVP;
import static dev.lungo.isa.Mnemonic.FDIVR;
import static dev.lungo.isa.Mnemonic.FDIVRP;
import static dev.lungo.isa.Mnemonic.FENI;
import static dev.lungo.isa.Mnemonic.FFREE;
import static dev.lungo.isa.Mnemonic.FFREEP;
import static dev.lungo.isa.Mnemonic.FIADD;
import static dev.lungo.isa.Mnemonic.FICOM;
import static dev.lungo.isa.Mnemonic.FICOMP;
import static dev.lungo.isa.Mnemonic.FIDIV;
import static dev.lungo.isa.Mnemonic.FIDIVR;
import static dev.lungo.isa.Mnemonic.FILD;
import static dev.lungo.isa.Mnemonic.FIMUL;
import static dev.lungo.isa.Mnemonic.FINCSTP;
import static dev.lungo.isa.Mnemonic.FIST;
import static dev.lungo.isa.Mnemonic.FISTP;
import static dev.lungo.isa.Mnemonic.FISTTP;
import static dev.lungo.isa.Mnemonic.FISUB;
import static dev.lungo.isa.Mnemonic.FISUBR;
import static dev.lungo.isa.Mnemonic.FLD;
import static dev.lungo.isa.Mnemonic.FLD1;
import static dev.lungo.isa.Mnemonic.FLDCW;
import static dev.lungo.isa.Mnemonic.FLDENV;
import static dev.lungo.isa.Mnemonic.FLDL2E;
import static dev.lungo.isa.Mnemonic.FLDL2T;
import static dev.lungo.isa.Mnemonic.FLDLG2;
import static dev.lungo.isa.Mnemonic.FLDLN2;
import static dev.lungo.isa.Mnemonic.FLDPI;
import static dev.lungo.isa.Mnemonic.FLDZ;
import static dev.lungo.isa.Mnemonic.FMUL;
import static dev.lungo.isa.Mnemonic.FMULP;
import static dev.lungo.isa.Mnemonic.FNCLEX;
import static dev.lungo.isa.Mnemonic.FNINIT;
import static dev.lungo.isa.Mnemonic.FNOP;
import static dev.lungo.isa.Mnemonic.FNSAVE;
import static dev.lungo.isa.Mnemonic.FNSTCW;
import static dev.lungo.isa.Mnemonic.FNSTENV;
import static dev.lungo.isa.Mnemonic.FNSTSW;
import static dev.lungo.isa.Mnemonic.FPATAN;
import static dev.lungo.isa.Mnemonic.FPREM;
import static dev.lungo.isa.Mnemonic.FPREM1;
import static dev.lungo.isa.Mnemonic.FPTAN;
import static dev.lungo.isa.Mnemonic.FRNDINT;
import static dev.lungo.isa.Mnemonic.FRSTOR;
import static dev.lungo.isa.Mnemonic.FSCALE;
import static dev.lungo.isa.Mnemonic.FSETPM;
import static dev.lungo.isa.Mnemonic.FSIN;
import static dev.lungo.isa.Mnemonic.FSINCOS;
import static dev.lungo.isa.Mnemonic.FSQRT;
import static dev.lungo.isa.Mnemonic.FST;
import static dev.lungo.isa.Mnemonic.FSTP;
import static dev.lungo.isa.Mnemonic.FSUB;
import static dev.lungo.isa.Mnemonic.FSUBP;
import static dev.lungo.isa.Mnemonic.FSUBR;
import static dev.lungo.isa.Mnemonic.FSUBRP;
import static dev.lungo.isa.Mnemonic.FTST;
import static dev.lungo.isa.Mnemonic.FUCOM;
import static dev.lungo.isa.Mnemonic.FUCOMI;
import static dev.lungo.isa.Mnemonic.FUCOMIP;
import static dev.lungo.isa.Mnemonic.FUCOMP;
import static dev.lungo.isa.Mnemonic.FUCOMPP;
import static dev.lungo.isa.Mnemonic.FXAM;
import static dev.lungo.isa.Mnemonic.FXCH;
import static dev.lungo.isa.Mnemonic.FXTRACT;
import static dev.lungo.isa.Mnemonic.FYL2X;
import static dev.lungo.isa.Mnemonic.FYL2XP1;
import static dev.lungo.isa.OperandCode.AX;
import static dev.lungo.isa.OperandCode.Md;
import static dev.lungo.isa.OperandCode.Menv;
import static dev.lungo.isa.OperandCode.Mq;
import static dev.lungo.isa.OperandCode.Mstate;
import static dev.lungo.isa.OperandCode.Mt;
import static dev.lungo.isa.OperandCode.Mw;
import static dev.lungo.isa.OperandCode.ST0;
import static dev.lungo.isa.OperandCode.STi;
import static dev.lungo.isa.Row.row;

/**
 * SDM 2D, "Escape Opcode Instructions" (tables ), opcodes D8h to DFh. One row per cell
 * of the memory forms, and per eight cells of the register forms, in the order of the tables.
 *
 * <p>The undocumented aliases (DC D0, DC D8, DD C8, DE D0, DF C8, DF D0, DF D8, D9 D8) and FFREEP
 * are there: every processor has them. FENI, FDISI and FSETPM do nothing since the 80387.
 */
final class X87Map {
    private X87Map() {}

    private static Row esc(int opcode, int reg, Mnemonic mnemonic, OperandCode... operands) {
        return row(opcode, mnemonic, operands).reg(reg);
    }

    // spotless:off
    static final Row[] ROWS = {
        esc(0xD8, 0, FADD, Md), esc(0xD8, 1, FMUL, Md),  esc(0xD8, 2, FCOM, Md), esc(0xD8, 3, FCOMP, Md),
        esc(0xD8, 4, FSUB, Md), esc(0xD8, 5, FSUBR, Md), esc(0xD8, 6, FDIV, Md), esc(0xD8, 7, FDIVR, Md),
        esc(0xD8, 0, FADD, ST0, STi), esc(0xD8, 1, FMUL, ST0, STi),  esc(0xD8, 2, FCOM, STi),      esc(0xD8, 3, FCOMP, STi),
        esc(0xD8, 4, FSUB, ST0, STi), esc(0xD8, 5, FSUBR, ST0, STi), esc(0xD8, 6, FDIV, ST0, STi), esc(0xD8, 7, FDIVR, ST0, STi),

        esc(0xD9, 0, FLD, Md),                           esc(0xD9, 2, FST, Md),  esc(0xD9, 3, FSTP, Md),
        esc(0xD9, 4, FLDENV, Menv), esc(0xD9, 5, FLDCW, Mw), esc(0xD9, 6, FNSTENV, Menv), esc(0xD9, 7, FNSTCW, Mw),
        esc(0xD9, 0, FLD, STi),       esc(0xD9, 1, FXCH, STi),       row(0xD9, FNOP).modrm(0xD0),  esc(0xD9, 3, FSTP, STi),
        row(0xD9, FCHS).modrm(0xE0),  row(0xD9, FABS).modrm(0xE1),   row(0xD9, FTST).modrm(0xE4),  row(0xD9, FXAM).modrm(0xE5),
        row(0xD9, FLD1).modrm(0xE8),  row(0xD9, FLDL2T).modrm(0xE9), row(0xD9, FLDL2E).modrm(0xEA), row(0xD9, FLDPI).modrm(0xEB),
        row(0xD9, FLDLG2).modrm(0xEC), row(0xD9, FLDLN2).modrm(0xED), row(0xD9, FLDZ).modrm(0xEE),
        row(0xD9, F2XM1).modrm(0xF0), row(0xD9, FYL2X).modrm(0xF1),  row(0xD9, FPTAN).modrm(0xF2), row(0xD9, FPATAN).modrm(0xF3),
        row(0xD9, FXTRACT).modrm(0xF4), row(0xD9, FPREM1).modrm(0xF5), row(0xD9, FDECSTP).modrm(0xF6), row(0xD9, FINCSTP).modrm(0xF7),
        row(0xD9, FPREM).modrm(0xF8), row(0xD9, FYL2XP1).modrm(0xF9), row(0xD9, FSQRT).modrm(0xFA), row(0xD9, FSINCOS).modrm(0xFB),
        row(0xD9, FRNDINT).modrm(0xFC), row(0xD9, FSCALE).modrm(0xFD), row(0xD9, FSIN).modrm(0xFE), row(0xD9, FCOS).modrm(0xFF),

        esc(0xDA, 0, FIADD, Md), esc(0xDA, 1, FIMUL, Md),  esc(0xDA, 2, FICOM, Md), esc(0xDA, 3, FICOMP, Md),
        esc(0xDA, 4, FISUB, Md), esc(0xDA, 5, FISUBR, Md), esc(0xDA, 6, FIDIV, Md), esc(0xDA, 7, FIDIVR, Md),
        esc(0xDA, 0, FCMOVB, ST0, STi), esc(0xDA, 1, FCMOVE, ST0, STi), esc(0xDA, 2, FCMOVBE, ST0, STi), esc(0xDA, 3, FCMOVU, ST0, STi),
        row(0xDA, FUCOMPP).modrm(0xE9),

        esc(0xDB, 0, FILD, Md), esc(0xDB, 1, FISTTP, Md), esc(0xDB, 2, FIST, Md), esc(0xDB, 3, FISTP, Md),
        esc(0xDB, 5, FLD, Mt),  esc(0xDB, 7, FSTP, Mt),
        esc(0xDB, 0, FCMOVNB, ST0, STi), esc(0xDB, 1, FCMOVNE, ST0, STi), esc(0xDB, 2, FCMOVNBE, ST0, STi), esc(0xDB, 3, FCMOVNU, ST0, STi),
        row(0xDB, FENI).modrm(0xE0), row(0xDB, FDISI).modrm(0xE1), row(0xDB, FNCLEX).modrm(0xE2), row(0xDB, FNINIT).modrm(0xE3),
        row(0xDB, FSETPM).modrm(0xE4),
        esc(0xDB, 5, FUCOMI, ST0, STi), esc(0xDB, 6, FCOMI, ST0, STi),

        esc(0xDC, 0, FADD, Mq), esc(0xDC, 1, FMUL, Mq),  esc(0xDC, 2, FCOM, Mq), esc(0xDC, 3, FCOMP, Mq),
        esc(0xDC, 4, FSUB, Mq), esc(0xDC, 5, FSUBR, Mq), esc(0xDC, 6, FDIV, Mq), esc(0xDC, 7, FDIVR, Mq),
        esc(0xDC, 0, FADD, STi, ST0),  esc(0xDC, 1, FMUL, STi, ST0), esc(0xDC, 2, FCOM, STi),       esc(0xDC, 3, FCOMP, STi),
        esc(0xDC, 4, FSUBR, STi, ST0), esc(0xDC, 5, FSUB, STi, ST0), esc(0xDC, 6, FDIVR, STi, ST0), esc(0xDC, 7, FDIV, STi, ST0),

        esc(0xDD, 0, FLD, Mq),        esc(0xDD, 1, FISTTP, Mq), esc(0xDD, 2, FST, Mq),        esc(0xDD, 3, FSTP, Mq),
        esc(0xDD, 4, FRSTOR, Mstate), esc(0xDD, 6, FNSAVE, Mstate), esc(0xDD, 7, FNSTSW, Mw),
        esc(0xDD, 0, FFREE, STi), esc(0xDD, 1, FXCH, STi), esc(0xDD, 2, FST, STi), esc(0xDD, 3, FSTP, STi),
        esc(0xDD, 4, FUCOM, STi), esc(0xDD, 5, FUCOMP, STi),

        esc(0xDE, 0, FIADD, Mw), esc(0xDE, 1, FIMUL, Mw),  esc(0xDE, 2, FICOM, Mw), esc(0xDE, 3, FICOMP, Mw),
        esc(0xDE, 4, FISUB, Mw), esc(0xDE, 5, FISUBR, Mw), esc(0xDE, 6, FIDIV, Mw), esc(0xDE, 7, FIDIVR, Mw),
        esc(0xDE, 0, FADDP, STi, ST0),  esc(0xDE, 1, FMULP, STi, ST0), esc(0xDE, 2, FCOMP, STi),       row(0xDE, FCOMPP).modrm(0xD9),
        esc(0xDE, 4, FSUBRP, STi, ST0), esc(0xDE, 5, FSUBP, STi, ST0), esc(0xDE, 6, FDIVRP, STi, ST0), esc(0xDE, 7, FDIVP, STi, ST0),

        esc(0xDF, 0, FILD, Mw), esc(0xDF, 1, FISTTP, Mw), esc(0xDF, 2, FIST, Mw),  esc(0xDF, 3, FISTP, Mw),
        esc(0xDF, 4, FBLD, Mt), esc(0xDF, 5, FILD, Mq),   esc(0xDF, 6, FBSTP, Mt), esc(0xDF, 7, FISTP, Mq),
        esc(0xDF, 0, FFREEP, STi), esc(0xDF, 1, FXCH, STi), esc(0xDF, 2, FSTP, STi), esc(0xDF, 3, FSTP, STi),
        row(0xDF, FNSTSW, AX).modrm(0xE0), esc(0xDF, 5, FUCOMIP, ST0, STi), esc(0xDF, 6, FCOMIP, ST0, STi),
    };
    // spotless:on
}
