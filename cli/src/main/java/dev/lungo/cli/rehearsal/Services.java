package dev.lungo.cli.rehearsal;

import static dev.lungo.cli.rehearsal.Layout.AREA_PAGES;
import static dev.lungo.cli.rehearsal.Layout.BUFFERS;
import static dev.lungo.cli.rehearsal.Layout.FPU_STATE;
import static dev.lungo.cli.rehearsal.Layout.HPET;
import static dev.lungo.cli.rehearsal.Layout.IO_APIC;
import static dev.lungo.cli.rehearsal.Layout.LOCAL_APIC;
import static dev.lungo.cli.rehearsal.Layout.SELF_VECTOR;
import static dev.lungo.cli.rehearsal.Layout.SPACE_PTS;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.ADDPS;
import static dev.lungo.isa.Mnemonic.ADDSD;
import static dev.lungo.isa.Mnemonic.ANDPS;
import static dev.lungo.isa.Mnemonic.BTS;
import static dev.lungo.isa.Mnemonic.CLAC;
import static dev.lungo.isa.Mnemonic.CLD;
import static dev.lungo.isa.Mnemonic.CLFLUSH;
import static dev.lungo.isa.Mnemonic.CLI;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.CMPS;
import static dev.lungo.isa.Mnemonic.CMPXCHG;
import static dev.lungo.isa.Mnemonic.CMPXCHG16B;
import static dev.lungo.isa.Mnemonic.CMPXCHG8B;
import static dev.lungo.isa.Mnemonic.CPUID;
import static dev.lungo.isa.Mnemonic.CQO;
import static dev.lungo.isa.Mnemonic.CVTSI2SD;
import static dev.lungo.isa.Mnemonic.CVTTSD2SI;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.DIV;
import static dev.lungo.isa.Mnemonic.FNINIT;
import static dev.lungo.isa.Mnemonic.FXRSTOR;
import static dev.lungo.isa.Mnemonic.FXSAVE;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.IDIV;
import static dev.lungo.isa.Mnemonic.IN;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.INT3;
import static dev.lungo.isa.Mnemonic.INVLPG;
import static dev.lungo.isa.Mnemonic.JB;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.LDMXCSR;
import static dev.lungo.isa.Mnemonic.LEA;
import static dev.lungo.isa.Mnemonic.LFENCE;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVDQA;
import static dev.lungo.isa.Mnemonic.MOVDQU;
import static dev.lungo.isa.Mnemonic.MOVQ;
import static dev.lungo.isa.Mnemonic.MOVS;
import static dev.lungo.isa.Mnemonic.MOVUPS;
import static dev.lungo.isa.Mnemonic.MUL;
import static dev.lungo.isa.Mnemonic.MULSD;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.OR;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.PADDB;
import static dev.lungo.isa.Mnemonic.PADDD;
import static dev.lungo.isa.Mnemonic.PADDQ;
import static dev.lungo.isa.Mnemonic.PADDW;
import static dev.lungo.isa.Mnemonic.PALIGNR;
import static dev.lungo.isa.Mnemonic.PAND;
import static dev.lungo.isa.Mnemonic.PANDN;
import static dev.lungo.isa.Mnemonic.PAUSE;
import static dev.lungo.isa.Mnemonic.PCMPEQB;
import static dev.lungo.isa.Mnemonic.PCMPEQD;
import static dev.lungo.isa.Mnemonic.PCMPGTB;
import static dev.lungo.isa.Mnemonic.PCMPISTRI;
import static dev.lungo.isa.Mnemonic.PMAXUB;
import static dev.lungo.isa.Mnemonic.PMINUB;
import static dev.lungo.isa.Mnemonic.PMOVMSKB;
import static dev.lungo.isa.Mnemonic.PMULLW;
import static dev.lungo.isa.Mnemonic.PMULUDQ;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.POPCNT;
import static dev.lungo.isa.Mnemonic.POPF;
import static dev.lungo.isa.Mnemonic.POR;
import static dev.lungo.isa.Mnemonic.PSHUFB;
import static dev.lungo.isa.Mnemonic.PSHUFD;
import static dev.lungo.isa.Mnemonic.PSLLD;
import static dev.lungo.isa.Mnemonic.PSLLDQ;
import static dev.lungo.isa.Mnemonic.PSLLQ;
import static dev.lungo.isa.Mnemonic.PSRLD;
import static dev.lungo.isa.Mnemonic.PSRLDQ;
import static dev.lungo.isa.Mnemonic.PSRLQ;
import static dev.lungo.isa.Mnemonic.PSUBB;
import static dev.lungo.isa.Mnemonic.PSUBQ;
import static dev.lungo.isa.Mnemonic.PUNPCKHQDQ;
import static dev.lungo.isa.Mnemonic.PUNPCKLBW;
import static dev.lungo.isa.Mnemonic.PUNPCKLQDQ;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.PUSHF;
import static dev.lungo.isa.Mnemonic.PXOR;
import static dev.lungo.isa.Mnemonic.RCR;
import static dev.lungo.isa.Mnemonic.RDFSBASE;
import static dev.lungo.isa.Mnemonic.RDMSR;
import static dev.lungo.isa.Mnemonic.RDTSC;
import static dev.lungo.isa.Mnemonic.RDTSCP;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.SCAS;
import static dev.lungo.isa.Mnemonic.SGDT;
import static dev.lungo.isa.Mnemonic.SHL;
import static dev.lungo.isa.Mnemonic.SHLD;
import static dev.lungo.isa.Mnemonic.SIDT;
import static dev.lungo.isa.Mnemonic.STAC;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Mnemonic.STOS;
import static dev.lungo.isa.Mnemonic.SUB;
import static dev.lungo.isa.Mnemonic.SUBSD;
import static dev.lungo.isa.Mnemonic.SWAPGS;
import static dev.lungo.isa.Mnemonic.TEST;
import static dev.lungo.isa.Mnemonic.UCOMISD;
import static dev.lungo.isa.Mnemonic.UD2;
import static dev.lungo.isa.Mnemonic.WRFSBASE;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Mnemonic.XADD;
import static dev.lungo.isa.Mnemonic.XCHG;
import static dev.lungo.isa.Mnemonic.XGETBV;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Mnemonic.XORPS;
import static dev.lungo.isa.Mnemonic.XRSTOR;
import static dev.lungo.isa.Mnemonic.XSAVE;
import static dev.lungo.isa.Mnemonic.XSAVEC;
import static dev.lungo.isa.Mnemonic.XSAVEOPT;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CL;
import static dev.lungo.isa.Operands.CR0;
import static dev.lungo.isa.Operands.CR2;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.CR4;
import static dev.lungo.isa.Operands.DX;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDI;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.ESI;
import static dev.lungo.isa.Operands.R8D;
import static dev.lungo.isa.Operands.R9;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RDI;
import static dev.lungo.isa.Operands.RDX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.XMM0;
import static dev.lungo.isa.Operands.XMM1;
import static dev.lungo.isa.Operands.XMM2;
import static dev.lungo.isa.Operands.XMM3;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the rehearsal's kernel does for itself and for its user: subroutines that change any general
 * register. They are called with interrupts off, and with EFLAGS.AC set.
 */
