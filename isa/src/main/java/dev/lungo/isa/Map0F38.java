package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.ADCX;
import static dev.lungo.isa.Mnemonic.ADOX;
import static dev.lungo.isa.Mnemonic.AESDEC;
import static dev.lungo.isa.Mnemonic.AESDECLAST;
import static dev.lungo.isa.Mnemonic.AESENC;
import static dev.lungo.isa.Mnemonic.AESENCLAST;
import static dev.lungo.isa.Mnemonic.AESIMC;
import static dev.lungo.isa.Mnemonic.BLENDVPD;
import static dev.lungo.isa.Mnemonic.BLENDVPS;
import static dev.lungo.isa.Mnemonic.CRC32;
import static dev.lungo.isa.Mnemonic.INVEPT;
import static dev.lungo.isa.Mnemonic.INVPCID;
import static dev.lungo.isa.Mnemonic.INVVPID;
import static dev.lungo.isa.Mnemonic.MOVBE;
import static dev.lungo.isa.Mnemonic.MOVNTDQA;
import static dev.lungo.isa.Mnemonic.PABSB;
import static dev.lungo.isa.Mnemonic.PABSD;
import static dev.lungo.isa.Mnemonic.PABSW;
import static dev.lungo.isa.Mnemonic.PACKUSDW;
import static dev.lungo.isa.Mnemonic.PBLENDVB;
import static dev.lungo.isa.Mnemonic.PCMPEQQ;
import static dev.lungo.isa.Mnemonic.PCMPGTQ;
import static dev.lungo.isa.Mnemonic.PHADDD;
import static dev.lungo.isa.Mnemonic.PHADDSW;
import static dev.lungo.isa.Mnemonic.PHADDW;
import static dev.lungo.isa.Mnemonic.PHMINPOSUW;
import static dev.lungo.isa.Mnemonic.PHSUBD;
import static dev.lungo.isa.Mnemonic.PHSUBSW;
import static dev.lungo.isa.Mnemonic.PHSUBW;
import static dev.lungo.isa.Mnemonic.PMADDUBSW;
import static dev.lungo.isa.Mnemonic.PMAXSB;
import static dev.lungo.isa.Mnemonic.PMAXSD;
import static dev.lungo.isa.Mnemonic.PMAXUD;
import static dev.lungo.isa.Mnemonic.PMAXUW;
import static dev.lungo.isa.Mnemonic.PMINSB;
import static dev.lungo.isa.Mnemonic.PMINSD;
import static dev.lungo.isa.Mnemonic.PMINUD;
import static dev.lungo.isa.Mnemonic.PMINUW;
import static dev.lungo.isa.Mnemonic.PMOVSXBD;
import static dev.lungo.isa.Mnemonic.PMOVSXBQ;
import static dev.lungo.isa.Mnemonic.PMOVSXBW;
import static dev.lungo.isa.Mnemonic.PMOVSXDQ;
import static dev.lungo.isa.Mnemonic.PMOVSXWD;
import static dev.lungo.isa.Mnemonic.PMOVSXWQ;
import static dev.lungo.isa.Mnemonic.PMOVZXBD;
import static dev.lungo.isa.Mnemonic.PMOVZXBQ;
import static dev.lungo.isa.Mnemonic.PMOVZXBW;
import static dev.lungo.isa.Mnemonic.PMOVZXDQ;
import static dev.lungo.isa.Mnemonic.PMOVZXWD;
import static dev.lungo.isa.Mnemonic.PMOVZXWQ;
import static dev.lungo.isa.Mnemonic.PMULDQ;
import static dev.lungo.isa.Mnemonic.PMULHRSW;
import static dev.lungo.isa.Mnemonic.PMULLD;
import static dev.lungo.isa.Mnemonic.PSHUFB;
import static dev.lungo.isa.Mnemonic.PSIGNB;
import static dev.lungo.isa.Mnemonic.PSIGND;
import static dev.lungo.isa.Mnemonic.PSIGNW;
import static dev.lungo.isa.Mnemonic.PTEST;
import static dev.lungo.isa.Mnemonic.SHA1MSG1;
import static dev.lungo.isa.Mnemonic.SHA1MSG2;
import static dev.lungo.isa.Mnemonic.SHA1NEXTE;
import static dev.lungo.isa.Mnemonic.SHA256MSG1;
import static dev.lungo.isa.Mnemonic.SHA256MSG2;
import static dev.lungo.isa.Mnemonic.SHA256RNDS2;
import static dev.lungo.isa.Mnemonic.WRSS;
import static dev.lungo.isa.Mnemonic.WRUSS;
import static dev.lungo.isa.OperandCode.Eb;
import static dev.lungo.isa.OperandCode.Ev;
import static dev.lungo.isa.OperandCode.Ey;
import static dev.lungo.isa.OperandCode.Gv;
import static dev.lungo.isa.OperandCode.Gy;
import static dev.lungo.isa.OperandCode.Mdq;
import static dev.lungo.isa.OperandCode.Mv;
import static dev.lungo.isa.OperandCode.Mx;
import static dev.lungo.isa.OperandCode.My;
import static dev.lungo.isa.OperandCode.Pq;
import static dev.lungo.isa.OperandCode.Qq;
import static dev.lungo.isa.OperandCode.Vdq;
import static dev.lungo.isa.OperandCode.Vx;
import static dev.lungo.isa.OperandCode.Wd;
import static dev.lungo.isa.OperandCode.Wdq;
import static dev.lungo.isa.OperandCode.Wq;
import static dev.lungo.isa.OperandCode.Ww;
import static dev.lungo.isa.OperandCode.Wx;
import static dev.lungo.isa.OperandCode.XMM0;
import static dev.lungo.isa.Row.nfx;
import static dev.lungo.isa.Row.np;
import static dev.lungo.isa.Row.p66;
import static dev.lungo.isa.Row.pF2;
import static dev.lungo.isa.Row.pF3;

