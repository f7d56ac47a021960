package dev.lungo.isa;

import static dev.lungo.isa.Mnemonic.ANDN;
import static dev.lungo.isa.Mnemonic.BEXTR;
import static dev.lungo.isa.Mnemonic.BLSI;
import static dev.lungo.isa.Mnemonic.BLSMSK;
import static dev.lungo.isa.Mnemonic.BLSR;
import static dev.lungo.isa.Mnemonic.BZHI;
import static dev.lungo.isa.Mnemonic.MULX;
import static dev.lungo.isa.Mnemonic.PDEP;
import static dev.lungo.isa.Mnemonic.PEXT;
import static dev.lungo.isa.Mnemonic.SARX;
import static dev.lungo.isa.Mnemonic.SHLX;
import static dev.lungo.isa.Mnemonic.SHRX;
import static dev.lungo.isa.Mnemonic.VAESDEC;
import static dev.lungo.isa.Mnemonic.VAESDECLAST;
import static dev.lungo.isa.Mnemonic.VAESENC;
import static dev.lungo.isa.Mnemonic.VAESENCLAST;
import static dev.lungo.isa.Mnemonic.VAESIMC;
import static dev.lungo.isa.Mnemonic.VBROADCASTF128;
import static dev.lungo.isa.Mnemonic.VBROADCASTI128;
import static dev.lungo.isa.Mnemonic.VBROADCASTSD;
import static dev.lungo.isa.Mnemonic.VBROADCASTSS;
import static dev.lungo.isa.Mnemonic.VCVTPH2PS;
import static dev.lungo.isa.Mnemonic.VFMADD132PD;
import static dev.lungo.isa.Mnemonic.VFMADD132PS;
import static dev.lungo.isa.Mnemonic.VFMADD132SD;
import static dev.lungo.isa.Mnemonic.VFMADD132SS;
import static dev.lungo.isa.Mnemonic.VFMADD213PD;
import static dev.lungo.isa.Mnemonic.VFMADD213PS;
import static dev.lungo.isa.Mnemonic.VFMADD213SD;
import static dev.lungo.isa.Mnemonic.VFMADD213SS;
import static dev.lungo.isa.Mnemonic.VFMADD231PD;
import static dev.lungo.isa.Mnemonic.VFMADD231PS;
import static dev.lungo.isa.Mnemonic.VFMADD231SD;
import static dev.lungo.isa.Mnemonic.VFMADD231SS;
import static dev.lungo.isa.Mnemonic.VFMADDSUB132PD;
import static dev.lungo.isa.Mnemonic.VFMADDSUB132PS;
import static dev.lungo.isa.Mnemonic.VFMADDSUB213PD;
import static dev.lungo.isa.Mnemonic.VFMADDSUB213PS;
import static dev.lungo.isa.Mnemonic.VFMADDSUB231PD;
import static dev.lungo.isa.Mnemonic.VFMADDSUB231PS;
import static dev.lungo.isa.Mnemonic.VFMSUB132PD;
import static dev.lungo.isa.Mnemonic.VFMSUB132PS;
import static dev.lungo.isa.Mnemonic.VFMSUB132SD;
import static dev.lungo.isa.Mnemonic.VFMSUB132SS;
import static dev.lungo.isa.Mnemonic.VFMSUB213PD;
import static dev.lungo.isa.Mnemonic.VFMSUB213PS;
import static dev.lungo.isa.Mnemonic.VFMSUB213SD;
import static dev.lungo.isa.Mnemonic.VFMSUB213SS;
import static dev.lungo.isa.Mnemonic.VFMSUB231PD;
import static dev.lungo.isa.Mnemonic.VFMSUB231PS;
import static dev.lungo.isa.Mnemonic.VFMSUB231SD;
import static dev.lungo.isa.Mnemonic.VFMSUB231SS;
import static dev.lungo.isa.Mnemonic.VFMSUBADD132PD;
import static dev.lungo.isa.Mnemonic.VFMSUBADD132PS;
import static dev.lungo.isa.Mnemonic.VFMSUBADD213PD;
import static dev.lungo.isa.Mnemonic.VFMSUBADD213PS;
import static dev.lungo.isa.Mnemonic.VFMSUBADD231PD;
import static dev.lungo.isa.Mnemonic.VFMSUBADD231PS;
import static dev.lungo.isa.Mnemonic.VFNMADD132PD;
import static dev.lungo.isa.Mnemonic.VFNMADD132PS;
import static dev.lungo.isa.Mnemonic.VFNMADD132SD;
import static dev.lungo.isa.Mnemonic.VFNMADD132SS;
import static dev.lungo.isa.Mnemonic.VFNMADD213PD;
import static dev.lungo.isa.Mnemonic.VFNMADD213PS;
import static dev.lungo.isa.Mnemonic.VFNMADD213SD;
import static dev.lungo.isa.Mnemonic.VFNMADD213SS;
import static dev.lungo.isa.Mnemonic.VFNMADD231PD;
import static dev.lungo.isa.Mnemonic.VFNMADD231PS;
import static dev.lungo.isa.Mnemonic.VFNMADD231SD;
import static dev.lungo.isa.Mnemonic.VFNMADD231SS;
import static dev.lungo.isa.Mnemonic.VFNMSUB132PD;
import static dev.lungo.isa.Mnemonic.VFNMSUB132PS;
import static dev.lungo.isa.Mnemonic.VFNMSUB132SD;
import static dev.lungo.isa.Mnemonic.VFNMSUB132SS;
import static dev.lungo.isa.Mnemonic.VFNMSUB213PD;
import static dev.lungo.isa.Mnemonic.VFNMSUB213PS;
import static dev.lungo.isa.Mnemonic.VFNMSUB213SD;
import static dev.lungo.isa.Mnemonic.VFNMSUB213SS;
import static dev.lungo.isa.Mnemonic.VFNMSUB231PD;
import static dev.lungo.isa.Mnemonic.VFNMSUB231PS;
import static dev.lungo.isa.Mnemonic.VFNMSUB231SD;
import static dev.lungo.isa.Mnemonic.VFNMSUB231SS;
import static dev.lungo.isa.Mnemonic.VGATHERDPD;
import static dev.lungo.isa.Mnemonic.VGATHERDPS;
import static dev.lungo.isa.Mnemonic.VGATHERQPD;
import static dev.lungo.isa.Mnemonic.VGATHERQPS;
import static dev.lungo.isa.Mnemonic.VMASKMOVPD;
import static dev.lungo.isa.Mnemonic.VMASKMOVPS;
import static dev.lungo.isa.Mnemonic.VMOVNTDQA;
import static dev.lungo.isa.Mnemonic.VPABSB;
import static dev.lungo.isa.Mnemonic.VPABSD;
import static dev.lungo.isa.Mnemonic.VPABSW;
import static dev.lungo.isa.Mnemonic.VPACKUSDW;
import static dev.lungo.isa.Mnemonic.VPBROADCASTB;
import static dev.lungo.isa.Mnemonic.VPBROADCASTD;
import static dev.lungo.isa.Mnemonic.VPBROADCASTQ;
import static dev.lungo.isa.Mnemonic.VPBROADCASTW;
import static dev.lungo.isa.Mnemonic.VPCMPEQQ;
import static dev.lungo.isa.Mnemonic.VPCMPGTQ;
import static dev.lungo.isa.Mnemonic.VPERMD;
import static dev.lungo.isa.Mnemonic.VPERMILPD;
import static dev.lungo.isa.Mnemonic.VPERMILPS;
import static dev.lungo.isa.Mnemonic.VPERMPS;
import static dev.lungo.isa.Mnemonic.VPGATHERDD;
import static dev.lungo.isa.Mnemonic.VPGATHERDQ;
import static dev.lungo.isa.Mnemonic.VPGATHERQD;
import static dev.lungo.isa.Mnemonic.VPGATHERQQ;
import static dev.lungo.isa.Mnemonic.VPHADDD;
import static dev.lungo.isa.Mnemonic.VPHADDSW;
import static dev.lungo.isa.Mnemonic.VPHADDW;
import static dev.lungo.isa.Mnemonic.VPHMINPOSUW;
import static dev.lungo.isa.Mnemonic.VPHSUBD;
import static dev.lungo.isa.Mnemonic.VPHSUBSW;
import static dev.lungo.isa.Mnemonic.VPHSUBW;
import static dev.lungo.isa.Mnemonic.VPMADDUBSW;
import static dev.lungo.isa.Mnemonic.VPMASKMOVD;
import static dev.lungo.isa.Mnemonic.VPMASKMOVQ;
import static dev.lungo.isa.Mnemonic.VPMAXSB;
import static dev.lungo.isa.Mnemonic.VPMAXSD;
import static dev.lungo.isa.Mnemonic.VPMAXUD;
import static dev.lungo.isa.Mnemonic.VPMAXUW;
import static dev.lungo.isa.Mnemonic.VPMINSB;
import static dev.lungo.isa.Mnemonic.VPMINSD;
import static dev.lungo.isa.Mnemonic.VPMINUD;
import static dev.lungo.isa.Mnemonic.VPMINUW;
import static dev.lungo.isa.Mnemonic.VPMOVSXBD;
import static dev.lungo.isa.Mnemonic.VPMOVSXBQ;
import static dev.lungo.isa.Mnemonic.VPMOVSXBW;
import static dev.lungo.isa.Mnemonic.VPMOVSXDQ;
import static dev.lungo.isa.Mnemonic.VPMOVSXWD;
import static dev.lungo.isa.Mnemonic.VPMOVSXWQ;
import static dev.lungo.isa.Mnemonic.VPMOVZXBD;
import static dev.lungo.isa.Mnemonic.VPMOVZXBQ;
import static dev.lungo.isa.Mnemonic.VPMOVZXBW;
import static dev.lungo.isa.Mnemonic.VPMOVZXDQ;
import static dev.lungo.isa.Mnemonic.VPMOVZXWD;
import static dev.lungo.isa.Mnemonic.VPMOVZXWQ;
import static dev.lungo.isa.Mnemonic.VPMULDQ;
import static dev.lungo.isa.Mnemonic.VPMULHRSW;
import static dev.lungo.isa.Mnemonic.VPMULLD;
import static dev.lungo.isa.Mnemonic.VPSHUFB;
import static dev.lungo.isa.Mnemonic.VPSIGNB;
import static dev.lungo.isa.Mnemonic.VPSIGND;
import static dev.lungo.isa.Mnemonic.VPSIGNW;
import static dev.lungo.isa.Mnemonic.VPSLLVD;
import static dev.lungo.isa.Mnemonic.VPSLLVQ;
import static dev.lungo.isa.Mnemonic.VPSRAVD;
import static dev.lungo.isa.Mnemonic.VPSRLVD;
import static dev.lungo.isa.Mnemonic.VPSRLVQ;
import static dev.lungo.isa.Mnemonic.VPTEST;
import static dev.lungo.isa.Mnemonic.VTESTPD;
import static dev.lungo.isa.Mnemonic.VTESTPS;
import static dev.lungo.isa.OperandCode.By;
import static dev.lungo.isa.OperandCode.Ey;
import static dev.lungo.isa.OperandCode.Gy;
import static dev.lungo.isa.OperandCode.Hdq;
import static dev.lungo.isa.OperandCode.Hqq;
import static dev.lungo.isa.OperandCode.Hx;
import static dev.lungo.isa.OperandCode.Mdq;
import static dev.lungo.isa.OperandCode.Mx;
import static dev.lungo.isa.OperandCode.VMxd;
import static dev.lungo.isa.OperandCode.VMxq;
import static dev.lungo.isa.OperandCode.VMyd;
import static dev.lungo.isa.OperandCode.VMyq;
import static dev.lungo.isa.OperandCode.Vdq;
import static dev.lungo.isa.OperandCode.Vqq;
import static dev.lungo.isa.OperandCode.Vx;
import static dev.lungo.isa.OperandCode.Wb;
import static dev.lungo.isa.OperandCode.Wd;
import static dev.lungo.isa.OperandCode.Wdq;
import static dev.lungo.isa.OperandCode.Wq;
import static dev.lungo.isa.OperandCode.Wqq;
import static dev.lungo.isa.OperandCode.Wsd;
import static dev.lungo.isa.OperandCode.Wss;
import static dev.lungo.isa.OperandCode.Ww;
import static dev.lungo.isa.OperandCode.Wx;
import static dev.lungo.isa.Row.np;
import static dev.lungo.isa.Row.p66;
import static dev.lungo.isa.Row.pF2;
import static dev.lungo.isa.Row.pF3;

