package dev.lungo.isa;

import static dev.lungo.isa.RegisterKind.CONTROL;
import static dev.lungo.isa.RegisterKind.DEBUG;
import static dev.lungo.isa.RegisterKind.GPR16;
import static dev.lungo.isa.RegisterKind.GPR32;
import static dev.lungo.isa.RegisterKind.GPR64;
import static dev.lungo.isa.RegisterKind.GPR8;
import static dev.lungo.isa.RegisterKind.GPR8_HIGH;
import static dev.lungo.isa.RegisterKind.MMX;
import static dev.lungo.isa.RegisterKind.SEGMENT;
import static dev.lungo.isa.RegisterKind.X87;
import static dev.lungo.isa.RegisterKind.XMM;
import static dev.lungo.isa.RegisterKind.YMM;

import dev.lungo.isa.Operand.Immediate;
import dev.lungo.isa.Operand.Memory;
import dev.lungo.isa.Operand.Register;

/** Operands by name, for programs written with {@link Assembler}. */
public final class Operands {
    // spotless:off
    public static final Register AL = of(GPR8, 0), CL = of(GPR8, 1), DL = of(GPR8, 2), BL = of(GPR8, 3);
    public static final Register SPL = of(GPR8, 4), BPL = of(GPR8, 5), SIL = of(GPR8, 6), DIL = of(GPR8, 7);
    public static final Register R8B = of(GPR8, 8), R9B = of(GPR8, 9), R10B = of(GPR8, 10), R11B = of(GPR8, 11);
    public static final Register R12B = of(GPR8, 12), R13B = of(GPR8, 13), R14B = of(GPR8, 14), R15B = of(GPR8, 15);
    public static final Register AH = of(GPR8_HIGH, 0), CH = of(GPR8_HIGH, 1), DH = of(GPR8_HIGH, 2), BH = of(GPR8_HIGH, 3);
    public static final Register AX = of(GPR16, 0), CX = of(GPR16, 1), DX = of(GPR16, 2), BX = of(GPR16, 3);
    public static final Register SP = of(GPR16, 4), BP = of(GPR16, 5), SI = of(GPR16, 6), DI = of(GPR16, 7);
    public static final Register R8W = of(GPR16, 8), R9W = of(GPR16, 9), R10W = of(GPR16, 10), R11W = of(GPR16, 11);
    public static final Register R12W = of(GPR16, 12), R13W = of(GPR16, 13), R14W = of(GPR16, 14), R15W = of(GPR16, 15);
    public static final Register EAX = of(GPR32, 0), ECX = of(GPR32, 1), EDX = of(GPR32, 2), EBX = of(GPR32, 3);
    public static final Register ESP = of(GPR32, 4), EBP = of(GPR32, 5), ESI = of(GPR32, 6), EDI = of(GPR32, 7);
    public static final Register R8D = of(GPR32, 8), R9D = of(GPR32, 9), R10D = of(GPR32, 10), R11D = of(GPR32, 11);
    public static final Register R12D = of(GPR32, 12), R13D = of(GPR32, 13), R14D = of(GPR32, 14), R15D = of(GPR32, 15);
    public static final Register RAX = of(GPR64, 0), RCX = of(GPR64, 1), RDX = of(GPR64, 2), RBX = of(GPR64, 3);
    public static final Register RSP = of(GPR64, 4), RBP = of(GPR64, 5), RSI = of(GPR64, 6), RDI = of(GPR64, 7);
    public static final Register R8 = of(GPR64, 8), R9 = of(GPR64, 9), R10 = of(GPR64, 10), R11 = of(GPR64, 11);
    public static final Register R12 = of(GPR64, 12), R13 = of(GPR64, 13), R14 = of(GPR64, 14), R15 = of(GPR64, 15);
    public static final Register ES = of(SEGMENT, 0), CS = of(SEGMENT, 1), SS = of(SEGMENT, 2), DS = of(SEGMENT, 3);
    public static final Register FS = of(SEGMENT, 4), GS = of(SEGMENT, 5);
    public static final Register CR0 = of(CONTROL, 0), CR2 = of(CONTROL, 2), CR3 = of(CONTROL, 3), CR4 = of(CONTROL, 4);
    public static final Register CR8 = of(CONTROL, 8);
    public static final Register DR0 = of(DEBUG, 0), DR1 = of(DEBUG, 1), DR2 = of(DEBUG, 2), DR3 = of(DEBUG, 3);
    public static final Register DR4 = of(DEBUG, 4), DR5 = of(DEBUG, 5), DR6 = of(DEBUG, 6), DR7 = of(DEBUG, 7);
    public static final Register ST0 = of(X87, 0), ST1 = of(X87, 1), ST2 = of(X87, 2), ST3 = of(X87, 3);
    public static final Register ST4 = of(X87, 4), ST5 = of(X87, 5), ST6 = of(X87, 6), ST7 = of(X87, 7);
    public static final Register MM0 = of(MMX, 0), MM1 = of(MMX, 1), MM2 = of(MMX, 2), MM3 = of(MMX, 3);
    public static final Register MM4 = of(MMX, 4), MM5 = of(MMX, 5), MM6 = of(MMX, 6), MM7 = of(MMX, 7);
    public static final Register XMM0 = of(XMM, 0), XMM1 = of(XMM, 1), XMM2 = of(XMM, 2), XMM3 = of(XMM, 3);
    public static final Register XMM4 = of(XMM, 4), XMM5 = of(XMM, 5), XMM6 = of(XMM, 6), XMM7 = of(XMM, 7);
    public static final Register XMM8 = of(XMM, 8), XMM9 = of(XMM, 9), XMM10 = of(XMM, 10), XMM11 = of(XMM, 11);
    public static final Register XMM12 = of(XMM, 12), XMM13 = of(XMM, 13), XMM14 = of(XMM, 14), XMM15 = of(XMM, 15);
    public static final Register YMM0 = of(YMM, 0), YMM1 = of(YMM, 1), YMM2 = of(YMM, 2), YMM3 = of(YMM, 3);
    public static final Register YMM4 = of(YMM, 4), YMM5 = of(YMM, 5), YMM6 = of(YMM, 6), YMM7 = of(YMM, 7);
    public static final Register YMM8 = of(YMM, 8), YMM9 = of(YMM, 9), YMM10 = of(YMM, 10), YMM11 = of(YMM, 11);
    public static final Register YMM12 = of(YMM, 12), YMM13 = of(YMM, 13), YMM14 = of(YMM, 14), YMM15 = of(YMM, 15);
    // spotless:on

