package dev.lungo.isa;

import dev.lungo.isa.Operand.Memory;
import dev.lungo.isa.Operand.Register;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Instructions to bytes, by the rows that the decoder uses. It writes every form that a row allows,
 * lets the decoder read it back, and takes the shortest that turns out to be what was meant.
 */
final class Encoder {
    /**
     * @param escape the bytes between prefixes and opcode: 0, 0Fh, 0F38h or 0F3Ah
     * @param vexMap VEX.mmmmm, or 0 if there is no VEX
     */
    private record Form(Row row, int escape, int vexMap) {}

    private static final Map<Mnemonic, List<Form>> FORMS = forms();

    private Encoder() {}

    private static Map<Mnemonic, List<Form>> forms() {
        var forms = new EnumMap<Mnemonic, List<Form>>(Mnemonic.class);
        add(forms, 0, 0, OneByteMap.ROWS, OpcodeGroups.ONE_BYTE, X87Map.ROWS);
        add(forms, 0x0F, 0, TwoByteMap.ROWS, OpcodeGroups.TWO_BYTE);
        add(forms, 0x0F38, 0, Map0F38.ROWS);
        add(forms, 0x0F3A, 0, Map0F3A.ROWS);
        add(forms, 0, 1, VexMap0F.ROWS);
        add(forms, 0, 2, VexMap0F38.ROWS);
        add(forms, 0, 3, VexMap0F3A.ROWS);
        return forms;
    }

    private static void add(
            Map<Mnemonic, List<Form>> forms, int escape, int vexMap, Row[]... maps) {
        for (Row[] map : maps) {
            for (Row row : map) {
                forms.computeIfAbsent(row.mnemonic, _ -> new ArrayList<>())
                        .add(new Form(row, escape, vexMap));
            }
        }
    }

    /** The shortest encoding, or null if there is none. */
    static byte @Nullable [] encode(CodeMode mode, Mnemonic mnemonic, List<Operand> operands) {
        byte[] shortest = null;
        for (Form form : FORMS.getOrDefault(mnemonic, List.of())) {
            if (form.row.operandCount() != operands.size()) {
                continue;
            }
            for (int choice = 0; choice < 8; choice++) {
                byte[] code = new Attempt(mode, form, choice).write(operands);
                if (code != null
                        && (shortest == null || code.length < shortest.length)
                        && means(mode, code, mnemonic, operands)) {
                    shortest = code;
                }
            }
        }
        return shortest;
    }

