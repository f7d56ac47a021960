package dev.lungo.isa;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Instructions as text, in Intel syntax as binutils writes it: {@code mov rax,QWORD PTR
 * [rbx+rcx*4+0x10]}.
 */
public final class Disassembler {
    private static final String[] GPR = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    private static final String[] GPR8 = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
    private static final String[] GPR8_HIGH = {"ah", "ch", "dh", "bh"};
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

    private static final Map<Mnemonic, String> NAMES = names();

    private Disassembler() {}

    /**
     * The text of an instruction.
     *
     * @param address of the instruction, from which relative branch targets are counted
     */
    public static String format(Instruction instruction, long address) {
        var text = new StringBuilder(40);
        prefixes(text, instruction);
        text.append(name(instruction));
        for (int i = 0; i < instruction.operands().size(); i++) {
            text.append(i == 0 ? ' ' : ',');
            operand(text, instruction, instruction.operand(i), address);
        }
        return text.toString();
    }

    private static void prefixes(StringBuilder text, Instruction instruction) {
        if (instruction.has(Instruction.LOCK)) {
            text.append("lock ");
        }
        boolean compares =
                instruction.mnemonic() == Mnemonic.CMPS || instruction.mnemonic() == Mnemonic.SCAS;
        if (instruction.has(Instruction.REP)) {
            text.append(compares ? "repz " : "rep ");
        } else if (instruction.has(Instruction.REPNE)) {
            text.append(isBranch(instruction) ? "bnd " : "repnz ");
        }
    }

