package dev.lungo.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An opcode map arranged for look-up: by opcode, then by ModRM.mod and ModRM.reg. */
final class OpcodeTable {
    private static final int OPCODES = 256;
    private static final Row[] NONE = {};

    static final OpcodeTable ONE_BYTE =
            new OpcodeTable(OneByteMap.ROWS, OpcodeGroups.ONE_BYTE, X87Map.ROWS);
    static final OpcodeTable TWO_BYTE = new OpcodeTable(TwoByteMap.ROWS, OpcodeGroups.TWO_BYTE);
    static final OpcodeTable MAP_0F38 = new OpcodeTable(Map0F38.ROWS);
    static final OpcodeTable MAP_0F3A = new OpcodeTable(Map0F3A.ROWS);
    static final OpcodeTable VEX_0F = new OpcodeTable(VexMap0F.ROWS);
    static final OpcodeTable VEX_0F38 = new OpcodeTable(VexMap0F38.ROWS);
    static final OpcodeTable VEX_0F3A = new OpcodeTable(VexMap0F3A.ROWS);

    private final boolean[] modRm = new boolean[OPCODES];

    /** Indexed by opcode, mod = 11b, reg; without ModRM the last two are zero. */
    private final Row[][] candidates = new Row[OPCODES << 4][];

    private OpcodeTable(Row[]... maps) {
        List<List<Row>> byOpcode = new ArrayList<>();
        for (int i = 0; i < OPCODES; i++) {
            byOpcode.add(new ArrayList<>());
        }
        for (Row[] map : maps) {
            for (Row row : map) {
                byOpcode.get(row.opcode).add(row);
                modRm[row.opcode] |= row.is(Row.MODRM);
            }
        }
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            for (int select = 0; select < 16; select++) {
                candidates[(opcode << 4) | select] = candidates(byOpcode.get(opcode), select);
            }
        }
    }

    private static Row[] candidates(List<Row> rows, int select) {
        if (rows.isEmpty()) {
            return NONE;
        }
        int key = select << Row.REG_SHIFT; // MOD3 is the bit above REG
        Row[] found = new Row[rows.size()];
        int count = 0;
        for (Row row : rows) {
            int mask = row.mask & (Row.REG | Row.MOD3);
            if ((key & mask) == (row.value & mask)) {
                found[count++] = row;
            }
        }
        return Arrays.copyOf(found, count);
    }

    boolean hasModRm(int opcode) {
        return modRm[opcode];
    }

    /** The first row of this opcode that applies, or null if the opcode is undefined there. */
    @Nullable Row find(int opcode, int key) {
        int select = modRm[opcode] ? (key >> Row.REG_SHIFT) & 15 : 0;
        for (Row row : candidates[(opcode << 4) | select]) {
            if (row.applies(key)) {
                return row;
            }
        }
        return null;
    }
}
