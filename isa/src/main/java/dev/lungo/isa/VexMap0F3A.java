package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.RORX;
import static dev.lungo.isa.Mnemonic.VAESKEYGENASSIST;
import static dev.lungo.isa.Mnemonic.VBLENDPD;
import static dev.lungo.isa.Mnemonic.VBLENDPS;
import static dev.lungo.isa.Mnemonic.VBLENDVPD;
import static dev.lungo.isa.Mnemonic.VBLENDVPS;
import static dev.lungo.isa.Mnemonic.VCVTPS2PH;
import static dev.lungo.isa.Mnemonic.VDPPD;
import static dev.lungo.isa.Mnemonic.VDPPS;
import static dev.lungo.isa.Mnemonic.VEXTRACTF128;
import static dev.lungo.isa.Mnemonic.VEXTRACTI128;
import static dev.lungo.isa.Mnemonic.VEXTRACTPS;
import static dev.lungo.isa.Mnemonic.VINSERTF128;
import static dev.lungo.isa.Mnemonic.VINSERTI128;
import static dev.lungo.isa.Mnemonic.VINSERTPS;
import static dev.lungo.isa.Mnemonic.VMPSADBW;
import static dev.lungo.isa.Mnemonic.VPALIGNR;
import static dev.lungo.isa.Mnemonic.VPBLENDD;
import static dev.lungo.isa.Mnemonic.VPBLENDVB;
import static dev.lungo.isa.Mnemonic.VPBLENDW;
import static dev.lungo.isa.Mnemonic.VPCLMULQDQ;
import static dev.lungo.isa.Mnemonic.VPCMPESTRI;
import static dev.lungo.isa.Mnemonic.VPCMPESTRM;
import static dev.lungo.isa.Mnemonic.VPCMPISTRI;
import static dev.lungo.isa.Mnemonic.VPCMPISTRM;
import static dev.lungo.isa.Mnemonic.VPERM2F128;
import static dev.lungo.isa.Mnemonic.VPERM2I128;
import static dev.lungo.isa.Mnemonic.VPERMILPD;
import static dev.lungo.isa.Mnemonic.VPERMILPS;
import static dev.lungo.isa.Mnemonic.VPERMPD;
import static dev.lungo.isa.Mnemonic.VPERMQ;
import static dev.lungo.isa.Mnemonic.VPEXTRB;
import static dev.lungo.isa.Mnemonic.VPEXTRD;
import static dev.lungo.isa.Mnemonic.VPEXTRQ;
import static dev.lungo.isa.Mnemonic.VPEXTRW;
import static dev.lungo.isa.Mnemonic.VPINSRB;
import static dev.lungo.isa.Mnemonic.VPINSRD;
import static dev.lungo.isa.Mnemonic.VPINSRQ;
import static dev.lungo.isa.Mnemonic.VROUNDPD;
import static dev.lungo.isa.Mnemonic.VROUNDPS;
import static dev.lungo.isa.Mnemonic.VROUNDSD;
import static dev.lungo.isa.Mnemonic.VROUNDSS;
import static dev.lungo.isa.OperandCode.Ey;
import static dev.lungo.isa.OperandCode.Gy;
import static dev.lungo.isa.OperandCode.Hdq;
import static dev.lungo.isa.OperandCode.Hqq;
import static dev.lungo.isa.OperandCode.Hx;
import static dev.lungo.isa.OperandCode.Ib;
import static dev.lungo.isa.OperandCode.Lx;
import static dev.lungo.isa.OperandCode.RyMb;
import static dev.lungo.isa.OperandCode.RyMd;
import static dev.lungo.isa.OperandCode.RyMw;
import static dev.lungo.isa.OperandCode.Vdq;
import static dev.lungo.isa.OperandCode.Vqq;
import static dev.lungo.isa.OperandCode.Vx;
import static dev.lungo.isa.OperandCode.Wd;
import static dev.lungo.isa.OperandCode.Wdq;
import static dev.lungo.isa.OperandCode.Wq;
import static dev.lungo.isa.OperandCode.Wqq;
import static dev.lungo.isa.OperandCode.Wsd;
import static dev.lungo.isa.OperandCode.Wss;
import static dev.lungo.isa.OperandCode.Wx;
import static dev.lungo.isa.Row.p66;
import static dev.lungo.isa.Row.pF2;

