package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.VADDPD;
import static dev.lungo.isa.Mnemonic.VADDPS;
import static dev.lungo.isa.Mnemonic.VADDSD;
import static dev.lungo.isa.Mnemonic.VADDSS;
import static dev.lungo.isa.Mnemonic.VADDSUBPD;
import static dev.lungo.isa.Mnemonic.VADDSUBPS;
import static dev.lungo.isa.Mnemonic.VANDNPD;
import static dev.lungo.isa.Mnemonic.VANDNPS;
import static dev.lungo.isa.Mnemonic.VANDPD;
import static dev.lungo.isa.Mnemonic.VANDPS;
import static dev.lungo.isa.Mnemonic.VCMPPD;
import static dev.lungo.isa.Mnemonic.VCMPPS;
import static dev.lungo.isa.Mnemonic.VCMPSD;
import static dev.lungo.isa.Mnemonic.VCMPSS;
import static dev.lungo.isa.Mnemonic.VCOMISD;
import static dev.lungo.isa.Mnemonic.VCOMISS;
import static dev.lungo.isa.Mnemonic.VCVTDQ2PD;
import static dev.lungo.isa.Mnemonic.VCVTDQ2PS;
import static dev.lungo.isa.Mnemonic.VCVTPD2DQ;
import static dev.lungo.isa.Mnemonic.VCVTPD2PS;
import static dev.lungo.isa.Mnemonic.VCVTPS2DQ;
import static dev.lungo.isa.Mnemonic.VCVTPS2PD;
import static dev.lungo.isa.Mnemonic.VCVTSD2SI;
import static dev.lungo.isa.Mnemonic.VCVTSD2SS;
import static dev.lungo.isa.Mnemonic.VCVTSI2SD;
import static dev.lungo.isa.Mnemonic.VCVTSI2SS;
import static dev.lungo.isa.Mnemonic.VCVTSS2SD;
import static dev.lungo.isa.Mnemonic.VCVTSS2SI;
import static dev.lungo.isa.Mnemonic.VCVTTPD2DQ;
import static dev.lungo.isa.Mnemonic.VCVTTPS2DQ;
import static dev.lungo.isa.Mnemonic.VCVTTSD2SI;
import static dev.lungo.isa.Mnemonic.VCVTTSS2SI;
import static dev.lungo.isa.Mnemonic.VDIVPD;
import static dev.lungo.isa.Mnemonic.VDIVPS;
import static dev.lungo.isa.Mnemonic.VDIVSD;
import static dev.lungo.isa.Mnemonic.VDIVSS;
import static dev.lungo.isa.Mnemonic.VHADDPD;
import static dev.lungo.isa.Mnemonic.VHADDPS;
import static dev.lungo.isa.Mnemonic.VHSUBPD;
import static dev.lungo.isa.Mnemonic.VHSUBPS;
import static dev.lungo.isa.Mnemonic.VLDDQU;
import static dev.lungo.isa.Mnemonic.VLDMXCSR;
import static dev.lungo.isa.Mnemonic.VMASKMOVDQU;
import static dev.lungo.isa.Mnemonic.VMAXPD;
import static dev.lungo.isa.Mnemonic.VMAXPS;
import static dev.lungo.isa.Mnemonic.VMAXSD;
import static dev.lungo.isa.Mnemonic.VMAXSS;
import static dev.lungo.isa.Mnemonic.VMINPD;
import static dev.lungo.isa.Mnemonic.VMINPS;
import static dev.lungo.isa.Mnemonic.VMINSD;
import static dev.lungo.isa.Mnemonic.VMINSS;
import static dev.lungo.isa.Mnemonic.VMOVAPD;
import static dev.lungo.isa.Mnemonic.VMOVAPS;
import static dev.lungo.isa.Mnemonic.VMOVD;
import static dev.lungo.isa.Mnemonic.VMOVDDUP;
import static dev.lungo.isa.Mnemonic.VMOVDQA;
import static dev.lungo.isa.Mnemonic.VMOVDQU;
import static dev.lungo.isa.Mnemonic.VMOVHLPS;
import static dev.lungo.isa.Mnemonic.VMOVHPD;
import static dev.lungo.isa.Mnemonic.VMOVHPS;
import static dev.lungo.isa.Mnemonic.VMOVLHPS;
import static dev.lungo.isa.Mnemonic.VMOVLPD;
import static dev.lungo.isa.Mnemonic.VMOVLPS;
import static dev.lungo.isa.Mnemonic.VMOVMSKPD;
import static dev.lungo.isa.Mnemonic.VMOVMSKPS;
import static dev.lungo.isa.Mnemonic.VMOVNTDQ;
import static dev.lungo.isa.Mnemonic.VMOVNTPD;
import static dev.lungo.isa.Mnemonic.VMOVNTPS;
import static dev.lungo.isa.Mnemonic.VMOVQ;
import static dev.lungo.isa.Mnemonic.VMOVSD;
import static dev.lungo.isa.Mnemonic.VMOVSHDUP;
import static dev.lungo.isa.Mnemonic.VMOVSLDUP;
import static dev.lungo.isa.Mnemonic.VMOVSS;
import static dev.lungo.isa.Mnemonic.VMOVUPD;
import static dev.lungo.isa.Mnemonic.VMOVUPS;
import static dev.lungo.isa.Mnemonic.VMULPD;
import static dev.lungo.isa.Mnemonic.VMULPS;
import static dev.lungo.isa.Mnemonic.VMULSD;
import static dev.lungo.isa.Mnemonic.VMULSS;
import static dev.lungo.isa.Mnemonic.VORPD;
import static dev.lungo.isa.Mnemonic.VORPS;
import static dev.lungo.isa.Mnemonic.VPACKSSDW;
import static dev.lungo.isa.Mnemonic.VPACKSSWB;
import static dev.lungo.isa.Mnemonic.VPACKUSWB;
import static dev.lungo.isa.Mnemonic.VPADDB;
import static dev.lungo.isa.Mnemonic.VPADDD;
import static dev.lungo.isa.Mnemonic.VPADDQ;
import static dev.lungo.isa.Mnemonic.VPADDSB;
import static dev.lungo.isa.Mnemonic.VPADDSW;
import static dev.lungo.isa.Mnemonic.VPADDUSB;
import static dev.lungo.isa.Mnemonic.VPADDUSW;
import static dev.lungo.isa.Mnemonic.VPADDW;
import static dev.lungo.isa.Mnemonic.VPAND;
import static dev.lungo.isa.Mnemonic.VPANDN;
import static dev.lungo.isa.Mnemonic.VPAVGB;
import static dev.lungo.isa.Mnemonic.VPAVGW;
import static dev.lungo.isa.Mnemonic.VPCMPEQB;
import static dev.lungo.isa.Mnemonic.VPCMPEQD;
import static dev.lungo.isa.Mnemonic.VPCMPEQW;
import static dev.lungo.isa.Mnemonic.VPCMPGTB;
import static dev.lungo.isa.Mnemonic.VPCMPGTD;
import static dev.lungo.isa.Mnemonic.VPCMPGTW;
import static dev.lungo.isa.Mnemonic.VPEXTRW;
import static dev.lungo.isa.Mnemonic.VPINSRW;
import static dev.lungo.isa.Mnemonic.VPMADDWD;
import static dev.lungo.isa.Mnemonic.VPMAXSW;
import static dev.lungo.isa.Mnemonic.VPMAXUB;
import static dev.lungo.isa.Mnemonic.VPMINSW;
import static dev.lungo.isa.Mnemonic.VPMINUB;
import static dev.lungo.isa.Mnemonic.VPMOVMSKB;
import static dev.lungo.isa.Mnemonic.VPMULHUW;
import static dev.lungo.isa.Mnemonic.VPMULHW;
import static dev.lungo.isa.Mnemonic.VPMULLW;
import static dev.lungo.isa.Mnemonic.VPMULUDQ;
import static dev.lungo.isa.Mnemonic.VPOR;
import static dev.lungo.isa.Mnemonic.VPSADBW;
import static dev.lungo.isa.Mnemonic.VPSHUFD;
import static dev.lungo.isa.Mnemonic.VPSHUFHW;
import static dev.lungo.isa.Mnemonic.VPSHUFLW;
import static dev.lungo.isa.Mnemonic.VPSLLD;
import static dev.lungo.isa.Mnemonic.VPSLLDQ;
import static dev.lungo.isa.Mnemonic.VPSLLQ;
import static dev.lungo.isa.Mnemonic.VPSLLW;
import static dev.lungo.isa.Mnemonic.VPSRAD;
import static dev.lungo.isa.Mnemonic.VPSRAW;
import static dev.lungo.isa.Mnemonic.VPSRLD;
import static dev.lungo.isa.Mnemonic.VPSRLDQ;
import static dev.lungo.isa.Mnemonic.VPSRLQ;
import static dev.lungo.isa.Mnemonic.VPSRLW;
import static dev.lungo.isa.Mnemonic.VPSUBB;
import static dev.lungo.isa.Mnemonic.VPSUBD;
import static dev.lungo.isa.Mnemonic.VPSUBQ;
import static dev.lungo.isa.Mnemonic.VPSUBSB;
import static dev.lungo.isa.Mnemonic.VPSUBSW;
import static dev.lungo.isa.Mnemonic.VPSUBUSB;
import static dev.lungo.isa.Mnemonic.VPSUBUSW;
import static dev.lungo.isa.Mnemonic.VPSUBW;
import static dev.lungo.isa.Mnemonic.VPUNPCKHBW;
import static dev.lungo.isa.Mnemonic.VPUNPCKHDQ;
import static dev.lungo.isa.Mnemonic.VPUNPCKHQDQ;
import static dev.lungo.isa.Mnemonic.VPUNPCKHWD;
import static dev.lungo.isa.Mnemonic.VPUNPCKLBW;
import static dev.lungo.isa.Mnemonic.VPUNPCKLDQ;
import static dev.lungo.isa.Mnemonic.VPUNPCKLQDQ;
import static dev.lungo.isa.Mnemonic.VPUNPCKLWD;
import static dev.lungo.isa.Mnemonic.VPXOR;
import static dev.lungo.isa.Mnemonic.VRCPPS;
import static dev.lungo.isa.Mnemonic.VRCPSS;
import static dev.lungo.isa.Mnemonic.VRSQRTPS;
import static dev.lungo.isa.Mnemonic.VRSQRTSS;
import static dev.lungo.isa.Mnemonic.VSHUFPD;
import static dev.lungo.isa.Mnemonic.VSHUFPS;
import static dev.lungo.isa.Mnemonic.VSQRTPD;
import static dev.lungo.isa.Mnemonic.VSQRTPS;
import static dev.lungo.isa.Mnemonic.VSQRTSD;
import static dev.lungo.isa.Mnemonic.VSQRTSS;
import static dev.lungo.isa.Mnemonic.VSTMXCSR;
import static dev.lungo.isa.Mnemonic.VSUBPD;
import static dev.lungo.isa.Mnemonic.VSUBPS;
import static dev.lungo.isa.Mnemonic.VSUBSD;
import static dev.lungo.isa.Mnemonic.VSUBSS;
import static dev.lungo.isa.Mnemonic.VUCOMISD;
import static dev.lungo.isa.Mnemonic.VUCOMISS;
import static dev.lungo.isa.Mnemonic.VUNPCKHPD;
import static dev.lungo.isa.Mnemonic.VUNPCKHPS;
import static dev.lungo.isa.Mnemonic.VUNPCKLPD;
import static dev.lungo.isa.Mnemonic.VUNPCKLPS;
import static dev.lungo.isa.Mnemonic.VXORPD;
import static dev.lungo.isa.Mnemonic.VXORPS;
import static dev.lungo.isa.Mnemonic.VZEROALL;
import static dev.lungo.isa.Mnemonic.VZEROUPPER;
import static dev.lungo.isa.OperandCode.Ey;
import static dev.lungo.isa.OperandCode.Gy;
import static dev.lungo.isa.OperandCode.Hdq;
import static dev.lungo.isa.OperandCode.Hx;
import static dev.lungo.isa.OperandCode.Ib;
import static dev.lungo.isa.OperandCode.Md;
import static dev.lungo.isa.OperandCode.Mq;
import static dev.lungo.isa.OperandCode.MrDI;
import static dev.lungo.isa.OperandCode.Mx;
import static dev.lungo.isa.OperandCode.RyMw;
import static dev.lungo.isa.OperandCode.Udq;
import static dev.lungo.isa.OperandCode.Upd;
import static dev.lungo.isa.OperandCode.Ups;
import static dev.lungo.isa.OperandCode.Ux;
import static dev.lungo.isa.OperandCode.Vdq;
import static dev.lungo.isa.OperandCode.Vpd;
import static dev.lungo.isa.OperandCode.Vps;
import static dev.lungo.isa.OperandCode.Vq;
import static dev.lungo.isa.OperandCode.Vqq;
import static dev.lungo.isa.OperandCode.Vsd;
import static dev.lungo.isa.OperandCode.Vss;
import static dev.lungo.isa.OperandCode.Vx;
import static dev.lungo.isa.OperandCode.Wdq;
import static dev.lungo.isa.OperandCode.Wpd;
import static dev.lungo.isa.OperandCode.Wps;
import static dev.lungo.isa.OperandCode.Wq;
import static dev.lungo.isa.OperandCode.Wqq;
import static dev.lungo.isa.OperandCode.Wsd;
import static dev.lungo.isa.OperandCode.Wss;
import static dev.lungo.isa.OperandCode.Wx;
import static dev.lungo.isa.Row.np;
import static dev.lungo.isa.Row.p66;
import static dev.lungo.isa.Row.pF2;
import static dev.lungo.isa.Row.pF3;