final class Services {
    private static final int SERIAL_LINE_STATUS = 0x3FD;
    private static final String LINE = "[    0.000000] rehearsal: a line as kernels print them\r\n";

    // spotless:off
    private static final List<Consumer<Assembler>> ALL = List.of(
        Services::print,   Services::strings, Services::time,    Services::halt,
        Services::flags,   Services::tlb,     Services::fpu,     Services::atomics,
        Services::cpuid,   Services::msrs,    Services::pci,     Services::clocks,
        Services::apics,   Services::traps,   Services::arithmetic,
                    Services::vectors);
    // spotless:on

    static final int COUNT = ALL.size();

    private Services() {}

    /**
     * All of them, each at the label {@code service} and its number, a table of these, and unmap.
     */
    static void write(Assembler a) {
        for (int i = 0; i < ALL.size(); i++) {
            a.align(16).label("service" + i);
            ALL.get(i).accept(a);
            a.op(RET);
        }
        a.align(8).label("services");
        for (int i = 0; i < ALL.size(); i++) {
            a.dq(a.address("service" + i));
        }
        unmap(a);
        a.label("line").db(LINE.chars().toArray());
    }

    private static void print(Assembler a) {
        a.op(MOV, ESI, imm(a.address("line"))).op(MOV, R8D, imm(LINE.length()));
        a.label("character").op(MOV, EDX, imm(SERIAL_LINE_STATUS));
        a.label("poll").op(IN, AL, DX).op(TEST, AL, imm(0x20)).jump(JNZ, "empty");
        a.op(PAUSE).jump(JMP, "poll");
        a.label("empty").op(MOV, EDX, imm(0x3F8)).op(MOV, AL, mem(1, RSI)).op(OUT, DX, AL);
        a.op(INC, RSI).op(DEC, R8D).jump(JNZ, "character");
    }

