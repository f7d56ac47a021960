package dev.lungo.cpu.translate;

import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.cpu.Rig;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link FuzzedProgram}: what its pieces are made of.
 *
 * <p>Some eight-byte pieces of its code, the <i>slots</i>, are such that the program can overwrite
 * them by others of the kind.
 */
final class FuzzedWriter {
    /** Of a slot: the fewest bytes that can be overwritten at once, and instructions. */
    private static final int SLOT_BYTES = 8;

    /** Instructions of two bytes, opcode first; ModRM names no stack pointer. */
    private static final int[] TWO_BYTES = {
        0x01, 0x03, 0x09, 0x0B, 0x11, 0x13, 0x19, 0x1B, 0x21, 0x23, 0x29, 0x2B, 0x31, 0x33, 0x39,
        0x3B, 0x85, 0x89, 0x8B
    };

    private static final int PAGE = 4096;

    final FuzzedProgram program;
    final CodeMode mode;

    /** A random choice made by a piece, the same each time that the piece is written. */
    SplittableRandom random = new SplittableRandom(0);

    Assembler a;
    private final List<FuzzedProgram.Bytes> pieces = new ArrayList<>();
    private final List<FuzzedProgram.Stretch> stretches = new ArrayList<>();
    private final List<FuzzedProgram.Bytes> transfers = new ArrayList<>();
    private final List<Long> slots = new ArrayList<>();
    private List<Long> formerSlots = List.of();
    private final List<Long> fixedSlots = new ArrayList<>();
    private final List<Long> subroutines = new ArrayList<>();
    private String name = "";
    private int item;

    FuzzedWriter(FuzzedProgram program) {
        this.program = program;
        mode = program.isLong() ? CodeMode.CODE64 : CodeMode.CODE32;
        a = null;
    }

    FuzzedProgram.Code write() {
        byte[] alternatives =
                Assembler.assemble(
                        mode,
                        FuzzedMachine.ALTERNATIVES,
                        to -> {
                            begin(to);
                            alternatives();
                        });
        fixedSlots.addAll(slots);
        List<FuzzedProgram.Stretch> listed = List.copyOf(stretches);
        byte[] text =
                Assembler.assemble(
                        mode,
                        program.origin(),
                        to -> {
                            begin(to);
                            text();
                        });
        if (text.length > FuzzedMachine.TEXT_BYTES - PAGE) {
            throw new IllegalStateException("a program of " + text.length + " bytes");
        }
        stretches.addAll(listed);
        pieces.add(new FuzzedProgram.Bytes(program.origin(), text));
        pieces.add(new FuzzedProgram.Bytes(FuzzedMachine.ALTERNATIVES, alternatives));
        return new FuzzedProgram.Code(program.origin(), pieces, stretches, transfers);
    }

    private void begin(Assembler to) {
        a = to;
        formerSlots = List.copyOf(slots);
        slots.clear();
        stretches.clear();
        transfers.clear();
        subroutines.clear();
    }

    /** Two pages of code that each begin with a subroutine. */
    private void alternatives() {
        for (int i = 0; i < 2; i++) {
            a.at(FuzzedMachine.ALTERNATIVES + (long) PAGE * i);
            random = new SplittableRandom(program.seed() + i);
            long from = a.here();
            inSubroutine(mode, 3 + random.nextInt(4));
            slot(mode);
            inSubroutine(mode, 2);
            a.db(0xC3);
            stretch(from, mode, "alternative " + i);
        }
    }

    private void text() {
        a.label("top");
        long from = a.here();
        a.op(Mnemonic.MOV, ESP, imm(FuzzedMachine.STACK));
        stretch(from, mode, "top");
        for (item = 0; item < program.items().size(); item++) {
            FuzzedProgram.Item each = program.items().get(item);
            random = new SplittableRandom(each.seed());
            name = "item " + item + " " + each.kind();
            label("begin");
            from = a.here();
            a.op(Mnemonic.MOV, doubleword(FuzzedMachine.RECOVERY), imm(a.address(next())));
            stretch(from, mode, name);
            each.kind().write(this);
            a.mode(mode);
        }
        a.label(next());
        from = a.here();
        a.op(Mnemonic.SUB, doubleword(FuzzedMachine.LOOPS), imm(1));
        a.jump(Mnemonic.JNZ, "top");
        a.op(Mnemonic.CLI);
        a.label("end");
        a.op(Mnemonic.HLT);
        a.jump(Mnemonic.JMP, "end");
        stretch(from, mode, "end");
    }

    /** The label behind the piece that is being written. */
    private String next() {
        return item + 1 >= program.items().size() ? "end of loop" : item + 1 + " begin";
    }

    // What pieces ask for.

    /** A label of the piece's own. */
    String local(String label) {
        return item + " " + label;
    }

    void label(String label) {
        a.label(local(label));
    }

    long address(String label) {
        return a.address(local(label));
    }

    boolean isLong() {
        return program.isLong();
    }

    Operand doubleword(long at) {
        return abs(4, at, isLong() ? 8 : 4);
    }

    /** RAX in 64-bit code, otherwise EAX. */
    Operand accumulator() {
        return isLong() ? RAX : EAX;
    }

    Operand stackTop() {
        return isLong() ? mem(4, RSP) : mem(4, ESP);
    }

    /** Code for the listing. */
    void stretch(long from, @Nullable CodeMode as, String what) {
        stretches.add(new FuzzedProgram.Stretch(from, (int) (a.here() - from), as, what));
    }