/**
 * The VEX forms of SDM 2D, "Two-byte Opcode Map" (table A-3), that is, with VEX.mmmmm = 1. One row
 * per cell, pp and L, in the order of the table.
 */
final class VexMap0F {
    private VexMap0F() {}

    // spotless:off
    static final Row[] ROWS = {
        np(0x10, VMOVUPS, Vps, Wps), p66(0x10, VMOVUPD, Vpd, Wpd), pF3(0x10, VMOVSS, Vss, Md), pF2(0x10, VMOVSD, Vsd, Mq),
        pF3(0x10, VMOVSS, Vdq, Hdq, Udq), pF2(0x10, VMOVSD, Vdq, Hdq, Udq),
        np(0x11, VMOVUPS, Wps, Vps), p66(0x11, VMOVUPD, Wpd, Vpd), pF3(0x11, VMOVSS, Md, Vss), pF2(0x11, VMOVSD, Mq, Vsd),
        pF3(0x11, VMOVSS, Udq, Hdq, Vdq), pF2(0x11, VMOVSD, Udq, Hdq, Vdq),
        np(0x12, VMOVLPS, Vdq, Hdq, Mq).l0(), p66(0x12, VMOVLPD, Vdq, Hdq, Mq).l0(), np(0x12, VMOVHLPS, Vdq, Hdq, Udq).l0(),
        pF3(0x12, VMOVSLDUP, Vx, Wx), pF2(0x12, VMOVDDUP, Vdq, Wq).l0(), pF2(0x12, VMOVDDUP, Vqq, Wqq).l1(),
        np(0x13, VMOVLPS, Mq, Vq).l0(), p66(0x13, VMOVLPD, Mq, Vq).l0(),
        np(0x14, VUNPCKLPS, Vps, Hx, Wps), p66(0x14, VUNPCKLPD, Vpd, Hx, Wpd),
        np(0x15, VUNPCKHPS, Vps, Hx, Wps), p66(0x15, VUNPCKHPD, Vpd, Hx, Wpd),
        np(0x16, VMOVHPS, Vdq, Hdq, Mq).l0(), p66(0x16, VMOVHPD, Vdq, Hdq, Mq).l0(), np(0x16, VMOVLHPS, Vdq, Hdq, Udq).l0(),
        pF3(0x16, VMOVSHDUP, Vx, Wx),
        np(0x17, VMOVHPS, Mq, Vq).l0(), p66(0x17, VMOVHPD, Mq, Vq).l0(),
        np(0x28, VMOVAPS, Vps, Wps), p66(0x28, VMOVAPD, Vpd, Wpd),
        np(0x29, VMOVAPS, Wps, Vps), p66(0x29, VMOVAPD, Wpd, Vpd),
        pF3(0x2A, VCVTSI2SS, Vdq, Hdq, Ey), pF2(0x2A, VCVTSI2SD, Vdq, Hdq, Ey),
        np(0x2B, VMOVNTPS, Mx, Vps), p66(0x2B, VMOVNTPD, Mx, Vpd),
        pF3(0x2C, VCVTTSS2SI, Gy, Wss), pF2(0x2C, VCVTTSD2SI, Gy, Wsd),
        pF3(0x2D, VCVTSS2SI, Gy, Wss), pF2(0x2D, VCVTSD2SI, Gy, Wsd),
        np(0x2E, VUCOMISS, Vss, Wss), p66(0x2E, VUCOMISD, Vsd, Wsd),
        np(0x2F, VCOMISS, Vss, Wss), p66(0x2F, VCOMISD, Vsd, Wsd),
        np(0x50, VMOVMSKPS, Gy, Ups), p66(0x50, VMOVMSKPD, Gy, Upd),
        np(0x51, VSQRTPS, Vps, Wps), p66(0x51, VSQRTPD, Vpd, Wpd), pF3(0x51, VSQRTSS, Vdq, Hdq, Wss), pF2(0x51, VSQRTSD, Vdq, Hdq, Wsd),
        np(0x52, VRSQRTPS, Vps, Wps), pF3(0x52, VRSQRTSS, Vdq, Hdq, Wss),
        np(0x53, VRCPPS, Vps, Wps), pF3(0x53, VRCPSS, Vdq, Hdq, Wss),
        np(0x54, VANDPS, Vps, Hx, Wps), p66(0x54, VANDPD, Vpd, Hx, Wpd),
        np(0x55, VANDNPS, Vps, Hx, Wps), p66(0x55, VANDNPD, Vpd, Hx, Wpd),
        np(0x56, VORPS, Vps, Hx, Wps), p66(0x56, VORPD, Vpd, Hx, Wpd),
        np(0x57, VXORPS, Vps, Hx, Wps), p66(0x57, VXORPD, Vpd, Hx, Wpd),
        np(0x58, VADDPS, Vps, Hx, Wps), p66(0x58, VADDPD, Vpd, Hx, Wpd), pF3(0x58, VADDSS, Vdq, Hdq, Wss), pF2(0x58, VADDSD, Vdq, Hdq, Wsd),
        np(0x59, VMULPS, Vps, Hx, Wps), p66(0x59, VMULPD, Vpd, Hx, Wpd), pF3(0x59, VMULSS, Vdq, Hdq, Wss), pF2(0x59, VMULSD, Vdq, Hdq, Wsd),
        np(0x5A, VCVTPS2PD, Vdq, Wq).l0(), np(0x5A, VCVTPS2PD, Vqq, Wdq).l1(), p66(0x5A, VCVTPD2PS, Vdq, Wdq).l0(), p66(0x5A, VCVTPD2PS, Vdq, Wqq).l1(),
        pF3(0x5A, VCVTSS2SD, Vdq, Hdq, Wss), pF2(0x5A, VCVTSD2SS, Vdq, Hdq, Wsd),
        np(0x5B, VCVTDQ2PS, Vps, Wx), p66(0x5B, VCVTPS2DQ, Vx, Wps), pF3(0x5B, VCVTTPS2DQ, Vx, Wps),
        np(0x5C, VSUBPS, Vps, Hx, Wps), p66(0x5C, VSUBPD, Vpd, Hx, Wpd), pF3(0x5C, VSUBSS, Vdq, Hdq, Wss), pF2(0x5C, VSUBSD, Vdq, Hdq, Wsd),
        np(0x5D, VMINPS, Vps, Hx, Wps), p66(0x5D, VMINPD, Vpd, Hx, Wpd), pF3(0x5D, VMINSS, Vdq, Hdq, Wss), pF2(0x5D, VMINSD, Vdq, Hdq, Wsd),
        np(0x5E, VDIVPS, Vps, Hx, Wps), p66(0x5E, VDIVPD, Vpd, Hx, Wpd), pF3(0x5E, VDIVSS, Vdq, Hdq, Wss), pF2(0x5E, VDIVSD, Vdq, Hdq, Wsd),
        np(0x5F, VMAXPS, Vps, Hx, Wps), p66(0x5F, VMAXPD, Vpd, Hx, Wpd), pF3(0x5F, VMAXSS, Vdq, Hdq, Wss), pF2(0x5F, VMAXSD, Vdq, Hdq, Wsd),
        p66(0x60, VPUNPCKLBW, Vx, Hx, Wx), p66(0x61, VPUNPCKLWD, Vx, Hx, Wx), p66(0x62, VPUNPCKLDQ, Vx, Hx, Wx),
        p66(0x63, VPACKSSWB, Vx, Hx, Wx), p66(0x64, VPCMPGTB, Vx, Hx, Wx), p66(0x65, VPCMPGTW, Vx, Hx, Wx),
        p66(0x66, VPCMPGTD, Vx, Hx, Wx), p66(0x67, VPACKUSWB, Vx, Hx, Wx), p66(0x68, VPUNPCKHBW, Vx, Hx, Wx),
        p66(0x69, VPUNPCKHWD, Vx, Hx, Wx), p66(0x6A, VPUNPCKHDQ, Vx, Hx, Wx), p66(0x6B, VPACKSSDW, Vx, Hx, Wx),
        p66(0x6C, VPUNPCKLQDQ, Vx, Hx, Wx), p66(0x6D, VPUNPCKHQDQ, Vx, Hx, Wx),
        p66(0x6E, VMOVQ, Vdq, Ey).l0().operand64(), p66(0x6E, VMOVD, Vdq, Ey).l0(),
        p66(0x6F, VMOVDQA, Vx, Wx), pF3(0x6F, VMOVDQU, Vx, Wx),
        p66(0x70, VPSHUFD, Vx, Wx, Ib), pF3(0x70, VPSHUFHW, Vx, Wx, Ib), pF2(0x70, VPSHUFLW, Vx, Wx, Ib),
        // Groups 12 to 14.
        p66(0x71, VPSRLW, Hx, Ux, Ib).reg(2), p66(0x71, VPSRAW, Hx, Ux, Ib).reg(4), p66(0x71, VPSLLW, Hx, Ux, Ib).reg(6),
        p66(0x72, VPSRLD, Hx, Ux, Ib).reg(2), p66(0x72, VPSRAD, Hx, Ux, Ib).reg(4), p66(0x72, VPSLLD, Hx, Ux, Ib).reg(6),
        p66(0x73, VPSRLQ, Hx, Ux, Ib).reg(2), p66(0x73, VPSRLDQ, Hx, Ux, Ib).reg(3), p66(0x73, VPSLLQ, Hx, Ux, Ib).reg(6), p66(0x73, VPSLLDQ, Hx, Ux, Ib).reg(7),
        p66(0x74, VPCMPEQB, Vx, Hx, Wx), p66(0x75, VPCMPEQW, Vx, Hx, Wx), p66(0x76, VPCMPEQD, Vx, Hx, Wx),
        np(0x77, VZEROUPPER).l0(), np(0x77, VZEROALL).l1(),
        p66(0x7C, VHADDPD, Vpd, Hx, Wpd), pF2(0x7C, VHADDPS, Vps, Hx, Wps),
        p66(0x7D, VHSUBPD, Vpd, Hx, Wpd), pF2(0x7D, VHSUBPS, Vps, Hx, Wps),
        p66(0x7E, VMOVQ, Ey, Vdq).l0().operand64(), p66(0x7E, VMOVD, Ey, Vdq).l0(), pF3(0x7E, VMOVQ, Vq, Wq).l0(),
        p66(0x7F, VMOVDQA, Wx, Vx), pF3(0x7F, VMOVDQU, Wx, Vx),
        // Group 15.
        np(0xAE, VLDMXCSR, Md).reg(2).l0(), np(0xAE, VSTMXCSR, Md).reg(3).l0(),
        np(0xC2, VCMPPS, Vps, Hx, Wps, Ib), p66(0xC2, VCMPPD, Vpd, Hx, Wpd, Ib), pF3(0xC2, VCMPSS, Vdq, Hdq, Wss, Ib), pF2(0xC2, VCMPSD, Vdq, Hdq, Wsd, Ib),
        p66(0xC4, VPINSRW, Vdq, Hdq, RyMw, Ib).l0(), p66(0xC5, VPEXTRW, Gy, Udq, Ib).l0(),
        np(0xC6, VSHUFPS, Vps, Hx, Wps, Ib), p66(0xC6, VSHUFPD, Vpd, Hx, Wpd, Ib),
        p66(0xD0, VADDSUBPD, Vpd, Hx, Wpd), pF2(0xD0, VADDSUBPS, Vps, Hx, Wps),
        p66(0xD1, VPSRLW, Vx, Hx, Wdq), p66(0xD2, VPSRLD, Vx, Hx, Wdq), p66(0xD3, VPSRLQ, Vx, Hx, Wdq),
        p66(0xD4, VPADDQ, Vx, Hx, Wx), p66(0xD5, VPMULLW, Vx, Hx, Wx), p66(0xD6, VMOVQ, Wq, Vq).l0(),
        p66(0xD7, VPMOVMSKB, Gy, Ux), p66(0xD8, VPSUBUSB, Vx, Hx, Wx), p66(0xD9, VPSUBUSW, Vx, Hx, Wx),
        p66(0xDA, VPMINUB, Vx, Hx, Wx), p66(0xDB, VPAND, Vx, Hx, Wx), p66(0xDC, VPADDUSB, Vx, Hx, Wx),
        p66(0xDD, VPADDUSW, Vx, Hx, Wx), p66(0xDE, VPMAXUB, Vx, Hx, Wx), p66(0xDF, VPANDN, Vx, Hx, Wx),
        p66(0xE0, VPAVGB, Vx, Hx, Wx), p66(0xE1, VPSRAW, Vx, Hx, Wdq), p66(0xE2, VPSRAD, Vx, Hx, Wdq),
        p66(0xE3, VPAVGW, Vx, Hx, Wx), p66(0xE4, VPMULHUW, Vx, Hx, Wx), p66(0xE5, VPMULHW, Vx, Hx, Wx),
        p66(0xE6, VCVTTPD2DQ, Vdq, Wdq).l0(), p66(0xE6, VCVTTPD2DQ, Vdq, Wqq).l1(), pF2(0xE6, VCVTPD2DQ, Vdq, Wdq).l0(), pF2(0xE6, VCVTPD2DQ, Vdq, Wqq).l1(),
        pF3(0xE6, VCVTDQ2PD, Vdq, Wq).l0(), pF3(0xE6, VCVTDQ2PD, Vqq, Wdq).l1(),
        p66(0xE7, VMOVNTDQ, Mx, Vx), p66(0xE8, VPSUBSB, Vx, Hx, Wx), p66(0xE9, VPSUBSW, Vx, Hx, Wx),
        p66(0xEA, VPMINSW, Vx, Hx, Wx), p66(0xEB, VPOR, Vx, Hx, Wx), p66(0xEC, VPADDSB, Vx, Hx, Wx),
        p66(0xED, VPADDSW, Vx, Hx, Wx), p66(0xEE, VPMAXSW, Vx, Hx, Wx), p66(0xEF, VPXOR, Vx, Hx, Wx), pF2(0xF0, VLDDQU, Vx, Mx),
        p66(0xF1, VPSLLW, Vx, Hx, Wdq), p66(0xF2, VPSLLD, Vx, Hx, Wdq), p66(0xF3, VPSLLQ, Vx, Hx, Wdq),
        p66(0xF4, VPMULUDQ, Vx, Hx, Wx), p66(0xF5, VPMADDWD, Vx, Hx, Wx), p66(0xF6, VPSADBW, Vx, Hx, Wx),
        p66(0xF7, VMASKMOVDQU, Vdq, Udq, MrDI).l0(),
        p66(0xF8, VPSUBB, Vx, Hx, Wx), p66(0xF9, VPSUBW, Vx, Hx, Wx), p66(0xFA, VPSUBD, Vx, Hx, Wx),
        p66(0xFB, VPSUBQ, Vx, Hx, Wx), p66(0xFC, VPADDB, Vx, Hx, Wx), p66(0xFD, VPADDW, Vx, Hx, Wx),
        p66(0xFE, VPADDD, Vx, Hx, Wx),
    };
    // spotless:on
}