    private static void strings(Assembler a) {
        int[] sizes = {1, 5, 8, 16, 24, 61, 200, 1000, 4096, 6000};
        for (int size : sizes) {
            int bytes = size % 8 == 0 ? 8 : 1;
            int from = 0x1000 * (size % 7) + 8 * (size % 600);
            int to = 0x2_0000 + 0x1000 * (size % 5) + 16 * (size % 300);
            a.op(MOV, RDI, imm(BUFFERS + to)).op(LEA, RSI, mem(0, RDI, from - 0x1_0000));
            a.op(MOV, ECX, imm(size / bytes)).db(0xF3).string(MOVS, bytes);
            a.op(MOV, ECX, imm(size / bytes)).op(XOR, EAX, EAX).op(SUB, RDI, imm(size));
            a.db(0xF3).string(STOS, bytes);
            a.op(MOV, ECX, imm(size)).op(SUB, RDI, imm(size)).db(0xF2).string(SCAS, 1);
            a.op(MOV, ECX, imm(size)).op(SUB, RSI, imm(size));
            a.op(LEA, RDI, mem(0, RSI, 0x3000)).db(0xF3).string(CMPS, 1);
        }
    }

    private static void time(Assembler a) {
        a.op(MOV, R8D, imm(20));
        a.label("time").op(RDTSC).op(SHL, RDX, imm(32)).op(OR, RAX, RDX).op(MOV, R9, RAX);
        a.op(LFENCE).op(RDTSC).op(RDTSCP).op(PAUSE).op(DEC, R8D).jump(JNZ, "time");
    }

    /** Until the local APIC's timer interrupts, or another. */
    private static void halt(Assembler a) {
        a.op(MOV, EBX, imm(LOCAL_APIC)).op(MOV, apic(0x380), imm(20_000)); // count: 20 us
        a.op(STI).op(HLT).op(CLI);
    }

    private static void flags(Assembler a) {
        a.op(MOV, ECX, imm(20));
        a.label("flags").op(PUSHF).op(POP, RAX).op(TEST, EAX, imm(0x200)).op(CLI).op(PUSH, RAX);
        a.op(POPF).op(PUSHF).op(STI).op(NOP).op(POPF).op(CLAC).op(STAC);
        a.op(DEC, ECX).jump(JNZ, "flags");
        a.op(SWAPGS).op(SWAPGS).op(CLD);
    }

    private static void tlb(Assembler a) {
        a.op(MOV, RDI, imm(BUFFERS)).op(MOV, ECX, imm(16));
        a.label("tlb").op(INVLPG, mem(0, RDI)).op(MOV, EAX, mem(4, RDI));
        a.op(ADD, RDI, imm(0x1000)).op(DEC, ECX).jump(JNZ, "tlb");
        a.op(MOV, RAX, CR3).op(MOV, CR3, RAX);
        a.op(MOV, RAX, CR4).op(MOV, RDX, RAX).op(XOR, AL, imm(0x80)).op(MOV, CR4, RAX);
        a.op(MOV, CR4, RDX).op(MOV, RAX, CR0).op(MOV, CR0, RAX).op(MOV, RAX, CR2);
    }

