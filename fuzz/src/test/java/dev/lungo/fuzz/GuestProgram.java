package dev.lungo.fuzz;

import static dev.lungo.isa.Mnemonic.CLI;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.IN;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.LIDT;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.DX;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDI;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.ESI;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;

import dev.lungo.boot.Images;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Operand;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Bytes made into a Multiboot kernel that accesses ports and device memory, in flat 32-bit mode,
 * with handlers for interrupts that acknowledge them, so that devices are heard.
 */
final class GuestProgram {
    private static final long MIB = 1 << 20;
    private static final long HEADER_BYTES = 32;
    private static final int MOST_STEPS = 200;

    private static final int[] PORTS = {
        0x20, 0xA0, 0x40, 0x60, 0x64, 0x70, 0x80, 0x92, 0xE0, 0xF4, 0x3F8, 0x4D0, 0x510, 0x514,
        0x600, 0x604, 0x608, 0x620, 0xCF8, 0xCFC, 0x2000, 0x43, 0x61, 0xB2, 0x3F8, 0xCF8
    };
    private static final long[] DEVICES = {
        PhysicalMap.IO_APIC,
        PhysicalMap.HPET,
        PhysicalMap.LOCAL_APIC,
        PhysicalMap.ECAM,
        PhysicalMap.PCI_MMIO,
        0xFF00_0000L,
        PhysicalMap.VGA,
        2 * MIB
    };

    private GuestProgram() {}

    static byte[] kernel(ByteBuffer steps) {
        long entry = MIB + HEADER_BYTES;
        byte[] code = Assembler.assemble(CodeMode.CODE32, entry, a -> write(a, steps.duplicate()));
        ByteWriter header = Images.multiboot(0x1_0003);
        return header.u32(MIB).u32(MIB).u32(0).u32(0).u32(entry).bytes(code).toBytes();
    }

    private static void write(Assembler a, ByteBuffer steps) {
        a.op(MOV, ESP, imm(0x8_0000)).op(LIDT, abs(6, a.address("idtr"), 4));
        a.op(MOV, ESI, imm(0x1_0000)).op(MOV, EDI, imm(0x1_8000)).op(MOV, ECX, imm(20)).op(STI);
        steps.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < MOST_STEPS && steps.remaining() >= 8; i++) {
            int kind = steps.get() & 0xFF;
            int what = steps.get() & 0xFF;
            step(a, kind, what, steps.getShort() & 0xFFFF, steps.getInt());
        }
        a.label("end").op(HLT).jump(JMP, "end");

        a.label("exception").op(CLI).op(HLT).jump(JMP, "exception");
        a.label("interrupt").op(PUSH, EAX).op(MOV, AL, imm(0x20));
        a.op(OUT, imm(0xA0), AL).op(OUT, imm(0x20), AL);
        a.op(INC, abs(4, 0x9000, 4));
        a.op(MOV, abs(4, PhysicalMap.LOCAL_APIC + 0xB0, 4), EAX); // EOI
        a.op(POP, EAX).op(IRET);

        a.align(8).label("idt");
        for (int vector = 0; vector < 256; vector++) {
            long handler = a.address(vector < 32 ? "exception" : "interrupt");
            a.dd(handler & 0xFFFF | 0x10 << 16, handler & 0xFFFF_0000L | 0x8E00);
        }
        a.label("idtr").dw(0x7FF).dd(a.address("idt"));
    }

    private static void step(Assembler a, int kind, int what, int where, int value) {
        int port = PORTS[what % PORTS.length] + (where & 0x8000 | where & 7);
        long address = DEVICES[what % DEVICES.length] + where;
        switch (kind & 15) {
            case 0, 1, 2 -> port(a, (kind & 0x10) != 0 ? where : port, value).op(OUT, DX, AL);
            case 3 -> port(a, port, value).op(OUT, DX, AX);
            case 4, 5 -> port(a, port, value).op(OUT, DX, EAX);
            case 6 -> port(a, port, value).op(IN, AL, DX);
            case 7 -> port(a, port, value).op(IN, (kind & 0x10) != 0 ? AX : EAX, DX);
            case 8, 9 -> a.op(MOV, EAX, imm(value)).op(MOV, abs(4, address, 4), EAX);
            case 10 -> a.op(MOV, AX, abs(2, address, 4));
            case 11 -> a.op(MOV, EAX, abs(4, address, 4));
            case 12 -> port(a, port, 0).db(0xF3, (kind & 0x10) != 0 ? 0x6E : 0x6D); // OUTS, INS
            case 13 -> a.op(HLT);
            case 14 -> configure(a, where, value);
            default -> a.dd(value); // whatever that is
        }
    }

    private static Assembler port(Assembler a, int port, int value) {
        return a.op(MOV, EDX, imm(port)).op(MOV, EAX, imm(value));
    }

    /** PCI configuration space, by mechanism 1. */
    private static void configure(Assembler a, int where, int value) {
        Operand.Immediate address = imm(0x8000_0000L | where & 0x3FFC);
        a.op(MOV, EDX, imm(0xCF8)).op(MOV, EAX, address).op(OUT, DX, EAX);
        port(a, 0xCFC, value).op(OUT, DX, EAX);
    }
}
