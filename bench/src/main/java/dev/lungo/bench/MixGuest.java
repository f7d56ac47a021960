package dev.lungo.bench;

import static dev.lungo.isa.CodeMode.CODE32;
import static dev.lungo.isa.CodeMode.CODE64;
import static dev.lungo.isa.Mnemonic.ADC;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.IMUL;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JB;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNB;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.LEA;
import static dev.lungo.isa.Mnemonic.LGDT;
import static dev.lungo.isa.Mnemonic.LOOP;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVZX;
import static dev.lungo.isa.Mnemonic.NOT;
import static dev.lungo.isa.Mnemonic.OR;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.RDMSR;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.SHR;
import static dev.lungo.isa.Mnemonic.STOS;
import static dev.lungo.isa.Mnemonic.SUB;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CR0;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.CR4;
import static dev.lungo.isa.Operands.DL;
import static dev.lungo.isa.Operands.DS;
import static dev.lungo.isa.Operands.DX;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDI;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.ES;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.R10;
import static dev.lungo.isa.Operands.R10D;
import static dev.lungo.isa.Operands.R14;
import static dev.lungo.isa.Operands.R14D;
import static dev.lungo.isa.Operands.R15;
import static dev.lungo.isa.Operands.R15D;
import static dev.lungo.isa.Operands.R8;
import static dev.lungo.isa.Operands.R8D;
import static dev.lungo.isa.Operands.R9;
import static dev.lungo.isa.Operands.R9D;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RDI;
import static dev.lungo.isa.Operands.RDX;
import static dev.lungo.isa.Operands.SS;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.isa.Assembler;

/**
 * A guest that computes and nothing else: CRC-32 of 256 bytes by a table, the sieve of Eratosthenes
 * up to 1024, and a copy of 256 bytes with carries, over and over in long mode. It is a Multiboot
 * kernel; it prints a byte on the first serial port as it starts and after each round.
 *
 * <p>Specification: Multiboot 0.6.96, section 3.1.
 */
final class MixGuest {
    private static final int ORIGIN = 0x20_0000;
    private static final int COM1 = 0x3F8;
    private static final int SOURCE = 0x10_0000;
    private static final int CRC_TABLE = 0x10_1000;
    private static final int SIEVE = 0x10_2000;
    private static final int DESTINATION = 0x10_3000;
    private static final int STACK = 0x10_8000;
    private static final int PML4 = 0x1_0000;
    private static final int PDPT = 0x1_1000;
    private static final int PAGE_DIRECTORY = 0x1_2000;
    private static final int MULTIBOOT_MAGIC = 0x1BAD_B002;
    private static final int HAS_ADDRESSES = 1 << 16;

    private MixGuest() {}

    /** The kernel. It prints for ever. */
    static byte[] kernel(int iterationsInARound) {
        return Assembler.assemble(
                CODE32,
                ORIGIN,
                a -> {
                    header(a);
                    tables(a);
                    longMode(a);
                    a.label("round");
                    a.op(MOV, EDX, imm(COM1)).op(MOV, AL, imm('.')).op(OUT, DX, AL);
                    a.op(MOV, R15D, imm(iterationsInARound));
                    a.label("iteration");
                    crc(a);
                    sieve(a);
                    a.jump(CALL, "copy").op(ADD, R14, RAX);
                    a.op(SUB, R15, imm(1)).jump(JNZ, "iteration");
                    a.jump(JMP, "round");
                    copy(a);
                });
    }

    private static void header(Assembler a) {
        a.dd(MULTIBOOT_MAGIC, HAS_ADDRESSES, -(MULTIBOOT_MAGIC + HAS_ADDRESSES));
        a.dd(ORIGIN, ORIGIN, 0, 0, a.address("entry"));
        a.label("gdt").dq(0, 0x00AF_9B00_0000_FFFFL, 0x00CF_9300_0000_FFFFL);
        a.label("gdtr").dw(23).dd(a.address("gdt"));
    }

    private static void tables(Assembler a) {
        a.label("entry");
        a.op(MOV, EDI, imm(CRC_TABLE)).op(XOR, EBX, EBX);
        a.label("byte").op(MOV, EAX, EBX).op(MOV, ECX, imm(8));
        a.label("bit").op(SHR, EAX, imm(1)).jump(JNB, "even").op(XOR, EAX, imm(0xEDB8_8320L));
        a.label("even").jump(LOOP, "bit");
        a.op(MOV, mem(4, EDI, EBX, 4, 0), EAX);
        a.op(INC, EBX).op(CMP, EBX, imm(256)).jump(JB, "byte");
        a.op(MOV, EDI, imm(SOURCE)).op(XOR, EBX, EBX);
        a.label("source").op(MOV, EAX, EBX).op(IMUL, EAX, EAX, imm(7)).op(ADD, EAX, imm(3));
        a.op(MOV, mem(1, EDI, EBX, 1, 0), AL);
        a.op(INC, EBX).op(CMP, EBX, imm(256)).jump(JB, "source");
    }