/**
 * SDM 2D, "Three-byte Opcode Map" for opcodes that follow 0F 38h (table A-4), without their VEX
 * forms. One row per cell and mandatory prefix, in the order of the table.
 */
final class Map0F38 {
    private Map0F38() {}

    // spotless:off
    static final Row[] ROWS = {
        np(0x00, PSHUFB, Pq, Qq),    p66(0x00, PSHUFB, Vx, Wx),    np(0x01, PHADDW, Pq, Qq),   p66(0x01, PHADDW, Vx, Wx),
        np(0x02, PHADDD, Pq, Qq),    p66(0x02, PHADDD, Vx, Wx),    np(0x03, PHADDSW, Pq, Qq),  p66(0x03, PHADDSW, Vx, Wx),
        np(0x04, PMADDUBSW, Pq, Qq), p66(0x04, PMADDUBSW, Vx, Wx), np(0x05, PHSUBW, Pq, Qq),   p66(0x05, PHSUBW, Vx, Wx),
        np(0x06, PHSUBD, Pq, Qq),    p66(0x06, PHSUBD, Vx, Wx),    np(0x07, PHSUBSW, Pq, Qq),  p66(0x07, PHSUBSW, Vx, Wx),
        np(0x08, PSIGNB, Pq, Qq),    p66(0x08, PSIGNB, Vx, Wx),    np(0x09, PSIGNW, Pq, Qq),   p66(0x09, PSIGNW, Vx, Wx),
        np(0x0A, PSIGND, Pq, Qq),    p66(0x0A, PSIGND, Vx, Wx),    np(0x0B, PMULHRSW, Pq, Qq), p66(0x0B, PMULHRSW, Vx, Wx),
        p66(0x10, PBLENDVB, Vdq, Wdq, XMM0), p66(0x14, BLENDVPS, Vdq, Wdq, XMM0), p66(0x15, BLENDVPD, Vdq, Wdq, XMM0),
        p66(0x17, PTEST, Vx, Wx),
        np(0x1C, PABSB, Pq, Qq),     p66(0x1C, PABSB, Vx, Wx),     np(0x1D, PABSW, Pq, Qq),    p66(0x1D, PABSW, Vx, Wx),
        np(0x1E, PABSD, Pq, Qq),     p66(0x1E, PABSD, Vx, Wx),
        p66(0x20, PMOVSXBW, Vx, Wq), p66(0x21, PMOVSXBD, Vx, Wd),  p66(0x22, PMOVSXBQ, Vx, Ww),
        p66(0x23, PMOVSXWD, Vx, Wq), p66(0x24, PMOVSXWQ, Vx, Wd),  p66(0x25, PMOVSXDQ, Vx, Wq),
        p66(0x28, PMULDQ, Vx, Wx),   p66(0x29, PCMPEQQ, Vx, Wx),   p66(0x2A, MOVNTDQA, Vx, Mx), p66(0x2B, PACKUSDW, Vx, Wx),
        p66(0x30, PMOVZXBW, Vx, Wq), p66(0x31, PMOVZXBD, Vx, Wd),  p66(0x32, PMOVZXBQ, Vx, Ww),
        p66(0x33, PMOVZXWD, Vx, Wq), p66(0x34, PMOVZXWQ, Vx, Wd),  p66(0x35, PMOVZXDQ, Vx, Wq),
        p66(0x37, PCMPGTQ, Vx, Wx),  p66(0x38, PMINSB, Vx, Wx),    p66(0x39, PMINSD, Vx, Wx),  p66(0x3A, PMINUW, Vx, Wx),
        p66(0x3B, PMINUD, Vx, Wx),   p66(0x3C, PMAXSB, Vx, Wx),    p66(0x3D, PMAXSD, Vx, Wx),  p66(0x3E, PMAXUW, Vx, Wx),
        p66(0x3F, PMAXUD, Vx, Wx),   p66(0x40, PMULLD, Vx, Wx),    p66(0x41, PHMINPOSUW, Vdq, Wdq),
        p66(0x80, INVEPT, Gy, Mdq).f64(), p66(0x81, INVVPID, Gy, Mdq).f64(), p66(0x82, INVPCID, Gy, Mdq).f64(),
        np(0xC8, SHA1NEXTE, Vdq, Wdq), np(0xC9, SHA1MSG1, Vdq, Wdq), np(0xCA, SHA1MSG2, Vdq, Wdq),
        np(0xCB, SHA256RNDS2, Vdq, Wdq, XMM0), np(0xCC, SHA256MSG1, Vdq, Wdq), np(0xCD, SHA256MSG2, Vdq, Wdq),
        p66(0xDB, AESIMC, Vdq, Wdq), p66(0xDC, AESENC, Vdq, Wdq),  p66(0xDD, AESENCLAST, Vdq, Wdq),
        p66(0xDE, AESDEC, Vdq, Wdq), p66(0xDF, AESDECLAST, Vdq, Wdq),
        nfx(0xF0, MOVBE, Gv, Mv),    pF2(0xF0, CRC32, Gy, Eb),
        nfx(0xF1, MOVBE, Mv, Gv),    pF2(0xF1, CRC32, Gy, Ev),
        p66(0xF5, WRUSS, My, Gy),
        np(0xF6, WRSS, My, Gy),      p66(0xF6, ADCX, Gy, Ey),      pF3(0xF6, ADOX, Gy, Ey),
    };
    // spotless:on
}
