package dev.lungo.isa;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A small assembler for stubs and tests. A program is a function that writes its instructions in
 * order:
 *
 * <pre>{@code
 * byte[] code = Assembler.assemble(CODE64, 0x1000, a -> a
 *         .op(MOV, ECX, imm(10))
 *         .label("again")
 *         .op(ADD, RAX, mem(8, RSI, RCX, 8, 0))
 *         .jump(LOOP, "again")
 *         .op(HLT));
 * }</pre>
 *
 * <p>Every instruction that {@link Decoder} knows can be written, in the shortest encoding. Where
 * nothing tells the operand size ({@code IRET}, {@code PUSHF}, {@code RETF}) it is the default; a
 * prefix written with {@link #db} before it changes that, and so are REP and LOCK written.
 *
 * <p>The function runs until the labels have settled, so it must write the same every time.
 */
public final class Assembler {
    private static final int MOST_PASSES = 50;

    /** 0F and another, or a prefix and one. */
    private static final int MOST_JUMP_OPCODE_BYTES = 2;

    private final long origin;
    private CodeMode mode;
    private byte[] code = new byte[256];
    private int length;
    private Map<String, Long> labels = new HashMap<>();
    private final Map<String, Long> previous;
    private final boolean first;

    private Assembler(CodeMode mode, long origin, Map<String, Long> previous, boolean first) {
        this.mode = mode;
        this.origin = origin;
        this.previous = previous;
        this.first = first;
    }

    /**
     * The bytes of a program.
     *
     * @param origin the address of the first byte, as an offset in CS
     * @throws IllegalArgumentException if an instruction has no encoding, or a label is missing
     */
    public static byte[] assemble(CodeMode mode, long origin, Consumer<Assembler> program) {
        Map<String, Long> labels = new HashMap<>();
        for (int pass = 0; pass < MOST_PASSES; pass++) {
            var assembler = new Assembler(mode, origin, labels, pass == 0);
            program.accept(assembler);
            if (pass > 0 && assembler.labels.equals(labels)) {
                return Arrays.copyOf(assembler.code, assembler.length);
            }
            if (pass > 0 && !assembler.labels.keySet().equals(labels.keySet())) {
                throw new IllegalStateException("the program is not the same every time");
            }
            labels = assembler.labels;
        }
        throw new IllegalStateException("the labels do not settle");
    }

    /** From here on, code for this mode. */
    public Assembler mode(CodeMode mode) {
        this.mode = mode;
        return this;
    }

    /**
     * One instruction.
     *
     * @throws IllegalArgumentException if there is none with these operands in this mode
     */
    public Assembler op(Mnemonic mnemonic, Operand... operands) {
        byte[] bytes = Encoder.encode(mode, mnemonic, List.of(operands));
        if (bytes == null) {
            throw new IllegalArgumentException(
                    mode + " has no " + mnemonic + " " + Arrays.toString(operands));
        }
        append(bytes);
        return this;
    }

    /** A near jump, call or loop to a label. */
    public Assembler jump(Mnemonic mnemonic, String label) {
        long target = address(label);
        int near = mode == CodeMode.CODE16 ? 2 : 4; // less would cut the instruction pointer
        for (int width = 1; width <= near; width += near - 1) {
            for (int length = width + 1; length <= width + MOST_JUMP_OPCODE_BYTES; length++) {
                var relative = new Operand.Relative(target - here() - length, width);
                byte[] bytes = Encoder.encode(mode, mnemonic, List.of(relative));
                if (bytes != null && bytes.length == length) {
                    append(bytes);
                    return this;
                }
            }
        }
        throw new IllegalArgumentException(mnemonic + " does not reach " + label);
    }

    /** A far jump to a label in another code segment. The width of the offset is the mode's. */
    public Assembler jumpFar(int selector, String label) {
        int bytes = mode == CodeMode.CODE16 ? 4 : 6;
        return op(Mnemonic.JMPF, new Operand.FarPointer(selector, address(label), bytes));
    }

    /** A string instruction of this width in its usual segments, with the mode's address size. */
    public Assembler string(Mnemonic mnemonic, int bytes) {
        int address = mode == CodeMode.CODE16 ? 2 : mode == CodeMode.CODE32 ? 4 : 8;
        Operand source = memory(Segment.DS, 6, address, bytes);
        Operand destination = memory(Segment.ES, 7, address, bytes);
        Operand accumulator =
                bytes == 1 ? Registers.of(RegisterKind.GPR8, 0) : Registers.gpr(0, bytes);
        Operand port = Registers.of(RegisterKind.GPR16, 2);
        return switch (mnemonic) {
            case MOVS -> op(mnemonic, destination, source);
            case CMPS -> op(mnemonic, source, destination);
            case STOS -> op(mnemonic, destination, accumulator);
            case LODS -> op(mnemonic, accumulator, source);
            case SCAS -> op(mnemonic, accumulator, destination);
            case INS -> op(mnemonic, destination, port);
            case OUTS -> op(mnemonic, port, source);
            default -> throw new IllegalArgumentException(mnemonic + " is no string instruction");
        };
    }

    private static Operand memory(Segment segment, int base, int addressBytes, int bytes) {
        return new Operand.Memory(
                segment, base, Operand.Memory.NONE, 1, 0, addressBytes, RegisterKind.GPR64, bytes);
    }

    /** Names this place. */
    public Assembler label(String name) {
        if (labels.put(name, here()) != null) {
            throw new IllegalArgumentException("two places are named " + name);
        }
        return this;
    }

    /** The address of a label, which may follow. */
    public long address(String label) {
        Long found = labels.get(label);
        if (found == null) {
            found = previous.get(label);
        }
        if (found != null) {
            return found;
        }
        if (!first) {
            throw new IllegalArgumentException("no place is named " + label);
        }
        return here(); // in the first pass any address does
    }

    /** The address of what is written next. */
    public long here() {
        return origin + length;
    }

    /** Raw bytes: prefixes, data, or what no decoder should know. */
    public Assembler db(int... bytes) {
        for (int each : bytes) {
            little(each, 1);
        }
        return this;
    }

    public Assembler dw(int... words) {
        for (int each : words) {
            little(each, 2);
        }
        return this;
    }

    public Assembler dd(long... doublewords) {
        for (long each : doublewords) {
            little(each, 4);
        }
        return this;
    }

    public Assembler dq(long... quadwords) {
        for (long each : quadwords) {
            little(each, 8);
        }
        return this;
    }

    /** Zeros up to a multiple of {@code bytes}. */
    public Assembler align(int bytes) {
        while (here() % bytes != 0) {
            little(0, 1);
        }
        return this;
    }

    /** Zeros up to this address, as a boot sector's signature needs. */
    public Assembler at(long address) {
        if (address < here()) {
            throw new IllegalArgumentException("already beyond " + Long.toHexString(address));
        }
        while (here() < address) {
            little(0, 1);
        }
        return this;
    }

    private void little(long value, int bytes) {
        byte[] each = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            each[i] = (byte) (value >> (8 * i));
        }
        append(each);
    }

    private void append(byte[] bytes) {
        if (length + bytes.length > code.length) {
            code = Arrays.copyOf(code, 2 * (length + bytes.length));
        }
        System.arraycopy(bytes, 0, code, length, bytes.length);
        length += bytes.length;
    }
}