/**
 * The VEX forms of SDM 2D, "Three-byte Opcode Map" for 0F 3Ah (table A-5), that is, with VEX.mmmmm
 * = 3. One row per cell, pp, W and L, in the order of the table.
 *
 * <p>Not here: 256-bit carry-less multiplication (VPCLMULQDQ), FMA4, mask-register instructions.
 */
final class VexMap0F3A {
    private VexMap0F3A() {}

    // spotless:off
    static final Row[] ROWS = {
        p66(0x00, VPERMQ, Vqq, Wqq, Ib).w1().l1(), p66(0x01, VPERMPD, Vqq, Wqq, Ib).w1().l1(), p66(0x02, VPBLENDD, Vx, Hx, Wx, Ib).w0(),
        p66(0x04, VPERMILPS, Vx, Wx, Ib).w0(), p66(0x05, VPERMILPD, Vx, Wx, Ib).w0(), p66(0x06, VPERM2F128, Vqq, Hqq, Wqq, Ib).w0().l1(),
        p66(0x08, VROUNDPS, Vx, Wx, Ib), p66(0x09, VROUNDPD, Vx, Wx, Ib), p66(0x0A, VROUNDSS, Vdq, Hdq, Wss, Ib), p66(0x0B, VROUNDSD, Vdq, Hdq, Wsd, Ib),
        p66(0x0C, VBLENDPS, Vx, Hx, Wx, Ib), p66(0x0D, VBLENDPD, Vx, Hx, Wx, Ib), p66(0x0E, VPBLENDW, Vx, Hx, Wx, Ib), p66(0x0F, VPALIGNR, Vx, Hx, Wx, Ib),
        p66(0x14, VPEXTRB, RyMb, Vdq, Ib).l0(), p66(0x15, VPEXTRW, RyMw, Vdq, Ib).l0(),
        p66(0x16, VPEXTRQ, Ey, Vdq, Ib).l0().operand64(), p66(0x16, VPEXTRD, Ey, Vdq, Ib).l0(), p66(0x17, VEXTRACTPS, RyMd, Vdq, Ib).l0(),
        p66(0x18, VINSERTF128, Vqq, Hqq, Wdq, Ib).w0().l1(), p66(0x19, VEXTRACTF128, Wdq, Vqq, Ib).w0().l1(),
        p66(0x1D, VCVTPS2PH, Wq, Vdq, Ib).w0().l0(), p66(0x1D, VCVTPS2PH, Wdq, Vqq, Ib).w0().l1(),
        p66(0x20, VPINSRB, Vdq, Hdq, RyMb, Ib).l0(), p66(0x21, VINSERTPS, Vdq, Hdq, Wd, Ib).l0(),
        p66(0x22, VPINSRQ, Vdq, Hdq, Ey, Ib).l0().operand64(), p66(0x22, VPINSRD, Vdq, Hdq, Ey, Ib).l0(),
        p66(0x38, VINSERTI128, Vqq, Hqq, Wdq, Ib).w0().l1(), p66(0x39, VEXTRACTI128, Wdq, Vqq, Ib).w0().l1(),
        p66(0x40, VDPPS, Vx, Hx, Wx, Ib), p66(0x41, VDPPD, Vdq, Hdq, Wdq, Ib).l0(), p66(0x42, VMPSADBW, Vx, Hx, Wx, Ib),
        p66(0x44, VPCLMULQDQ, Vdq, Hdq, Wdq, Ib).l0(), p66(0x46, VPERM2I128, Vqq, Hqq, Wqq, Ib).w0().l1(),
        p66(0x4A, VBLENDVPS, Vx, Hx, Wx, Lx).w0(), p66(0x4B, VBLENDVPD, Vx, Hx, Wx, Lx).w0(), p66(0x4C, VPBLENDVB, Vx, Hx, Wx, Lx).w0(),
        p66(0x60, VPCMPESTRM, Vdq, Wdq, Ib).l0(), p66(0x61, VPCMPESTRI, Vdq, Wdq, Ib).l0(),
        p66(0x62, VPCMPISTRM, Vdq, Wdq, Ib).l0(), p66(0x63, VPCMPISTRI, Vdq, Wdq, Ib).l0(),
        p66(0xDF, VAESKEYGENASSIST, Vdq, Wdq, Ib).l0(), pF2(0xF0, RORX, Gy, Ey, Ib).l0(),
    };
    // spotless:on
}