    private Operands() {}

    private static Register of(RegisterKind kind, int number) {
        return Registers.of(kind, number);
    }

    /** An immediate of whatever width the instruction takes. */
    public static Immediate imm(long value) {
        return new Immediate(value, 8);
    }

    /** {@code bytes} of memory at a register. The register's width is the address size. */
    public static Memory mem(int bytes, Register base) {
        return mem(bytes, base, 0);
    }

    public static Memory mem(int bytes, Register base, long displacement) {
        return memory(bytes, base.number(), Memory.NONE, 1, displacement, base.bytes());
    }

    /** With 16-bit registers, {@code base} is BX or BP and {@code index} SI or DI, unscaled. */
    public static Memory mem(
            int bytes, Register base, Register index, int scale, long displacement) {
        return memory(bytes, base.number(), index.number(), scale, displacement, base.bytes());
    }

    /** {@code bytes} of memory at an address; {@code addressBytes} is the address size. */
    public static Memory abs(int bytes, long address, int addressBytes) {
        return memory(bytes, Memory.NONE, Memory.NONE, 1, address, addressBytes);
    }

    /** The same memory in another segment. */
    public static Memory in(Segment segment, Memory memory) {
        return new Memory(
                segment,
                memory.base(),
                memory.index(),
                memory.scale(),
                memory.displacement(),
                memory.addressBytes(),
                memory.vectorIndex(),
                memory.bytes());
    }

    private static Memory memory(
            int bytes, int base, int index, int scale, long displacement, int addressBytes) {
        Segment segment = Memory.defaultSegment(base);
        return new Memory(segment, base, index, scale, displacement, addressBytes, GPR64, bytes);
    }
}