    private static void fpu(Assembler a) {
        Operand state = abs(0, FPU_STATE, 8);
        a.op(FNINIT).op(FXSAVE, abs(0, FPU_STATE + 0x1000, 8));
        a.op(FXRSTOR, abs(0, FPU_STATE + 0x1000, 8));
        a.op(MOV, EAX, imm(3)).op(XOR, EDX, EDX).op(XSAVE, state).op(XRSTOR, state);
        a.op(XSAVEOPT, state).op(XRSTOR, state).op(XSAVEC, state).op(XRSTOR, state);
        a.op(LDMXCSR, abs(0, FPU_STATE + 24, 8));
    }

    private static void atomics(Assembler a) {
        a.op(MOV, RDI, imm(BUFFERS)).op(MOV, R8D, imm(10));
        a.label("atomics").op(MOV, RAX, mem(8, RDI)).op(MOV, RDX, mem(8, RDI, 8));
        a.op(LEA, RBX, mem(0, RAX, 1)).op(MOV, RCX, RDX);
        a.db(0xF0).op(CMPXCHG16B, mem(16, RDI)).op(CMPXCHG8B, mem(8, RDI, 16));
        a.op(MOV, EAX, mem(4, RDI, 32)).db(0xF0).op(CMPXCHG, mem(4, RDI, 32), R8D);
        a.db(0xF0).op(XADD, mem(8, RDI, 40), RAX).op(XCHG, mem(4, RDI, 48), EAX);
        a.db(0xF0).op(BTS, mem(8, RDI, 56), imm(3)).db(0xF0).op(INC, mem(4, RDI, 64));
        a.op(DEC, R8D).jump(JNZ, "atomics");
    }

    private static void cpuid(Assembler a) {
        for (long from : new long[] {0, 0x4000_0000, 0x8000_0000L}) {
            String label = "cpuid" + from;
            a.op(MOV, ESI, imm(from));
            a.label(label).op(MOV, EAX, ESI).op(XOR, ECX, ECX).op(CPUID).op(INC, ESI);
            a.op(CMP, ESI, imm((int) from + 9)).jump(JNZ, label);
        }
    }

    /** Reads them and writes what was read, but for one that is not there. */
    private static void msrs(Assembler a) {
        int[] some = {0x10, 0x1B, 0x3B, 0xFE, 0x174, 0x1A0, 0x200, 0x277, 0x2FF};
        for (int msr : some) {
            a.op(MOV, ECX, imm(msr)).op(RDMSR);
        }
        for (long msr : new long[] {0x174, 0x277, 0x48, 0xC000_0080L, 0xC000_0082L, 0xC000_0100L}) {
            a.op(MOV, ECX, imm(msr)).op(RDMSR).op(WRMSR);
        }
        a.op(MOV, ECX, imm(0xFFFF_FFFFL)).label("missing").op(RDMSR);
    }

    /** Each register of all functions 0 on the bus, by mechanism 1. */
    private static void pci(Assembler a) {
        a.op(MOV, R8D, imm(0x8000_0000L));
        a.label("pci").op(MOV, EAX, R8D).op(MOV, EDX, imm(0xCF8)).op(OUT, DX, EAX);
        a.op(MOV, EDX, imm(0xCFC)).op(IN, EAX, DX).op(IN, AX, DX).op(IN, AL, DX);
        a.op(ADD, R8D, imm(0x404)).op(CMP, R8D, imm(0x8000_8080L)).jump(JB, "pci");
    }

    /** RTC, ACPI's timer, 8254, HPET. */
    private static void clocks(Assembler a) {
        a.op(MOV, ECX, imm(14));
        a.label("rtc").op(MOV, EAX, ECX).op(OUT, imm(0x70), AL).op(IN, AL, imm(0x71));
        a.op(MOV, EDX, imm(0x608)).op(IN, EAX, DX).op(DEC, ECX).jump(JNZ, "rtc");
        a.op(XOR, EAX, EAX).op(OUT, imm(0x43), AL).op(IN, AL, imm(0x40)).op(IN, AL, imm(0x40));
        a.op(IN, AL, imm(0x61)).op(OUT, imm(0x80), AL);
        a.op(MOV, ESI, imm(HPET)).op(MOV, EAX, mem(4, RSI, 0xF0)).op(MOV, EAX, mem(4, RSI));
    }

