package dev.lungo.isa;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to instructions, by the opcode maps. SDM 2A, "Instruction Format"; SDM 2D, "Opcode Map".
 *
 * <p>What a form means does not depend on processor features here. The processor checks what the
 * bytes do not tell: VEX-encoded instructions ({@link Instruction#VEX}) need protected mode and OS
 * support; TZCNT and LZCNT are BSF and BSR, RDSSP, CLDEMOTE and the prefetches are NOP, and ENDBR32
 * and ENDBR64 do nothing, where CPUID lacks them; everything else that it lacks is #UD.
 *
 * <p>Where processors differ this one is Intel's: near branches ignore 66h in 64-bit mode, SYSCALL
 * decodes in every mode, LOCK MOV CR0 is undefined. There is no EVEX, XOP or 3DNow!.
 */
public final class Decoder {
    /** No instruction is longer. */
    public static final int MAX_BYTES = 15;

    private static final Operand.Immediate ONE = new Operand.Immediate(1, 1);

    /** MOV takes CR0, CR2, CR3, CR4 and in 64-bit mode CR8. */
    private static final int CONTROL_REGISTERS = 0b1_0001_1101;

    private static final int NO_REGISTER = Operand.Memory.NONE;
    private static final int SEGMENTS = 6;
    private static final int CS = 1;
    private static final int RSP = 4;

    private final CodeBytes code;
    private boolean invalid;

    private final boolean mode64;
    private final CodeMode mode;

    private int prefixes;
    private int rex;
    private int rep;
    private @Nullable Segment override;

    private boolean vex;
    private boolean vexL;
    private int vvvv;

    // Bit 3 of register numbers, from REX or VEX: 0 or 8.
    private int extendR;
    private int extendX;
    private int extendB;
    private boolean w;

    private int opcode;
    private int mod;
    private int reg;
    private int rm;
    private int operandBytes;
    private int addressBytes;

    private final EffectiveAddress address = new EffectiveAddress();

    private Decoder(CodeMode mode, byte[] bytes, int offset, int available) {
        this.mode = mode;
        this.mode64 = mode == CodeMode.CODE64;
        this.code = new CodeBytes(bytes, offset, available);
    }

    /**
     * The instruction that begins at {@code offset} of {@code bytes}, of which {@code available}
     * may be read.
     *
     * @throws IndexOutOfBoundsException if the array is shorter than that
     */
    public static Decoded decode(CodeMode mode, byte[] bytes, int offset, int available) {
        return new Decoder(mode, bytes, offset, available).decode();
    }

    private Decoded decode() {
        readPrefixes();
        if (code.exhausted()) {
            return code.end();
        }
        addressBytes = addressBytes();
        OpcodeTable table = readOpcode();
        if (code.exhausted()) {
            return code.end();
        }
        if (table == null) {
            return Undecodable.INVALID;
        }
        boolean hasModRm = table.hasModRm(opcode);
        if (hasModRm) {
            int modRm = code.next();
            if (code.exhausted()) {
                return code.end();
            }
            mod = modRm >> 6;
            reg = (modRm >> 3) & 7;
            rm = modRm & 7;
        }
        int size = operandBytes(has(Instruction.OPERAND_SIZE));
        Row row = table.find(opcode, key(size));
        if (row == null) {
            return Undecodable.INVALID;
        }
        if (hasModRm && row.is(Row.MOD_IGNORED)) {
            mod = 3;
        }
        if (isIllegal(row)) {
            return Undecodable.INVALID;
        }
        operandBytes = attribute(row, size);
        if (hasModRm && mod != 3) {
            readMemory();
        }
        List<Operand> operands = operands(row);
        if (code.exhausted()) {
            return code.end();
        }
        if (invalid) {
            return Undecodable.INVALID;
        }
        return new Instruction(
                row.mnemonic,
                operands,
                operandBytes,
                addressBytes,
                reportedPrefixes(row),
                code.length());
    }

    private boolean has(int prefix) {
        return (prefixes & prefix) != 0;
    }

    // Prefixes. SDM 2A, "Instruction Prefixes".

    private void readPrefixes() {
        while (true) {
            int b = code.next();
            switch (b) {
                case 0x26 -> override(Segment.ES);
                case 0x2E -> override(Segment.CS);
                case 0x36 -> override(Segment.SS);
                case 0x3E -> override(Segment.DS);
                case 0x64 -> override(Segment.FS);
                case 0x65 -> override(Segment.GS);
                case 0x66 -> prefix(Instruction.OPERAND_SIZE);
                case 0x67 -> prefix(Instruction.ADDRESS_SIZE);
                case 0xF0 -> prefix(Instruction.LOCK);
                case 0xF2 -> rep(Row.F2);
                case 0xF3 -> rep(Row.F3);
                default -> {
                    if (!mode64 || (b & 0xF0) != 0x40) {
                        opcode = b;
                        useRex();
                        return;
                    }
                    rex = b;
                }
            }
            if (code.exhausted()) {
                return;
            }
        }
    }

    /** A REX prefix counts only if it stands directly before the opcode. */
    private void prefix(int prefix) {
        prefixes |= prefix;
        rex = 0;
    }

    private void rep(int which) {
        rep = which;
        rex = 0;
    }

    /** In 64-bit mode only FS and GS override; the others do not even cancel them. */
    private void override(Segment segment) {
        prefix(Instruction.SEGMENT_OVERRIDE);
        if (!mode64 || segment.compareTo(Segment.FS) >= 0) {
            override = segment;
        }
    }

    private void useRex() {
        if (rex != 0) {
            prefixes |= Instruction.REX;
            w = (rex & 8) != 0;
            extendR = (rex & 4) << 1;
            extendX = (rex & 2) << 2;
            extendB = (rex & 1) << 3;
        }
    }

    private int addressBytes() {
        boolean prefixed = has(Instruction.ADDRESS_SIZE);
        return switch (mode) {
            case CODE16 -> prefixed ? 4 : 2;
            case CODE32 -> prefixed ? 2 : 4;
            case CODE64 -> prefixed ? 4 : 8;
        };
    }

    // Opcode.

    /** The map that the escape bytes select; null if there is none. */
    private @Nullable OpcodeTable readOpcode() {
        if (opcode == 0x0F) {
            opcode = code.next();
            return switch (opcode) {
                case 0x38 -> third(OpcodeTable.MAP_0F38);
                case 0x3A -> third(OpcodeTable.MAP_0F3A);
                default -> OpcodeTable.TWO_BYTE;
            };
        }
        if (opcode == 0xC4 || opcode == 0xC5) {
            // Outside 64-bit mode this is LES or LDS unless ModRM would name a register.
            if (mode64 || (code.peek() & 0xC0) == 0xC0) {
                return readVex();
            }
        }
        return OpcodeTable.ONE_BYTE;
    }

    private OpcodeTable third(OpcodeTable map) {
        opcode = code.next();
        return map;
    }

    /** SDM 2A, "The VEX Prefix". */
    private @Nullable OpcodeTable readVex() {
        if (rep != 0 || has(Instruction.OPERAND_SIZE | Instruction.LOCK | Instruction.REX)) {
            return null;
        }
        vex = true;
        prefixes |= Instruction.VEX;
        int map = 1;
        int payload = code.next();
        extendR = (~payload & 0x80) >> 4;
        if (opcode == 0xC4) {
            extendX = (~payload & 0x40) >> 3;
            extendB = mode64 ? (~payload & 0x20) >> 2 : 0;
            map = payload & 0x1F;
            payload = code.next();
            w = (payload & 0x80) != 0;
        }
        vvvv = (~payload >> 3) & 0xF;
        vexL = (payload & 4) != 0;
        switch (payload & 3) {
            case 1 -> prefixes |= Instruction.OPERAND_SIZE;
            case 2 -> rep = Row.F3;
            case 3 -> rep = Row.F2;
            default -> {}
        }
        opcode = code.next();
        return switch (map) {
            case 1 -> OpcodeTable.VEX_0F;
            case 2 -> OpcodeTable.VEX_0F38;
            case 3 -> OpcodeTable.VEX_0F3A;
            default -> null;
        };
    }

    /** What rows put conditions on. */
    private int key(int size) {
        return rm
                | (reg << Row.REG_SHIFT)
                | (mod == 3 ? Row.MOD3 : 0)
                | (has(Instruction.OPERAND_SIZE) ? Row.P66 : 0)
                | rep
                | (mode64 ? Row.MODE64 : 0)
                | (w ? Row.W : 0)
                | (vexL ? Row.L : 0)
                | (size == 2 ? Row.OPERAND16 : size == 8 ? Row.OPERAND64 : 0)
                | (extendB != 0 ? Row.B : 0);
    }

    private boolean isIllegal(Row row) {
        if (has(Instruction.LOCK) && (!row.is(Row.LOCKABLE) || mod == 3)) {
            return true;
        }
        return vvvv != 0 && !row.is(Row.VVVV);
    }

    /** SDM 1, "Operand-Size and Address-Size Attributes". */
    private int operandBytes(boolean prefixed) {
        if (vex) {
            return w && mode64 ? 8 : 4;
        }
        return switch (mode) {
            case CODE16 -> prefixed ? 4 : 2;
            case CODE32 -> prefixed ? 2 : 4;
            case CODE64 -> w ? 8 : prefixed ? 2 : 4;
        };
    }

    private int attribute(Row row, int size) {
        if (mode64 && row.is(Row.F64)) {
            return 8;
        }
        int effective = row.selectedBy66() ? operandBytes(false) : size;
        return mode64 && row.is(Row.D64) && effective == 4 ? 8 : effective;
    }

    private int reportedPrefixes(Row row) {
        int reported = prefixes;
        if (vex) {
            return reported & ~Instruction.OPERAND_SIZE;
        }
        if (rep != 0 && !row.selectedByRep()) {
            reported |= rep == Row.F3 ? Instruction.REP : Instruction.REPNE;
        }
        return reported;
    }

    // Memory operands.

    private void readMemory() {
        if (addressBytes == 2) {
            address.read16(code, mod, rm);
        } else {
            address.read32(code, mode64, mod, rm, extendX, extendB);
        }
    }

    private Operand.Memory memory(int width) {
        int index = address.index == RSP ? NO_REGISTER : address.index;
        return memory(address.base, index, RegisterKind.GPR64, width);
    }

    private Operand.Memory memory(int base, int index, RegisterKind indexKind, int width) {
        return new Operand.Memory(
                override != null ? override : Operand.Memory.defaultSegment(base),
                base,
                index,
                index == NO_REGISTER ? 1 : address.scale,
                address.displacement,
                addressBytes,
                indexKind,
                width);
    }

    /** At a register that no ModRM names. */
    private Operand.Memory implicitMemory(int base, int width) {
        return memory(base, NO_REGISTER, RegisterKind.GPR64, width);
    }

    /** SDM 2A, "Vector SIB (VSIB) Memory Addressing": destination, index and mask must differ. */
    private Operand.Memory vectorMemory(RegisterKind indexKind, int width) {
        invalid |= !address.hasSib || addressBytes == 2;
        int index = address.index;
        int destination = reg | extendR;
        int mask = vexRegister();
        invalid |= destination == index || destination == mask || index == mask;
        return memory(address.base, index, indexKind, width);
    }

    // Operands.

    private List<Operand> operands(Row row) {
        return switch (row.operandCount()) {
            case 0 -> List.of();
            case 1 -> List.of(operand(row.operand(0), true));
            case 2 -> List.of(operand(row.operand(0), true), operand(row.operand(1), false));
            case 3 ->
                    List.of(
                            operand(row.operand(0), true),
                            operand(row.operand(1), false),
                            operand(row.operand(2), false));
            default ->
                    List.of(
                            operand(row.operand(0), true),
                            operand(row.operand(1), false),
                            operand(row.operand(2), false),
                            operand(row.operand(3), false));
        };
    }

    private Operand operand(OperandCode form, boolean destination) {
        return switch (form.method) {
            case E -> mod == 3 ? gpr(rm | extendB, form) : memory(width(form.memory));
            case G -> gpr(reg | extendR, form);
            case I -> new Operand.Immediate(code.unsigned(width(form.type)), width(form.type));
            case IS -> signExtendedImmediate(form);
            case M -> memory(width(form.memory));
            case Z -> gpr((opcode & 7) | extendB, form);
            case J -> relative(form);
            case FIXED -> Registers.of(form.kind, form.number);
            case V -> vector(reg | extendR, form);
            case W -> mod == 3 ? vector(rm | extendB, form) : memory(width(form.memory));
            case H -> vector(vexRegister(), form);
            case U -> vector(rm | extendB, form);
            case P -> Registers.of(RegisterKind.MMX, reg);
            case Q -> mod == 3 ? Registers.of(RegisterKind.MMX, rm) : memory(width(form.memory));
            case R -> gpr(rm | extendB, form);
            case X -> implicitMemory(6, width(form.type));
            case Y -> destinationString(width(form.type));
            case ACCUMULATOR -> Registers.gpr(0, width(form.type));
            case A, B, C, D, L, N, O, S, VMX, VMY, STI, ONE, RAX, RBX, RDI ->
                    rareOperand(form, destination);
        };
    }

    private Operand rareOperand(OperandCode form, boolean destination) {
        return switch (form.method) {
            case A -> farPointer();
            case B -> Registers.gpr(vexRegister(), width(form.type));
            case C -> control(reg | extendR);
            case D -> debug(reg | extendR);
            case L -> vector(((int) code.unsigned(1) >> 4) & (mode64 ? 15 : 7), form);
            case N -> Registers.of(RegisterKind.MMX, rm);
            case O -> offset(width(form.type));
            case S -> segmentRegister(destination);
            case VMX -> vectorMemory(RegisterKind.XMM, width(form.type));
            case VMY -> vectorMemory(RegisterKind.YMM, width(form.type));
            case STI -> Registers.of(RegisterKind.X87, rm);
            case ONE -> ONE;
            case RAX -> implicitMemory(0, width(form.type));
            case RBX -> implicitMemory(3, width(form.type));
            case RDI -> implicitMemory(7, width(form.type));
            case E, G, H, I, IS, J, M, P, Q, R, U, V, W, X, Y, Z, FIXED, ACCUMULATOR ->
                    throw new AssertionError(form);
        };
    }

    private int width(OperandCode.Type type) {
        return switch (type) {
            case B -> 1;
            case W -> 2;
            case D -> 4;
            case Q -> 8;
            case T -> 10;
            case DQ -> 16;
            case QQ -> 32;
            case V -> operandBytes;
            case Z -> operandBytes == 2 ? 2 : 4;
            case Y -> operandBytes == 8 ? 8 : 4;
            case X -> vexL ? 32 : 16;
            case A -> 2 * operandBytes;
            case P -> 2 + operandBytes;
            case S -> mode64 ? 10 : 6;
            case NONE -> 0;
            case ENV -> operandBytes == 2 ? 14 : 28;
            case STATE -> operandBytes == 2 ? 94 : 108;
            case M512 -> 512;
            case ADDRESS -> addressBytes;
        };
    }

    private Operand gpr(int number, OperandCode form) {
        return form.type == OperandCode.Type.B
                ? Registers.gpr8(number, rex != 0)
                : Registers.gpr(number, width(form.type));
    }

    private Operand vector(int number, OperandCode form) {
        boolean wide = form.type == OperandCode.Type.X ? vexL : form.type == OperandCode.Type.QQ;
        return Registers.of(wide ? RegisterKind.YMM : RegisterKind.XMM, number);
    }

    private int vexRegister() {
        return mode64 ? vvvv : vvvv & 7;
    }

    private Operand signExtendedImmediate(OperandCode form) {
        return new Operand.Immediate(code.signed(width(form.type)), operandBytes);
    }

    private Operand relative(OperandCode form) {
        int width = width(form.type);
        return new Operand.Relative(code.signed(width), width);
    }

    private Operand farPointer() {
        long offset = code.unsigned(operandBytes);
        return new Operand.FarPointer((int) code.unsigned(2), offset, 2 + operandBytes);
    }

    private Operand control(int number) {
        invalid |= (CONTROL_REGISTERS >> number & 1) == 0;
        return Registers.of(RegisterKind.CONTROL, number);
    }

    private Operand debug(int number) {
        invalid |= number >= 8;
        return Registers.of(RegisterKind.DEBUG, number);
    }

    private Operand segmentRegister(boolean destination) {
        invalid |= reg >= SEGMENTS;
        invalid |= destination && reg == CS;
        return Registers.of(RegisterKind.SEGMENT, reg);
    }

    private Operand offset(int width) {
        address.displacement = code.unsigned(addressBytes);
        return implicitMemory(NO_REGISTER, width);
    }

    /** ES:rDI, which no prefix overrides. */
    private Operand destinationString(int width) {
        return new Operand.Memory(
                Segment.ES, 7, NO_REGISTER, 1, 0, addressBytes, RegisterKind.GPR64, width);
    }
}