/**
 * The VEX forms of SDM 2D, "Three-byte Opcode Map" for 0F 38h (table A-4), that is, with VEX.mmmmm
 * = 2: AVX, AVX2, F16C, FMA, BMI. One row per cell, pp, W and L, in the order of the table.
 *
 * <p>Not here: 256-bit AES (VAES), VNNI, IFMA, AMX.
 */
final class VexMap0F38 {
    private VexMap0F38() {}

    // spotless:off
    static final Row[] ROWS = {
        p66(0x00, VPSHUFB, Vx, Hx, Wx), p66(0x01, VPHADDW, Vx, Hx, Wx), p66(0x02, VPHADDD, Vx, Hx, Wx),
        p66(0x03, VPHADDSW, Vx, Hx, Wx), p66(0x04, VPMADDUBSW, Vx, Hx, Wx), p66(0x05, VPHSUBW, Vx, Hx, Wx),
        p66(0x06, VPHSUBD, Vx, Hx, Wx), p66(0x07, VPHSUBSW, Vx, Hx, Wx), p66(0x08, VPSIGNB, Vx, Hx, Wx),
        p66(0x09, VPSIGNW, Vx, Hx, Wx), p66(0x0A, VPSIGND, Vx, Hx, Wx), p66(0x0B, VPMULHRSW, Vx, Hx, Wx),
        p66(0x0C, VPERMILPS, Vx, Hx, Wx).w0(), p66(0x0D, VPERMILPD, Vx, Hx, Wx).w0(), p66(0x0E, VTESTPS, Vx, Wx).w0(), p66(0x0F, VTESTPD, Vx, Wx).w0(),
        p66(0x13, VCVTPH2PS, Vdq, Wq).w0().l0(), p66(0x13, VCVTPH2PS, Vqq, Wdq).w0().l1(),
        p66(0x16, VPERMPS, Vqq, Hqq, Wqq).w0().l1(), p66(0x17, VPTEST, Vx, Wx),
        p66(0x18, VBROADCASTSS, Vx, Wd).w0(), p66(0x19, VBROADCASTSD, Vqq, Wq).w0().l1(), p66(0x1A, VBROADCASTF128, Vqq, Mdq).w0().l1(),
        p66(0x1C, VPABSB, Vx, Wx), p66(0x1D, VPABSW, Vx, Wx), p66(0x1E, VPABSD, Vx, Wx),
        p66(0x20, VPMOVSXBW, Vdq, Wq).l0(), p66(0x20, VPMOVSXBW, Vqq, Wdq).l1(),
        p66(0x21, VPMOVSXBD, Vdq, Wd).l0(), p66(0x21, VPMOVSXBD, Vqq, Wq).l1(),
        p66(0x22, VPMOVSXBQ, Vdq, Ww).l0(), p66(0x22, VPMOVSXBQ, Vqq, Wd).l1(),
        p66(0x23, VPMOVSXWD, Vdq, Wq).l0(), p66(0x23, VPMOVSXWD, Vqq, Wdq).l1(),
        p66(0x24, VPMOVSXWQ, Vdq, Wd).l0(), p66(0x24, VPMOVSXWQ, Vqq, Wq).l1(),
        p66(0x25, VPMOVSXDQ, Vdq, Wq).l0(), p66(0x25, VPMOVSXDQ, Vqq, Wdq).l1(),
        p66(0x28, VPMULDQ, Vx, Hx, Wx), p66(0x29, VPCMPEQQ, Vx, Hx, Wx), p66(0x2A, VMOVNTDQA, Vx, Mx),
        p66(0x2B, VPACKUSDW, Vx, Hx, Wx),
        p66(0x2C, VMASKMOVPS, Vx, Hx, Mx).w0(), p66(0x2D, VMASKMOVPD, Vx, Hx, Mx).w0(),
        p66(0x2E, VMASKMOVPS, Mx, Hx, Vx).w0(), p66(0x2F, VMASKMOVPD, Mx, Hx, Vx).w0(),
        p66(0x30, VPMOVZXBW, Vdq, Wq).l0(), p66(0x30, VPMOVZXBW, Vqq, Wdq).l1(),
        p66(0x31, VPMOVZXBD, Vdq, Wd).l0(), p66(0x31, VPMOVZXBD, Vqq, Wq).l1(),
        p66(0x32, VPMOVZXBQ, Vdq, Ww).l0(), p66(0x32, VPMOVZXBQ, Vqq, Wd).l1(),
        p66(0x33, VPMOVZXWD, Vdq, Wq).l0(), p66(0x33, VPMOVZXWD, Vqq, Wdq).l1(),
        p66(0x34, VPMOVZXWQ, Vdq, Wd).l0(), p66(0x34, VPMOVZXWQ, Vqq, Wq).l1(),
        p66(0x35, VPMOVZXDQ, Vdq, Wq).l0(), p66(0x35, VPMOVZXDQ, Vqq, Wdq).l1(),
        p66(0x36, VPERMD, Vqq, Hqq, Wqq).w0().l1(),
        p66(0x37, VPCMPGTQ, Vx, Hx, Wx), p66(0x38, VPMINSB, Vx, Hx, Wx), p66(0x39, VPMINSD, Vx, Hx, Wx),
        p66(0x3A, VPMINUW, Vx, Hx, Wx), p66(0x3B, VPMINUD, Vx, Hx, Wx), p66(0x3C, VPMAXSB, Vx, Hx, Wx),
        p66(0x3D, VPMAXSD, Vx, Hx, Wx), p66(0x3E, VPMAXUW, Vx, Hx, Wx), p66(0x3F, VPMAXUD, Vx, Hx, Wx),
        p66(0x40, VPMULLD, Vx, Hx, Wx), p66(0x41, VPHMINPOSUW, Vdq, Wdq).l0(),
        p66(0x45, VPSRLVD, Vx, Hx, Wx).w0(), p66(0x45, VPSRLVQ, Vx, Hx, Wx).w1(), p66(0x46, VPSRAVD, Vx, Hx, Wx).w0(),
        p66(0x47, VPSLLVD, Vx, Hx, Wx).w0(), p66(0x47, VPSLLVQ, Vx, Hx, Wx).w1(),
        p66(0x58, VPBROADCASTD, Vx, Wd).w0(), p66(0x59, VPBROADCASTQ, Vx, Wq).w0(), p66(0x5A, VBROADCASTI128, Vqq, Mdq).w0().l1(),
        p66(0x78, VPBROADCASTB, Vx, Wb).w0(), p66(0x79, VPBROADCASTW, Vx, Ww).w0(),
        p66(0x8C, VPMASKMOVD, Vx, Hx, Mx).w0(), p66(0x8C, VPMASKMOVQ, Vx, Hx, Mx).w1(),
        p66(0x8E, VPMASKMOVD, Mx, Hx, Vx).w0(), p66(0x8E, VPMASKMOVQ, Mx, Hx, Vx).w1(),
        p66(0x90, VPGATHERDD, Vdq, VMxd, Hdq).w0().l0(), p66(0x90, VPGATHERDD, Vqq, VMyd, Hqq).w0().l1(),
        p66(0x90, VPGATHERDQ, Vdq, VMxq, Hdq).w1().l0(), p66(0x90, VPGATHERDQ, Vqq, VMxq, Hqq).w1().l1(),
        p66(0x91, VPGATHERQD, Vdq, VMxd, Hdq).w0().l0(), p66(0x91, VPGATHERQD, Vdq, VMyd, Hdq).w0().l1(),
        p66(0x91, VPGATHERQQ, Vdq, VMxq, Hdq).w1().l0(), p66(0x91, VPGATHERQQ, Vqq, VMyq, Hqq).w1().l1(),
        p66(0x92, VGATHERDPS, Vdq, VMxd, Hdq).w0().l0(), p66(0x92, VGATHERDPS, Vqq, VMyd, Hqq).w0().l1(),
        p66(0x92, VGATHERDPD, Vdq, VMxq, Hdq).w1().l0(), p66(0x92, VGATHERDPD, Vqq, VMxq, Hqq).w1().l1(),
        p66(0x93, VGATHERQPS, Vdq, VMxd, Hdq).w0().l0(), p66(0x93, VGATHERQPS, Vdq, VMyd, Hdq).w0().l1(),
        p66(0x93, VGATHERQPD, Vdq, VMxq, Hdq).w1().l0(), p66(0x93, VGATHERQPD, Vqq, VMyq, Hqq).w1().l1(),
        p66(0x96, VFMADDSUB132PS, Vx, Hx, Wx).w0(), p66(0x96, VFMADDSUB132PD, Vx, Hx, Wx).w1(),
        p66(0x97, VFMSUBADD132PS, Vx, Hx, Wx).w0(), p66(0x97, VFMSUBADD132PD, Vx, Hx, Wx).w1(),
        p66(0x98, VFMADD132PS, Vx, Hx, Wx).w0(), p66(0x98, VFMADD132PD, Vx, Hx, Wx).w1(),
        p66(0x99, VFMADD132SS, Vdq, Hdq, Wss).w0(), p66(0x99, VFMADD132SD, Vdq, Hdq, Wsd).w1(),
        p66(0x9A, VFMSUB132PS, Vx, Hx, Wx).w0(), p66(0x9A, VFMSUB132PD, Vx, Hx, Wx).w1(),
        p66(0x9B, VFMSUB132SS, Vdq, Hdq, Wss).w0(), p66(0x9B, VFMSUB132SD, Vdq, Hdq, Wsd).w1(),
        p66(0x9C, VFNMADD132PS, Vx, Hx, Wx).w0(), p66(0x9C, VFNMADD132PD, Vx, Hx, Wx).w1(),
        p66(0x9D, VFNMADD132SS, Vdq, Hdq, Wss).w0(), p66(0x9D, VFNMADD132SD, Vdq, Hdq, Wsd).w1(),
        p66(0x9E, VFNMSUB132PS, Vx, Hx, Wx).w0(), p66(0x9E, VFNMSUB132PD, Vx, Hx, Wx).w1(),
        p66(0x9F, VFNMSUB132SS, Vdq, Hdq, Wss).w0(), p66(0x9F, VFNMSUB132SD, Vdq, Hdq, Wsd).w1(),
        p66(0xA6, VFMADDSUB213PS, Vx, Hx, Wx).w0(), p66(0xA6, VFMADDSUB213PD, Vx, Hx, Wx).w1(),
        p66(0xA7, VFMSUBADD213PS, Vx, Hx, Wx).w0(), p66(0xA7, VFMSUBADD213PD, Vx, Hx, Wx).w1(),
        p66(0xA8, VFMADD213PS, Vx, Hx, Wx).w0(), p66(0xA8, VFMADD213PD, Vx, Hx, Wx).w1(),
        p66(0xA9, VFMADD213SS, Vdq, Hdq, Wss).w0(), p66(0xA9, VFMADD213SD, Vdq, Hdq, Wsd).w1(),
        p66(0xAA, VFMSUB213PS, Vx, Hx, Wx).w0(), p66(0xAA, VFMSUB213PD, Vx, Hx, Wx).w1(),
        p66(0xAB, VFMSUB213SS, Vdq, Hdq, Wss).w0(), p66(0xAB, VFMSUB213SD, Vdq, Hdq, Wsd).w1(),
        p66(0xAC, VFNMADD213PS, Vx, Hx, Wx).w0(), p66(0xAC, VFNMADD213PD, Vx, Hx, Wx).w1(),
        p66(0xAD, VFNMADD213SS, Vdq, Hdq, Wss).w0(), p66(0xAD, VFNMADD213SD, Vdq, Hdq, Wsd).w1(),
        p66(0xAE, VFNMSUB213PS, Vx, Hx, Wx).w0(), p66(0xAE, VFNMSUB213PD, Vx, Hx, Wx).w1(),
        p66(0xAF, VFNMSUB213SS, Vdq, Hdq, Wss).w0(), p66(0xAF, VFNMSUB213SD, Vdq, Hdq, Wsd).w1(),
        p66(0xB6, VFMADDSUB231PS, Vx, Hx, Wx).w0(), p66(0xB6, VFMADDSUB231PD, Vx, Hx, Wx).w1(),
        p66(0xB7, VFMSUBADD231PS, Vx, Hx, Wx).w0(), p66(0xB7, VFMSUBADD231PD, Vx, Hx, Wx).w1(),
        p66(0xB8, VFMADD231PS, Vx, Hx, Wx).w0(), p66(0xB8, VFMADD231PD, Vx, Hx, Wx).w1(),
        p66(0xB9, VFMADD231SS, Vdq, Hdq, Wss).w0(), p66(0xB9, VFMADD231SD, Vdq, Hdq, Wsd).w1(),
        p66(0xBA, VFMSUB231PS, Vx, Hx, Wx).w0(), p66(0xBA, VFMSUB231PD, Vx, Hx, Wx).w1(),
        p66(0xBB, VFMSUB231SS, Vdq, Hdq, Wss).w0(), p66(0xBB, VFMSUB231SD, Vdq, Hdq, Wsd).w1(),
        p66(0xBC, VFNMADD231PS, Vx, Hx, Wx).w0(), p66(0xBC, VFNMADD231PD, Vx, Hx, Wx).w1(),
        p66(0xBD, VFNMADD231SS, Vdq, Hdq, Wss).w0(), p66(0xBD, VFNMADD231SD, Vdq, Hdq, Wsd).w1(),
        p66(0xBE, VFNMSUB231PS, Vx, Hx, Wx).w0(), p66(0xBE, VFNMSUB231PD, Vx, Hx, Wx).w1(),
        p66(0xBF, VFNMSUB231SS, Vdq, Hdq, Wss).w0(), p66(0xBF, VFNMSUB231SD, Vdq, Hdq, Wsd).w1(),
        p66(0xDB, VAESIMC, Vdq, Wdq).l0(), p66(0xDC, VAESENC, Vdq, Hdq, Wdq).l0(), p66(0xDD, VAESENCLAST, Vdq, Hdq, Wdq).l0(),
        p66(0xDE, VAESDEC, Vdq, Hdq, Wdq).l0(), p66(0xDF, VAESDECLAST, Vdq, Hdq, Wdq).l0(),
        np(0xF2, ANDN, Gy, By, Ey).l0(),
        // Group 17.
        np(0xF3, BLSR, By, Ey).reg(1).l0(), np(0xF3, BLSMSK, By, Ey).reg(2).l0(), np(0xF3, BLSI, By, Ey).reg(3).l0(),
        np(0xF5, BZHI, Gy, Ey, By).l0(), pF3(0xF5, PEXT, Gy, By, Ey).l0(), pF2(0xF5, PDEP, Gy, By, Ey).l0(), pF2(0xF6, MULX, Gy, By, Ey).l0(),
        np(0xF7, BEXTR, Gy, Ey, By).l0(), p66(0xF7, SHLX, Gy, Ey, By).l0(), pF3(0xF7, SARX, Gy, Ey, By).l0(), pF2(0xF7, SHRX, Gy, Ey, By).l0(),
    };
    // spotless:on
}
