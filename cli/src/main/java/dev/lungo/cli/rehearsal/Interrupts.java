package dev.lungo.cli.rehearsal;

import static dev.lungo.cli.rehearsal.Layout.APIC_TIMER_VECTOR;
import static dev.lungo.cli.rehearsal.Layout.AREA;
import static dev.lungo.cli.rehearsal.Layout.AREA_PAGES;
import static dev.lungo.cli.rehearsal.Layout.LOCAL_APIC;
import static dev.lungo.cli.rehearsal.Layout.PIT_VECTOR;
import static dev.lungo.cli.rehearsal.Layout.SELF_VECTOR;
import static dev.lungo.cli.rehearsal.Layout.SPACE_FRAMES;
import static dev.lungo.cli.rehearsal.Layout.SPACE_PTS;
import static dev.lungo.cli.rehearsal.Layout.TICKS;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.AND;
import static dev.lungo.isa.Mnemonic.CLD;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.JZ;
import static dev.lungo.isa.Mnemonic.LEA;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.SHL;
import static dev.lungo.isa.Mnemonic.SHR;
import static dev.lungo.isa.Mnemonic.STOS;
import static dev.lungo.isa.Mnemonic.SWAPGS;
import static dev.lungo.isa.Mnemonic.TEST;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.CR2;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDI;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RDI;
import static dev.lungo.isa.Operands.RDX;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.in;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.Segment;

/** The rehearsal's handlers of interrupts and exceptions. */
final class Interrupts {
    private static final int DEBUG_EXIT = 0xF4;
    private static final int AREA_SHIFT = 23;

    private Interrupts() {}

    /** The label of the handler of this vector. */
    static String handler(int vector) {
        return switch (vector) {
            case 3 -> "breakpoint";
            case 6 -> "invalid opcode";
            case 13 -> "general protection";
            case 14 -> "page fault";
            case PIT_VECTOR, APIC_TIMER_VECTOR, SELF_VECTOR -> "interrupt";
            default -> "unexpected";
        };
    }

    static void write(Assembler a) {
        a.align(16).label("interrupt").op(TEST, mem(1, RSP, 8), imm(3)).jump(JZ, "from kernel");
        a.op(SWAPGS).label("from kernel");
        a.op(PUSH, RAX).op(PUSH, RBX).op(PUSH, RCX).op(PUSH, RDX).op(PUSH, RDI).op(CLD);
        a.op(MOV, EBX, imm(LOCAL_APIC)).op(INC, in(Segment.GS, abs(8, TICKS, 8)));
        a.op(MOV, Services.apic(0xB0), imm(0)); // EOI
        a.op(POP, RDI).op(POP, RDX).op(POP, RCX).op(POP, RBX).op(POP, RAX);
        a.op(TEST, mem(1, RSP, 8), imm(3)).jump(JZ, "to kernel");
        a.op(SWAPGS).label("to kernel").db(0x48).op(IRET);

        pageFault(a);

        a.label("breakpoint").db(0x48).op(IRET);
        a.label("invalid opcode").op(ADD, mem(8, RSP), imm(2)).db(0x48).op(IRET); // UD2
        a.label("general protection").op(ADD, RSP, imm(8));
        a.op(CMP, mem(8, RSP), imm(a.address("missing"))).jump(JNZ, "unexpected");
        a.op(ADD, mem(8, RSP), imm(2)).db(0x48).op(IRET); // RDMSR
        a.label("unexpected").op(MOV, AL, imm(1)).op(OUT, imm(DEBUG_EXIT), AL).op(HLT);
    }

    /** Gives a page of the area a frame, filled with zeros, which is always the same one. */
    private static void pageFault(Assembler a) {
        a.align(16).label("page fault").op(PUSH, RAX).op(PUSH, RCX).op(PUSH, RDX).op(PUSH, RDI);
        a.op(MOV, RAX, CR2).op(MOV, RDX, RAX).op(SHR, RDX, imm(AREA_SHIFT));
        a.op(CMP, EDX, imm(AREA >> AREA_SHIFT)).jump(JNZ, "unexpected");
        a.op(SHR, RAX, imm(12)).op(AND, EAX, imm(AREA_PAGES - 1)).op(MOV, RCX, CR3);
        a.op(LEA, RDX, mem(0, RCX, RAX, 8, SPACE_PTS)).op(CMP, mem(8, RDX), imm(0));
        a.jump(JNZ, "unexpected");
        a.op(SHL, EAX, imm(12)).op(ADD, RAX, mem(8, RCX, SPACE_FRAMES)).op(MOV, mem(8, RDX), RAX);
        a.op(MOV, EDI, EAX).op(AND, EDI, imm(-0x1000)).op(XOR, EAX, EAX).op(MOV, ECX, imm(0x1000));
        a.op(CLD).db(0xF3).string(STOS, 1);
        a.op(POP, RDI).op(POP, RDX).op(POP, RCX).op(POP, RAX).op(ADD, RSP, imm(8));
        a.db(0x48).op(IRET);
    }
}