    private static boolean isBranch(Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case JMP,
                    CALL,
                    RET,
                    JO,
                    JNO,
                    JB,
                    JNB,
                    JZ,
                    JNZ,
                    JBE,
                    JNBE,
                    JS,
                    JNS,
                    JP,
                    JNP,
                    JL,
                    JNL,
                    JLE,
                    JNLE ->
                    true;
            default -> false;
        };
    }

    /** The names of condition codes that people use; far transfers as binutils names them. */
    private static Map<Mnemonic, String> names() {
        var names = new EnumMap<Mnemonic, String>(Mnemonic.class);
        for (Mnemonic mnemonic : Mnemonic.values()) {
            String name = mnemonic.name().toLowerCase(Locale.ROOT);
            String prefix = name.startsWith("set") ? "set" : name.startsWith("cmov") ? "cmov" : "j";
            names.put(
                    mnemonic,
                    switch (name.startsWith(prefix) ? name.substring(prefix.length()) : "") {
                        case "nb" -> prefix + "ae";
                        case "z" -> prefix + "e";
                        case "nz" -> prefix + "ne";
                        case "nbe" -> prefix + "a";
                        case "nl" -> prefix + "ge";
                        case "nle" -> prefix + "g";
                        default -> name;
                    });
        }
        names.put(Mnemonic.CALLF, "call");
        names.put(Mnemonic.JMPF, "jmp");
        return names;
    }

    private static String name(Instruction instruction) {
        int size = instruction.operandBytes();
        return switch (instruction.mnemonic()) {
            case JCXZ ->
                    switch (instruction.addressBytes()) {
                        case 2 -> "jcxz";
                        case 4 -> "jecxz";
                        default -> "jrcxz";
                    };
            case MOV -> isWideMove(instruction) ? "movabs" : "mov";
            case FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XSAVEC, XSAVES, XRSTOR, XRSTORS ->
                    NAMES.get(instruction.mnemonic()) + (size == 8 ? "64" : "");
            case IRET, PUSHF, POPF, PUSHA, POPA, RETF, SYSRET, SYSEXIT ->
                    NAMES.get(instruction.mnemonic()) + suffix(size);
            default -> NAMES.get(instruction.mnemonic());
        };
    }

    private static String suffix(int size) {
        return switch (size) {
            case 2 -> "w";
            case 4 -> "d";
            default -> "q";
        };
    }

    private static boolean isWideMove(Instruction instruction) {
        return instruction.operand(0) instanceof Operand.Register
                && instruction.operand(1) instanceof Operand.Immediate(_, int bytes)
                && bytes == 8
                && instruction.length() >= 10;
    }

    private static void operand(
            StringBuilder text, Instruction instruction, Operand operand, long address) {
        switch (operand) {
            case Operand.Register(var kind, int number) -> register(text, kind, number);
            case Operand.Memory memory -> memory(text, instruction, memory);
            case Operand.Immediate(long value, int bytes) -> hex(text, value & mask(bytes));
            case Operand.Relative(long offset, _) -> {
                long target = address + instruction.length() + offset;
                hex(text, target & mask(instruction.operandBytes()));
            }
            case Operand.FarPointer(int selector, long offset, _) -> {
                hex(text, selector);
                text.append(':');
                hex(text, offset);
            }
        }
    }

    private static long mask(int bytes) {
        return bytes >= 8 ? -1 : (1L << (8 * bytes)) - 1;
    }

    private static void hex(StringBuilder text, long value) {
        text.append("0x").append(Long.toHexString(value));
    }

    private static void register(StringBuilder text, RegisterKind kind, int number) {
        switch (kind) {
            case GPR8 -> text.append(number < 8 ? GPR8[number] : "r" + number + "b");
            case GPR8_HIGH -> text.append(GPR8_HIGH[number]);
            case GPR16 -> text.append(number < 8 ? GPR[number] : "r" + number + "w");
            case GPR32 -> text.append(number < 8 ? "e" + GPR[number] : "r" + number + "d");
            case GPR64 -> text.append(number < 8 ? "r" + GPR[number] : "r" + number);
            case SEGMENT -> text.append(SEGMENTS[number]);
            case CONTROL -> text.append("cr").append(number);
            case DEBUG -> text.append("dr").append(number);
            case X87 -> text.append(number == 0 ? "st" : "st(" + number + ")");
            case MMX -> text.append("mm").append(number);
            case XMM -> text.append("xmm").append(number);
            case YMM -> text.append("ymm").append(number);
            case BOUND -> text.append("bnd").append(number);
        }
    }

    private static void memory(StringBuilder text, Instruction instruction, Operand.Memory memory) {
        text.append(pointer(instruction, memory.bytes()));
        boolean absolute =
                memory.base() == Operand.Memory.NONE && memory.index() == Operand.Memory.NONE;
        if (absolute || namesSegment(instruction, memory)) {
            text.append(name(memory.segment())).append(':');
        }
        if (absolute) {
            hex(text, memory.displacement() & mask(memory.addressBytes()));
            return;
        }
        text.append('[');
        if (memory.base() != Operand.Memory.NONE) {
            address(text, memory.base(), memory.addressBytes());
        }
        if (memory.index() != Operand.Memory.NONE) {
            index(text, memory);
        }
        displacement(text, memory);
        text.append(']');
    }

    private static String name(Segment segment) {
        return switch (segment) {
            case ES -> "es";
            case CS -> "cs";
            case SS -> "ss";
            case DS -> "ds";
            case FS -> "fs";
            case GS -> "gs";
        };
    }

    private static boolean namesSegment(Instruction instruction, Operand.Memory memory) {
        return switch (instruction.mnemonic()) {
            case MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS, XLAT -> true;
            default -> memory.segment() != Operand.Memory.defaultSegment(memory.base());
        };
    }

    private static void address(StringBuilder text, int base, int bytes) {
        if (base == Operand.Memory.RIP) {
            text.append(bytes == 8 ? "rip" : "eip");
        } else {
            register(text, kind(bytes), base);
        }
    }

    private static RegisterKind kind(int bytes) {
        return bytes == 8
                ? RegisterKind.GPR64
                : bytes == 4 ? RegisterKind.GPR32 : RegisterKind.GPR16;
    }

    private static void index(StringBuilder text, Operand.Memory memory) {
        if (memory.base() != Operand.Memory.NONE) {
            text.append('+');
        }
        register(
                text,
                memory.isVsib() ? memory.vectorIndex() : kind(memory.addressBytes()),
                memory.index());
        if (memory.addressBytes() != 2) {
            text.append('*').append(memory.scale());
        }
    }

    private static void displacement(StringBuilder text, Operand.Memory memory) {
        long value = memory.displacement();
        if (value == 0) {
            return;
        }
        text.append(value < 0 ? '-' : '+');
        hex(text, Math.abs(value));
    }

    private static String pointer(Instruction instruction, int bytes) {
        return switch (instruction.mnemonic()) {
            case LGDT, LIDT, SGDT, SIDT, BOUND -> "";
            default ->
                    switch (bytes) {
                        case 1 -> "BYTE PTR ";
                        case 2 -> "WORD PTR ";
                        case 4 -> "DWORD PTR ";
                        case 6 -> "FWORD PTR ";
                        case 8 -> "QWORD PTR ";
                        case 10 -> "TBYTE PTR ";
                        case 16 -> "XMMWORD PTR ";
                        case 32 -> "YMMWORD PTR ";
                        default -> "";
                    };
        };
    }
}