    private static boolean means(
            CodeMode mode, byte[] code, Mnemonic mnemonic, List<Operand> operands) {
        if (!(Decoder.decode(mode, code, 0, code.length) instanceof Instruction read)
                || read.mnemonic() != mnemonic
                || read.length() != code.length) {
            return false;
        }
        for (int i = 0; i < operands.size(); i++) {
            if (!same(operands.get(i), read.operand(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(Operand meant, Operand read) {
        if (meant instanceof Operand.Immediate(long value, _)
                && read instanceof Operand.Immediate(long found, int bytes)) {
            int unused = 64 - 8 * bytes;
            return value << unused == found << unused;
        }
        if (meant instanceof Memory one && read instanceof Memory other) {
            int unused = 64 - 8 * one.addressBytes();
            return one.segment() == other.segment()
                    && one.base() == other.base()
                    && one.index() == other.index()
                    && (one.index() == Memory.NONE || one.scale() == other.scale())
                    && one.displacement() << unused == other.displacement() << unused
                    && one.addressBytes() == other.addressBytes()
                    && one.vectorIndex() == other.vectorIndex()
                    && (one.bytes() == 0 || one.bytes() == other.bytes());
        }
        if (meant instanceof Operand.Relative(long offset, int wanted)
                && read instanceof Operand.Relative(long found, int bytes)) {
            return offset == found && (wanted == 0 || wanted == bytes);
        }
        return meant.equals(read);
    }

    /** One try at writing a row: with or without 66h, REX.W or VEX.W, and VEX.L. */
    private static final class Attempt {
        private final CodeMode mode;
        private final Row row;
        private final Form form;
        private final boolean vex;
        private final boolean p66;
        private final boolean w;
        private final boolean l;

        private final byte[] code = new byte[Decoder.MAX_BYTES + 8];
        private int length;

        private int opcode;
        private int reg;
        private int rm;
        private boolean memoryForm;
        private @Nullable Memory memory;

        /** Of ES:rDI, which has no segment prefix. */
        private int addressBytes;

        private int vvvv;
        private boolean needsRex;
        private boolean fits = true;

        /** What follows ModRM, SIB and displacement. */
        private final byte[] tail = new byte[16];

        private int tailLength;

        Attempt(CodeMode mode, Form form, int choice) {
            this.mode = mode;
            this.form = form;
            this.row = form.row;
            this.vex = form.vexMap != 0;
            this.p66 = (choice & 1) != 0;
            this.w = (choice & 2) != 0;
            this.l = (choice & 4) != 0;
            this.opcode = row.opcode;
            this.reg = (row.value & Row.REG) >> Row.REG_SHIFT;
            this.rm = row.value & Row.RM;
            this.memoryForm =
                    row.is(Row.MODRM) && (row.mask & Row.MOD3) != 0 && (row.value & Row.MOD3) == 0;
        }

        byte @Nullable [] write(List<Operand> operands) {
            if ((l && !vex) || (w && !vex && mode != CodeMode.CODE64)) {
                return null;
            }
            for (int i = 0; i < operands.size() && fits; i++) {
                place(row.operand(i), operands.get(i));
            }
            if (!fits) {
                return null;
            }
            prefixes();
            if (vex) {
                vexPrefix();
            } else {
                rexAndEscape();
            }
            put(opcode);
            if (row.is(Row.MODRM)) {
                modRm();
            }
            for (int i = 0; i < tailLength; i++) {
                put(tail[i]);
            }
            return length <= Decoder.MAX_BYTES ? Arrays.copyOf(code, length) : null;
        }

        private void put(int value) {
            code[length++] = (byte) value;
        }

        private void put(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                put((int) (value >> (8 * i)));
            }
        }

        private void trail(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                tail[tailLength++] = (byte) (value >> (8 * i));
            }
        }

        private void place(OperandCode operandCode, Operand operand) {
            switch (operandCode.method) {
                case G, P, V, S, C, D -> reg = register(operand);
                case E, W, Q, M, R, U, N, VMX, VMY, STI -> {
                    if (operand instanceof Memory place) {
                        memory = place;
                        memoryForm = true;
                    } else {
                        rm = register(operand);
                    }
                }
                case H, B -> vvvv = register(operand);
                case Z -> {
                    rm = register(operand);
                    opcode = (opcode & ~7) | (rm & 7);
                }
                case I, IS -> immediate(operand, width(operandCode.type));
                case J -> {
                    if (operand instanceof Operand.Relative(long offset, _)) {
                        trail(offset, width(operandCode.type));
                    } else {
                        fits = false;
                    }
                }
                case A -> {
                    if (operand instanceof Operand.FarPointer(int selector, long offset, _)) {
                        trail(offset, width(OperandCode.Type.V));
                        trail(selector, 2);
                    } else {
                        fits = false;
                    }
                }
                case O -> {
                    if (operand instanceof Memory place) {
                        memory = place;
                        trail(place.displacement(), place.addressBytes());
                    } else {
                        fits = false;
                    }
                }
                case L -> trail(register(operand) << 4, 1);
                case Y -> addressBytes = operand instanceof Memory at ? at.addressBytes() : 0;
                case X, RAX, RBX, RDI -> {
                    if (operand instanceof Memory place) {
                        memory = place;
                    }
                }
                case FIXED, ACCUMULATOR, ONE -> {}
            }
        }

        private int register(Operand operand) {
            if (!(operand instanceof Register(var kind, int number))) {
                fits = false;
                return 0;
            }
            if (kind == RegisterKind.GPR8_HIGH) {
                return number + 4;
            }
            needsRex |= kind == RegisterKind.GPR8 && number >= 4;
            return number;
        }

        private void immediate(Operand operand, int bytes) {
            if (operand instanceof Operand.Immediate(long value, _)) {
                trail(value, bytes);
            } else {
                fits = false;
            }
        }

        private int width(OperandCode.Type type) {
            return switch (type) {
                case B -> 1;
                case W -> 2;
                case V -> operandBytes();
                default -> operandBytes() == 2 ? 2 : 4;
            };
        }

        private int operandBytes() {
            if (mode == CodeMode.CODE64 && (w || row.is(Row.F64))) {
                return 8;
            }
            return p66 == (mode == CodeMode.CODE16) ? 4 : 2;
        }

        private void prefixes() {
            int natural = mode == CodeMode.CODE16 ? 2 : mode == CodeMode.CODE32 ? 4 : 8;
            int wanted = memory != null ? memory.addressBytes() : addressBytes;
            if (wanted != 0 && wanted != natural) {
                put(0x67);
            }
            if (memory != null && memory.segment() != Memory.defaultSegment(memory.base())) {
                put(prefix(memory.segment()));
            }
            if (vex) {
                return;
            }
            if (p66 || row.selectedBy66()) {
                put(0x66);
            }
            if (row.selectedByRep()) {
                put((row.value & Row.F3) != 0 ? 0xF3 : 0xF2);
            }
        }

        private static int prefix(Segment segment) {
            return switch (segment) {
                case ES -> 0x26;
                case CS -> 0x2E;
                case SS -> 0x36;
                case DS -> 0x3E;
                case FS -> 0x64;
                case GS -> 0x65;
            };
        }

        private int extendR() {
            return reg >> 3;
        }

        private int extendX() {
            return memory != null && memoryForm && memory.index() > 0 ? memory.index() >> 3 : 0;
        }

        private int extendB() {
            if (memory == null || !memoryForm) {
                return rm >> 3;
            }
            boolean register = memory.base() != Memory.NONE && memory.base() != Memory.RIP;
            return register ? memory.base() >> 3 : 0;
        }

        private void rexAndEscape() {
            int rex = (w ? 8 : 0) | extendR() << 2 | extendX() << 1 | extendB();
            if (rex != 0 || needsRex) {
                put(0x40 | rex);
            }
            if (form.escape > 0xFF) {
                put(form.escape >> 8);
            }
            if (form.escape != 0) {
                put(form.escape);
            }
        }

        private void vexPrefix() {
            int pp =
                    (row.value & Row.F3) != 0
                            ? 2
                            : (row.value & Row.F2) != 0 ? 3 : row.selectedBy66() ? 1 : 0;
            int low = (~vvvv & 15) << 3 | (l ? 4 : 0) | pp;
            if (form.vexMap == 1 && !w && extendX() == 0 && extendB() == 0) {
                put(0xC5);
                put((extendR() ^ 1) << 7 | low);
            } else {
                put(0xC4);
                put(
                        (extendR() ^ 1) << 7
                                | (extendX() ^ 1) << 6
                                | (extendB() ^ 1) << 5
                                | form.vexMap);
                put((w ? 0x80 : 0) | low);
            }
        }

        private void modRm() {
            if (!memoryForm || memory == null) {
                put(0xC0 | (reg & 7) << 3 | (rm & 7));
            } else if (memory.addressBytes() == 2) {
                memory16(memory);
            } else {
                memory32(memory);
            }
        }

        private void memory16(Memory at) {
            int low =
                    switch (at.base() << 8 | (at.index() & 0xFF)) {
                        case 0x306 -> 0;
                        case 0x307 -> 1;
                        case 0x506 -> 2;
                        case 0x507 -> 3;
                        case 0x6FF -> 4;
                        case 0x7FF -> 5;
                        case 0x3FF -> 7;
                        default -> 6; // BP, or only a displacement
                    };
            if (at.base() == Memory.NONE) {
                put((reg & 7) << 3 | low);
                put(at.displacement(), 2);
                return;
            }
            displaced(at, low, -1, low == 6, 2);
        }

        private void memory32(Memory at) {
            if (at.base() == Memory.RIP) {
                put((reg & 7) << 3 | 5);
                put(at.displacement(), 4);
                return;
            }
            boolean sib = at.index() != Memory.NONE || at.isVsib() || (at.base() & 7) == 4;
            if (at.base() == Memory.NONE) {
                if (sib || mode == CodeMode.CODE64) {
                    put((reg & 7) << 3 | 4);
                    put(scaleAndIndex(at) | 5);
                } else {
                    put((reg & 7) << 3 | 5);
                }
                put(at.displacement(), 4);
                return;
            }
            int second = sib ? scaleAndIndex(at) | (at.base() & 7) : -1;
            displaced(at, sib ? 4 : at.base() & 7, second, (at.base() & 7) == 5, 4);
        }

        private static int scaleAndIndex(Memory at) {
            int index = at.index() == Memory.NONE ? 4 : at.index() & 7;
            return Integer.numberOfTrailingZeros(at.scale()) << 6 | index << 3;
        }

        /** ModRM, SIB if any, and the shortest displacement. */
        private void displaced(Memory at, int low, int sib, boolean needsOne, int wide) {
            long value = at.displacement();
            int bytes = value == 0 && !needsOne ? 0 : value == (byte) value ? 1 : wide;
            put((bytes == 0 ? 0 : bytes == 1 ? 1 : 2) << 6 | (reg & 7) << 3 | low);
            if (sib >= 0) {
                put(sib);
            }
            put(value, bytes);
        }
    }
}
