package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.AESKEYGENASSIST;
import static dev.lungo.isa.Mnemonic.BLENDPD;
import static dev.lungo.isa.Mnemonic.BLENDPS;
import static dev.lungo.isa.Mnemonic.DPPD;
import static dev.lungo.isa.Mnemonic.DPPS;
import static dev.lungo.isa.Mnemonic.EXTRACTPS;
import static dev.lungo.isa.Mnemonic.INSERTPS;
import static dev.lungo.isa.Mnemonic.MPSADBW;
import static dev.lungo.isa.Mnemonic.PALIGNR;
import static dev.lungo.isa.Mnemonic.PBLENDW;
import static dev.lungo.isa.Mnemonic.PCLMULQDQ;
import static dev.lungo.isa.Mnemonic.PCMPESTRI;
import static dev.lungo.isa.Mnemonic.PCMPESTRM;
import static dev.lungo.isa.Mnemonic.PCMPISTRI;
import static dev.lungo.isa.Mnemonic.PCMPISTRM;
import static dev.lungo.isa.Mnemonic.PEXTRB;
import static dev.lungo.isa.Mnemonic.PEXTRD;
import static dev.lungo.isa.Mnemonic.PEXTRQ;
import static dev.lungo.isa.Mnemonic.PEXTRW;
import static dev.lungo.isa.Mnemonic.PINSRB;
import static dev.lungo.isa.Mnemonic.PINSRD;
import static dev.lungo.isa.Mnemonic.PINSRQ;
import static dev.lungo.isa.Mnemonic.ROUNDPD;
import static dev.lungo.isa.Mnemonic.ROUNDPS;
import static dev.lungo.isa.Mnemonic.ROUNDSD;
import static dev.lungo.isa.Mnemonic.ROUNDSS;
import static dev.lungo.isa.Mnemonic.SHA1RNDS4;
import static dev.lungo.isa.OperandCode.Ey;
import static dev.lungo.isa.OperandCode.Ib;
import static dev.lungo.isa.OperandCode.Pq;
import static dev.lungo.isa.OperandCode.Qq;
import static dev.lungo.isa.OperandCode.RyMb;
import static dev.lungo.isa.OperandCode.RyMd;
import static dev.lungo.isa.OperandCode.RyMw;
import static dev.lungo.isa.OperandCode.Vdq;
import static dev.lungo.isa.OperandCode.Vsd;
import static dev.lungo.isa.OperandCode.Vss;
import static dev.lungo.isa.OperandCode.Vx;
import static dev.lungo.isa.OperandCode.Wd;
import static dev.lungo.isa.OperandCode.Wdq;
import static dev.lungo.isa.OperandCode.Wsd;
import static dev.lungo.isa.OperandCode.Wss;
import static dev.lungo.isa.OperandCode.Wx;
import static dev.lungo.isa.Row.np;
import static dev.lungo.isa.Row.p66;

/**
 * SDM 2D, "Three-byte Opcode Map" for opcodes that follow 0F 3Ah (table A-5), without their VEX
 * forms. One row per cell and mandatory prefix, in the order of the table.
 */
final class Map0F3A {
    private Map0F3A() {}

    // spotless:off
    static final Row[] ROWS = {
        p66(0x08, ROUNDPS, Vx, Wx, Ib),   p66(0x09, ROUNDPD, Vx, Wx, Ib),   p66(0x0A, ROUNDSS, Vss, Wss, Ib),
        p66(0x0B, ROUNDSD, Vsd, Wsd, Ib), p66(0x0C, BLENDPS, Vx, Wx, Ib),   p66(0x0D, BLENDPD, Vx, Wx, Ib),
        p66(0x0E, PBLENDW, Vx, Wx, Ib),   np(0x0F, PALIGNR, Pq, Qq, Ib),    p66(0x0F, PALIGNR, Vx, Wx, Ib),
        p66(0x14, PEXTRB, RyMb, Vdq, Ib), p66(0x15, PEXTRW, RyMw, Vdq, Ib),
        p66(0x16, PEXTRQ, Ey, Vdq, Ib).operand64(), p66(0x16, PEXTRD, Ey, Vdq, Ib), p66(0x17, EXTRACTPS, RyMd, Vdq, Ib),
        p66(0x20, PINSRB, Vdq, RyMb, Ib), p66(0x21, INSERTPS, Vdq, Wd, Ib),
        p66(0x22, PINSRQ, Vdq, Ey, Ib).operand64(), p66(0x22, PINSRD, Vdq, Ey, Ib),
        p66(0x40, DPPS, Vx, Wx, Ib),      p66(0x41, DPPD, Vdq, Wdq, Ib),    p66(0x42, MPSADBW, Vx, Wx, Ib),
        p66(0x44, PCLMULQDQ, Vdq, Wdq, Ib),
        p66(0x60, PCMPESTRM, Vdq, Wdq, Ib), p66(0x61, PCMPESTRI, Vdq, Wdq, Ib),
        p66(0x62, PCMPISTRM, Vdq, Wdq, Ib), p66(0x63, PCMPISTRI, Vdq, Wdq, Ib),
        np(0xCC, SHA1RNDS4, Vdq, Wdq, Ib), p66(0xDF, AESKEYGENASSIST, Vdq, Wdq, Ib),
    };
    // spotless:on
}
