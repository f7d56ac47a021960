package dev.lungo.conformance.hostcpu;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An instruction with given kinds and widths of operands, and all the encodings it has in 64-bit
 * mode. The forms are found by asking the decoder about every opcode under every prefix, so that a
 * new row of its maps is a new form here.
 *
 * @param key the mnemonic and the operands' kinds
 */
record Form(String key, Mnemonic mnemonic, List<Encoding> encodings) {
    /**
     * What stays the same when operands vary.
     *
     * @param prefix 0, 66h, F3h or F2h; for VEX its pp
     * @param map 0 for one-byte opcodes, 1 for 0F, 2 for 0F 38, 3 for 0F 3A
     * @param modRm of which only mod = 11b or not, reg and rm count
     */
    record Encoding(boolean vex, int prefix, int map, boolean w, boolean l, int opcode, int modRm) {
        /**
         * An instruction of this encoding, to which bytes for an immediate are appended.
         *
         * @param variety a set of what to choose at random: 1 registers in ModRM.reg and vvvv, 2 in
         *     r/m, 4 addressing, 8 immediates; without it they are simple
         */
        byte[] bytes(SplittableRandom random, int variety) {
            boolean memory = modRm < 0xC0;
            int reg = modRm >> 3 & 7;
            int rm = modRm & 7;
            int extension = 0;
            int vvvv = 15;
            if ((variety & 1) != 0) {
                reg = random.nextInt(8);
                extension |= random.nextInt(2) << 2;
                vvvv = random.nextInt(16);
            }
            if ((variety & 2) != 0) {
                rm = random.nextInt(8);
                extension |= random.nextInt(4);
            }
            var bytes = new ByteArrayOutputStream();
            if (vex) {
                bytes.write(0xC4);
                bytes.write((~extension & 7) << 5 | map);
                int pp = prefix == 0 ? 0 : prefix == 0x66 ? 1 : prefix == 0xF3 ? 2 : 3;
                bytes.write((w ? 0x80 : 0) | vvvv << 3 | (l ? 4 : 0) | pp);
            } else {
                if (prefix != 0) {
                    bytes.write(prefix);
                }
                if ((variety & ANYWHERE) != 0 && random.nextBoolean()) {
                    bytes.write(0x67);
                }
                int rex = 0x40 | (w ? 8 : 0) | extension;
                if (rex != 0x40 || (variety & 1) != 0 && random.nextInt(4) == 0) {
                    bytes.write(rex);
                }
                if (map > 0) {
                    bytes.write(0x0F);
                }
                if (map > 1) {
                    bytes.write(map == 2 ? 0x38 : 0x3A);
                }
            }
            bytes.write(opcode);
            if (!memory) {
                bytes.write(0xC0 | reg << 3 | rm);
            } else if ((variety & ANYWHERE) != 0) {
                anyAddress(bytes, random, reg);
            } else if ((variety & 4) == 0) {
                bytes.write(reg << 3 | (rm == RSP || rm == RBP ? 3 : rm));
            } else {
                address(bytes, random, reg);
            }
            for (int i = 0; i < 8; i++) {
                bytes.write((variety & 8) != 0 ? random.nextInt() >> random.nextInt(32) : 0);
            }
            return bytes.toByteArray();
        }

        /** ModRM, SIB and displacement in any combination. */
        private static void anyAddress(
                ByteArrayOutputStream bytes, SplittableRandom random, int reg) {
            int mod = random.nextInt(3);
            int rm = random.nextInt(8);
            bytes.write(mod << 6 | reg << 3 | rm);
            int base = rm;
            if (rm == RSP) {
                int sib = random.nextInt(256);
                bytes.write(sib);
                base = sib & 7;
            }
            int displacement = mod == 1 ? 1 : mod == 2 || base == RBP ? 4 : 0;
            for (int i = 0; i < displacement; i++) {
                bytes.write(random.nextInt());
            }
        }

        /** ModRM, SIB and displacement, always with a base register. */
        private static void address(ByteArrayOutputStream bytes, SplittableRandom random, int reg) {
            int mod = random.nextInt(3);
            boolean sib = random.nextInt(3) != 0;
            int base = random.nextInt(8);
            if (mod == 0 && base == RBP || !sib && base == RSP) {
                base = 3;
            }
            bytes.write(mod << 6 | reg << 3 | (sib ? RSP : base));
            if (sib) {
                bytes.write(random.nextInt(256) & ~7 | base);
            }
            for (int i = 0; i < (mod == 1 ? 1 : mod == 2 ? 4 : 0); i++) {
                bytes.write(random.nextInt());
            }
        }
    }

    private static final int[] PREFIXES = {0, 0x66, 0xF3, 0xF2};
    private static final int LONGEST = 15;

    /** A variety for what computes an address and does not go there. */
    private static final int ANYWHERE = 16;

    private static final int RSP = 4;
    private static final int RBP = 5;

    /** All forms of the mnemonics that are wanted, by key. */
    static List<Form> all(Predicate<Mnemonic> wanted) {
        Map<String, Form> forms = new TreeMap<>();
        for (boolean vex : new boolean[] {false, true}) {
            for (int prefix : PREFIXES) {
                for (int map = vex ? 1 : 0; map < 4; map++) {
                    for (int bits = 0; bits < (vex ? 4 : 2); bits++) {
                        for (int opcode = 0; opcode < 256; opcode++) {
                            if (vex || map != 0 || !isPrefix(opcode)) {
                                addAll(forms, wanted, vex, prefix, map, bits, opcode);
                            }
                        }
                    }
                }
            }
        }
        return List.copyOf(forms.values());
    }