    /** Has the listing show what is written from here on. */
    void listed(long from, CodeMode as) {
        stretch(from, as, "  " + as);
    }

    /** Random instructions that branch nowhere. */
    void instructions(CodeMode as, int count) {
        new RandomInstructions(a, random, as, FuzzedMachine.DATA, true).write(count);
    }

    /** And which leave the stack alone. */
    void inSubroutine(CodeMode as, int count) {
        new RandomInstructions(a, random, as, FuzzedMachine.DATA, false).write(count);
    }

    /** Sets a variable. */
    void set(long variable, long value) {
        a.op(Mnemonic.MOV, doubleword(variable), imm(value));
    }

    void pushFlags() {
        a.op(Mnemonic.PUSHF);
        // AF may be undefined, and single-stepping is not to begin once more.
        a.op(Mnemonic.AND, stackTop(), imm(~(Rflags.AF | Rflags.TF)));
    }

    void popFlags() {
        a.op(Mnemonic.POPF);
    }

    /** A place of eight bytes for {@link #template}s. */
    void slot(CodeMode as) {
        slots.add(a.here());
        for (byte each : template(random)) {
            a.db(each);
        }
    }

    /** Where some slot is; anywhere in the first pass. */
    long anySlot() {
        int number = random.nextInt(1 << 20);
        int all = formerSlots.size() + fixedSlots.size();
        if (all == 0) {
            return a.here();
        }
        number %= all;
        return number < formerSlots.size()
                ? formerSlots.get(number)
                : fixedSlots.get(number - formerSlots.size());
    }

    /** Where that is mapped, too. */
    long again(long slot) {
        boolean inText =
                slot >= FuzzedMachine.TEXT && slot < FuzzedMachine.TEXT + FuzzedMachine.TEXT_BYTES;
        return isLong() && inText ? slot - FuzzedMachine.TEXT + FuzzedMachine.TEXT_AGAIN : slot;
    }

    /** Eight bytes of instructions that mean the same in 32- and 64-bit code. */
    static byte[] template(SplittableRandom random) {
        byte[] bytes = new byte[SLOT_BYTES];
        int n = 0;
        switch (random.nextInt(6)) {
            case 0 -> n = three(bytes, five(bytes, 0, random), random);
            case 1 -> n = two(bytes, three(bytes, three(bytes, 0, random), random), random);
            case 2 -> {
                bytes[n++] = (byte) (0x70 | random.nextInt(16)); // over the next
                bytes[n++] = 2;
                n = two(bytes, two(bytes, two(bytes, n, random), random), random);
            }
            case 3 -> {
                bytes[n++] = (byte) (random.nextBoolean() ? 0x8B : 0x89); // with [rsi] or [rbx]
                bytes[n++] = (byte) (registerField(random) << 3 | (random.nextBoolean() ? 6 : 3));
                n = three(bytes, three(bytes, n, random), random);
            }
            case 4 -> {
                if (random.nextInt(8) == 0) {
                    bytes[n++] = 0x0F; // UD2
                    bytes[n++] = 0x0B;
                } else {
                    bytes[n++] = (byte) 0xEB; // a jump over the next
                    bytes[n++] = 3;
                }
                n = three(bytes, three(bytes, n, random), random);
            }
            default -> n = three(bytes, five(bytes, n, random), random);
        }
        while (n < SLOT_BYTES) {
            bytes[n++] = (byte) 0x90;
        }
        return bytes;
    }

    private static int registerField(SplittableRandom random) {
        int number = random.nextInt(7);
        return number < 4 ? number : number + 1;
    }

    private static int two(byte[] bytes, int at, SplittableRandom random) {
        bytes[at] = (byte) TWO_BYTES[random.nextInt(TWO_BYTES.length)];
        bytes[at + 1] = (byte) (0xC0 | registerField(random) << 3 | registerField(random));
        return at + 2;
    }

    private static int three(byte[] bytes, int at, SplittableRandom random) {
        bytes[at] = (byte) 0x83;
        bytes[at + 1] = (byte) (0xC0 | random.nextInt(8) << 3 | registerField(random));
        bytes[at + 2] = (byte) random.nextInt();
        return at + 3;
    }

    private static int five(byte[] bytes, int at, SplittableRandom random) {
        bytes[at] = (byte) (0xB8 | registerField(random));
        int value = random.nextInt();
        for (int i = 0; i < 4; i++) {
            bytes[at + 1 + i] = (byte) (value >> 8 * i);
        }
        return at + 5;
    }

    /** Registers a write of the device's; returns the command for it. */
    int transfer(long slot, byte[] bytes) {
        transfers.add(new FuzzedProgram.Bytes(slot, bytes));
        return (transfers.size() - 1) % FuzzedMachine.DMA_COMMANDS;
    }

    /** Tells the device to do something. */
    void command(int command) {
        a.op(Mnemonic.MOV, AL, imm(command));
        a.op(Mnemonic.OUT, imm(FuzzedMachine.PORT), AL);
    }

    /** A selector on the stack. */
    void push(long value) {
        a.db(0x68).dd(value); // rather than 66h and a word
    }

    /** What IRET takes to go to user mode, and IRET. */
    void toUser(int codeSelector, String target, long flags) {
        push(Rig.DATA3);
        push(FuzzedMachine.USER_STACK);
        push(flags);
        push(codeSelector);
        push(address(target));
        if (isLong()) {
            a.db(0x48);
        }
        a.op(Mnemonic.IRET);
    }
}