    /** The first 16 MiB, identity-mapped in pages of 2 MiB. */
    private static void longMode(Assembler a) {
        a.op(MOV, EDI, imm(PML4)).op(MOV, ECX, imm(0x3000 / 4)).op(XOR, EAX, EAX);
        a.db(0xF3).string(STOS, 4);
        a.op(MOV, abs(4, PML4, 4), imm(PDPT | 3));
        a.op(MOV, abs(4, PDPT, 4), imm(PAGE_DIRECTORY | 3));
        a.op(MOV, EDI, imm(PAGE_DIRECTORY)).op(MOV, ECX, imm(8)).op(XOR, EBX, EBX);
        a.op(MOV, EAX, imm(0x83));
        a.label("page").op(MOV, mem(4, EDI, EBX, 8, 0), EAX);
        a.op(ADD, EAX, imm(0x20_0000)).op(INC, EBX).jump(LOOP, "page");
        a.op(MOV, EAX, imm(PML4)).op(MOV, CR3, EAX).op(MOV, EAX, imm(0x20)).op(MOV, CR4, EAX);
        a.op(MOV, ECX, imm(0xC000_0080L)).op(RDMSR).op(OR, EAX, imm(0x100)).op(WRMSR);
        a.op(MOV, EAX, imm(0x8000_0011L)).op(MOV, CR0, EAX);
        a.op(LGDT, abs(6, a.address("gdtr"), 4)).jumpFar(8, "long");
        a.mode(CODE64);
        a.label("long").op(MOV, EAX, imm(16)).op(MOV, DS, AX).op(MOV, SS, AX).op(MOV, ES, AX);
        a.op(XOR, R14D, R14D).op(MOV, EDI, imm(SOURCE)).op(MOV, R8D, imm(CRC_TABLE));
        a.op(MOV, R9D, imm(SIEVE)).op(MOV, R10D, imm(DESTINATION)).op(MOV, ESP, imm(STACK));
    }

    private static void crc(Assembler a) {
        a.op(XOR, EAX, EAX).op(NOT, EAX).op(MOV, ECX, imm(256)).op(MOV, RBX, RDI);
        a.label("crc").op(MOVZX, EDX, mem(1, RBX)).op(XOR, EDX, EAX).op(MOVZX, EDX, DL);
        a.op(SHR, EAX, imm(8)).op(XOR, EAX, mem(4, R8, RDX, 4, 0));
        a.op(ADD, RBX, imm(1)).op(SUB, RCX, imm(1)).jump(JNZ, "crc");
    }

    private static void sieve(Assembler a) {
        a.op(XOR, ECX, ECX);
        a.label("clear").op(MOV, mem(8, R9, RCX, 8, 0), imm(0));
        a.op(ADD, RCX, imm(1)).op(CMP, RCX, imm(128)).jump(JB, "clear");
        a.op(MOV, ECX, imm(2));
        a.label("number").op(CMP, mem(1, R9, RCX, 1, 0), imm(0)).jump(JNZ, "composite");
        a.op(LEA, RDX, mem(0, RCX, RCX, 1, 0)).jump(JMP, "more");
        a.label("multiple").op(MOV, mem(1, R9, RDX, 1, 0), imm(1)).op(ADD, RDX, RCX);
        a.label("more").op(CMP, RDX, imm(1024)).jump(JB, "multiple");
        a.label("composite").op(ADD, RCX, imm(1)).op(CMP, RCX, imm(32)).jump(JB, "number");
    }

    private static void copy(Assembler a) {
        a.label("copy").op(XOR, ECX, ECX);
        a.label("quadword").op(MOV, RDX, mem(8, RDI, RCX, 8, 0));
        a.op(ADD, RDX, R14).op(ADC, RAX, RDX).op(MOV, mem(8, R10, RCX, 8, 0), RDX);
        a.op(ADD, RCX, imm(1)).op(CMP, RCX, imm(32)).jump(JNZ, "quadword");
        a.op(RET);
    }
}