    /**
     * Whether it goes where the case does not expect it, or uses registers that are the host's:
     * selectors differ between the two processors, and loading GS would lose the context.
     */
    private static boolean leavesTheCase(Instruction instruction) {
        // AMD's near branches cut the instruction pointer to 16 bits then; Intel's ignore the
        // prefix.
        boolean nearBranch =
                switch (instruction.mnemonic()) {
                    case JMP, CALL, RET -> true;
                    default ->
                            !instruction.operands().isEmpty()
                                    && instruction.operand(0) instanceof Operand.Relative;
                };
        if (nearBranch && instruction.has(Instruction.OPERAND_SIZE)) {
            return true;
        }
        // AMD's LOOPE and LOOPNE take F2h and F3h for more than Intel's do.
        boolean repeated = instruction.has(Instruction.REP) || instruction.has(Instruction.REPNE);
        if (repeated
                && (instruction.mnemonic() == Mnemonic.LOOPE
                        || instruction.mnemonic() == Mnemonic.LOOPNE)) {
            return true;
        }
        for (Operand each : instruction.operands()) {
            if (each instanceof Operand.Register register
                    && switch (register.kind()) {
                        case SEGMENT, CONTROL, DEBUG -> true;
                        default -> false;
                    }) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPrefix(int opcode) {
        return switch (opcode) {
            case 0x0F,
                    0x26,
                    0x2E,
                    0x36,
                    0x3E,
                    0x62,
                    0x64,
                    0x65,
                    0x66,
                    0x67,
                    0xC4,
                    0xC5,
                    0xF0,
                    0xF2,
                    0xF3 ->
                    true;
            default -> (opcode & 0xF0) == 0x40;
        };
    }

    private static void addAll(
            Map<String, Form> forms,
            Predicate<Mnemonic> wanted,
            boolean vex,
            int prefix,
            int map,
            int bits,
            int opcode) {
        SplittableRandom random = new SplittableRandom(0);
        // A memory operand with each reg, and every pair of registers.
        for (int modRm = 0; modRm < 256; modRm++) {
            boolean memory = modRm < 0xC0;
            if (memory && (modRm & 0xC7) != 3) {
                continue;
            }
            var encoding =
                    new Encoding(vex, prefix, map, (bits & 1) != 0, (bits & 2) != 0, opcode, modRm);
            Instruction instruction = decode(encoding.bytes(random, 0));
            for (int i = 0; i < 4 && instruction == null && memory; i++) {
                instruction = decode(encoding.bytes(random, LONGEST)); // a gather needs an index
            }
            if (instruction != null
                    && wanted.test(instruction.mnemonic())
                    && !leavesTheCase(instruction)) {
                Mnemonic mnemonic = instruction.mnemonic();
                forms.computeIfAbsent(
                                key(instruction), key -> new Form(key, mnemonic, new ArrayList<>()))
                        .encodings
                        .add(encoding);
            }
        }
    }

    /** One of its instructions, operands chosen at random; null if chance would not have it. */
    @Nullable Instance random(SplittableRandom random) {
        for (int attempt = 0; attempt < 100; attempt++) {
            Encoding encoding = encodings.get(random.nextInt(encodings.size()));
            int variety = 1 + random.nextInt(LONGEST);
            if (mnemonic == Mnemonic.LEA) {
                variety |= ANYWHERE;
            }
            byte[] bytes = encoding.bytes(random, variety);
            Instruction instruction = decode(bytes);
            if (instruction != null && key(instruction).equals(key)) {
                bytes = Arrays.copyOf(bytes, instruction.length());
                if (!instruction.operands().isEmpty()
                        && instruction.operand(0) instanceof Operand.Relative relative) {
                    aim(bytes, relative.bytes());
                }
                return new Instance(bytes, instruction);
            }
        }
        return null;
    }

    /** Makes a branch lead to where a taken one is expected. */
    private static void aim(byte[] branch, int displacementBytes) {
        int at = branch.length - displacementBytes;
        Arrays.fill(branch, at, branch.length, (byte) 0);
        branch[at] = HostCode.BRANCH_DISTANCE;
    }

    /** An instruction and its bytes. */
    static final class Instance {
        final byte[] bytes;
        final Instruction instruction;

        Instance(byte[] bytes, Instruction instruction) {
            this.bytes = bytes;
            this.instruction = instruction;
        }
    }

    static @Nullable Instruction decode(byte[] bytes) {
        return Decoder.decode(CodeMode.CODE64, bytes, 0, bytes.length)
                        instanceof Instruction instruction
                ? instruction
                : null;
    }

    static boolean isString(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case MOVS, CMPS, STOS, LODS, SCAS -> true;
            default -> false;
        };
    }

    static String key(Instruction instruction) {
        var key = new StringBuilder(instruction.mnemonic().name());
        if (isString(instruction.mnemonic())) {
            key.append(instruction.has(Instruction.REP) ? " rep" : "");
            key.append(instruction.has(Instruction.REPNE) ? " repne" : "");
        }
        for (Operand each : instruction.operands()) {
            key.append(' ')
                    .append(
                            switch (each) {
                                case Operand.Register register -> register.kind().name();
                                case Operand.Memory memory ->
                                        (memory.isVsib() ? "v" : "m") + 8 * memory.bytes();
                                case Operand.Immediate immediate -> "imm" + 8 * immediate.bytes();
                                case Operand.Relative relative -> "rel" + 8 * relative.bytes();
                                case Operand.FarPointer _ -> "ptr";
                            });
        }
        return key.toString();
    }
}
