package dev.lungo.isa;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is written of an instruction beside its operands, by the rows that the decoder uses. With it
 * whoever has other registers in mind can write the same instruction again. SDM 2A, "Instruction
 * Format".
 *
 * @param vex whether it is VEX-encoded
 * @param prefix the mandatory prefix, 66h, F2h or F3h, or what VEX.pp says in its place; 0 if none
 * @param map 1 for the opcodes behind 0Fh, 2 for 0F 38h, 3 for 0F 3Ah: VEX.mmmmm
 * @param w REX.W or VEX.W
 * @param l VEX.L
 * @param operand16 whether 66h makes the operand size 16 bits
 * @param digit what ModRM.reg is where no operand says so
 * @param roles where each operand is written
 */
public record Encoding(
        boolean vex,
        int prefix,
        int map,
        int opcode,
        boolean w,
        boolean l,
        boolean operand16,
        int digit,
        List<Role> roles) {
    /** Where an operand is written. */
    public enum Role {
        /** ModRM.reg. */
        REG,
        /** ModRM.r/m, a register or memory. */
        RM,
        /** VEX.vvvv. */
        VVVV,
        /** Bits 7:4 of a byte at the end. */
        IS4,
        IMMEDIATE,
        /** Nowhere: it is always this one. */
        FIXED
    }

    private record Form(Row row, int map, boolean vex) {}

    private static final Map<Mnemonic, List<Form>> FORMS = forms();

    private static Map<Mnemonic, List<Form>> forms() {
        var forms = new EnumMap<Mnemonic, List<Form>>(Mnemonic.class);
        add(forms, 1, false, TwoByteMap.ROWS, OpcodeGroups.TWO_BYTE);
        add(forms, 2, false, Map0F38.ROWS);
        add(forms, 3, false, Map0F3A.ROWS);
        add(forms, 1, true, VexMap0F.ROWS);
        add(forms, 2, true, VexMap0F38.ROWS);
        add(forms, 3, true, VexMap0F3A.ROWS);
        return forms;
    }

    private static void add(
            Map<Mnemonic, List<Form>> forms, int map, boolean vex, Row[]... rowsOfMaps) {
        for (Row[] rows : rowsOfMaps) {
            for (Row row : rows) {
                forms.computeIfAbsent(row.mnemonic, _ -> new ArrayList<>())
                        .add(new Form(row, map, vex));
            }
        }
    }

    /** Of an instruction that the decoder made; null if it has none in these maps. */
    public static @Nullable Encoding of(Instruction instruction) {
        for (Form form : FORMS.getOrDefault(instruction.mnemonic(), List.of())) {
            if (form.vex == instruction.has(Instruction.VEX)) {
                List<Role> roles = roles(form.row, instruction.operands());
                if (roles != null) {
                    return of(form, instruction, roles);
                }
            }
        }
        return null;
    }

    private static Encoding of(Form form, Instruction instruction, List<Role> roles) {
        Row row = form.row;
        boolean w = (row.value & (Row.W | Row.OPERAND64)) != 0 || instruction.operandBytes() == 8;
        boolean l = (row.value & Row.L) != 0;
        boolean operand16 = false;
        for (int i = 0; i < row.operandCount(); i++) {
            Operand operand = instruction.operand(i);
            operand16 |= row.operand(i).type == OperandCode.Type.V && operand.bytes() == 2;
            l |=
                    operand instanceof Operand.Register register
                            && register.kind() == RegisterKind.YMM;
        }
        int prefix =
                (row.value & Row.F3) != 0
                        ? 0xF3
                        : (row.value & Row.F2) != 0 ? 0xF2 : row.selectedBy66() ? 0x66 : 0;
        int digit = (row.value & Row.REG) >> Row.REG_SHIFT;
        return new Encoding(form.vex, prefix, form.map, row.opcode, w, l, operand16, digit, roles);
    }

    /** Null if these operands are not the row's. */
    private static @Nullable List<Role> roles(Row row, List<Operand> operands) {
        if (row.operandCount() != operands.size()) {
            return null;
        }
        List<Role> roles = new ArrayList<>(operands.size());
        for (int i = 0; i < operands.size(); i++) {
            OperandCode code = row.operand(i);
            Role role = role(code);
            if (role == null || !fits(code, operands.get(i))) {
                return null;
            }
            roles.add(role);
        }
        return roles;
    }

    private static @Nullable Role role(OperandCode code) {
        return switch (code.method) {
            case G, P, V -> Role.REG;
            case E, M, N, Q, R, U, W -> Role.RM;
            case B, H -> Role.VVVV;
            case L -> Role.IS4;
            case I, IS -> Role.IMMEDIATE;
            case FIXED -> Role.FIXED;
            case A, C, D, J, O, S, X, Y, Z, VMX, VMY, ACCUMULATOR, STI, ONE, RAX, RBX, RDI -> null;
        };
    }

    private static boolean fits(OperandCode code, Operand operand) {
        return switch (operand) {
            case Operand.Memory memory ->
                    switch (code.method) {
                        case E, Q, W -> sizeFits(code.memory, memory.bytes());
                        case M -> true;
                        default -> false;
                    };
            case Operand.Register register -> registerFits(code, register);
            case Operand.Immediate _ ->
                    code.method == OperandCode.Method.I || code.method == OperandCode.Method.IS;
            case Operand.Relative _, Operand.FarPointer _ -> false;
        };
    }

    private static boolean registerFits(OperandCode code, Operand.Register register) {
        return switch (code.method) {
            case FIXED -> register.kind() == code.kind && register.number() == code.number;
            case N, P, Q -> register.kind() == RegisterKind.MMX;
            case H, L, U, V, W ->
                    switch (register.kind()) {
                        case XMM -> code.type != OperandCode.Type.QQ;
                        case YMM ->
                                code.type == OperandCode.Type.QQ || code.type == OperandCode.Type.X;
                        default -> false;
                    };
            case B, E, G, R ->
                    switch (register.kind()) {
                        case GPR8, GPR16, GPR32, GPR64 -> sizeFits(code.type, register.bytes());
                        default -> false;
                    };
            default -> false;
        };
    }

    private static boolean sizeFits(OperandCode.Type type, int bytes) {
        return switch (type) {
            case B -> bytes == 1;
            case W -> bytes == 2;
            case D -> bytes == 4;
            case Q -> bytes == 8;
            case DQ -> bytes == 16;
            case QQ -> bytes == 32;
            case V -> bytes == 2 || bytes == 4 || bytes == 8;
            case Y -> bytes == 4 || bytes == 8;
            default -> true;
        };
    }
}