    private static void apics(Assembler a) {
        a.op(MOV, EBX, imm(LOCAL_APIC));
        for (int register : new int[] {0x20, 0x30, 0x80, 0xF0, 0x280, 0x320, 0x350, 0x390}) {
            a.op(MOV, EAX, apic(register)).op(MOV, apic(register), EAX);
        }
        a.op(MOV, EAX, imm(0x4_4000 | SELF_VECTOR)).op(MOV, apic(0x300), EAX); // ICR
        a.op(STI).op(NOP).op(NOP).op(CLI);
        a.op(MOV, ESI, imm(IO_APIC));
        for (int register : new int[] {0, 1, 0x10, 0x11, 0x1E}) {
            a.op(MOV, mem(4, RSI), imm(register)).op(MOV, EAX, mem(4, RSI, 0x10));
        }
    }

    private static void traps(Assembler a) {
        a.op(UD2)
                .op(INT3)
                .op(SGDT, abs(0, FPU_STATE + 0x2000, 8))
                .op(SIDT, abs(0, FPU_STATE + 0x2000, 8));
    }

    private static void arithmetic(Assembler a) {
        a.op(MOV, EDI, imm(1_000_003)).op(MOV, R8D, imm(20));
        a.label("arithmetic").op(MOV, EAX, R8D).op(XOR, EDX, EDX).op(DIV, EDI).op(CQO);
        a.op(IDIV, RDI).op(MUL, RDI).op(POPCNT, EAX, EDI).op(SHLD, RAX, RDX, imm(5));
        a.op(SHL, EAX, CL).op(RCR, EAX, imm(1)).op(DEC, R8D).jump(JNZ, "arithmetic");
    }

    private static void vectors(Assembler a) {
        // spotless:off
        Mnemonic[] some = {
            PXOR, POR, PAND, PANDN, PADDB, PADDW, PADDD, PADDQ, PSUBB, PSUBQ, PCMPEQB, PCMPEQD, PCMPGTB, PMINUB, PMAXUB,
            PUNPCKLBW, PUNPCKHQDQ, PUNPCKLQDQ, PMULUDQ, PMULLW, PSHUFB, ADDSD, MULSD, SUBSD, ADDPS, XORPS, ANDPS, UCOMISD
        };
        // spotless:on
        a.op(MOV, RDI, imm(BUFFERS)).op(MOVDQU, XMM1, mem(16, RDI, 3));
        for (Mnemonic each : some) {
            int bytes = each == ADDSD || each == MULSD || each == SUBSD || each == UCOMISD ? 8 : 16;
            a.op(each, XMM0, XMM1).op(each, XMM1, mem(bytes, RDI, 32));
        }
        for (Mnemonic each : new Mnemonic[] {PSLLDQ, PSRLDQ, PSLLQ, PSRLQ, PSLLD, PSRLD}) {
            a.op(each, XMM0, imm(3));
        }
        a.op(PSHUFD, XMM0, XMM1, imm(0x1B)).op(PALIGNR, XMM0, XMM1, imm(5)).op(PMOVMSKB, EAX, XMM0);
        a.op(MOVDQA, mem(16, RDI), XMM0).op(MOVUPS, mem(16, RDI, 1), XMM0);
        a.op(PCMPISTRI, XMM0, mem(16, RDI), imm(0x1A)).op(CVTSI2SD, XMM2, RAX);
        a.op(CVTTSD2SI, RAX, XMM2).op(MOVQ, XMM3, RAX).op(MOVQ, RAX, XMM3);
        a.op(RDFSBASE, RAX).op(WRFSBASE, RAX).op(XOR, ECX, ECX).op(XGETBV).op(CLFLUSH, mem(1, RDI));
    }

    /** Takes the whole area from whoever has it, but for the user's code and stack. */
    private static void unmap(Assembler a) {
        a.label("unmap")
                .op(MOV, RDI, CR3)
                .op(MOV, RDX, RDI)
                .op(ADD, RDI, imm(SPACE_PTS + 0x100 * 8));
        a.op(MOV, ECX, imm(AREA_PAGES - 0x110)).op(XOR, EAX, EAX).db(0xF3).string(STOS, 8);
        a.op(MOV, CR3, RDX).op(RET);
    }

    /** A register of the local APIC, which EBX points to. */
    static Operand apic(int register) {
        return mem(4, RBX, register);
    }
}
