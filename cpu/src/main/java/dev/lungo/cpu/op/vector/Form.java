package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * One encoding of a vector instruction, as its family sees it when it is lowered. The same meaning
 * serves MMX (8 bytes), SSE (16), and VEX-encoded instructions (16 or 32), which differ in three
 * ways only: they name their first source apart from the destination, they clear the register above
 * the result, and they do not ask for alignment. SDM 1, "VEX Instruction Encoding"; SDM 2A, "SSE
 * and AVX Instruction Exception Classification".
 */
public final class Form {
    /** VEX-encoded instructions by what their legacy form is called, where there is one. */
    private static final Map<Mnemonic, Mnemonic> LEGACY = legacyNames();

    final Lowering at;
    final Instruction instruction;

    /** The legacy name: {@code PADDB} for {@code VPADDB} too. */
    final Mnemonic mnemonic;

    final boolean vex;

    Form(Lowering at, Instruction instruction) {
        this.at = at;
        this.instruction = instruction;
        vex = instruction.has(Instruction.VEX);
        mnemonic = LEGACY.getOrDefault(instruction.mnemonic(), instruction.mnemonic());
    }

    private static Map<Mnemonic, Mnemonic> legacyNames() {
        Map<String, Mnemonic> all = new java.util.HashMap<>();
        for (Mnemonic each : Mnemonic.values()) {
            all.put(each.name(), each);
        }
        Map<Mnemonic, Mnemonic> legacy = new EnumMap<>(Mnemonic.class);
        for (Mnemonic each : Mnemonic.values()) {
            Mnemonic shorter = all.get(each.name().substring(1));
            if (each.name().startsWith("V") && shorter != null) {
                legacy.put(each, shorter);
            }
        }
        return legacy;
    }

    // Operands.

    Operand operand(int i) {
        return instruction.operand(i);
    }

    int operandCount() {
        return instruction.operands().size();
    }

    boolean isMemory(int operand) {
        return operand(operand) instanceof Operand.Memory;
    }

    /** Whether an operand is a register of this file. */
    boolean is(int operand, RegisterKind kind) {
        return operand(operand) instanceof Operand.Register register && register.kind() == kind;
    }

    boolean uses(RegisterKind kind) {
        for (int i = 0; i < operandCount(); i++) {
            if (is(i, kind)) {
                return true;
            }
        }
        return false;
    }

    /** The absolute address of a register operand. */
    long register(int operand) {
        return at.register((Operand.Register) operand(operand));
    }

    Address address(int operand) {
        return at.address((Operand.Memory) operand(operand));
    }

    /** Width of an operand in bytes. */
    int bytes(int operand) {
        return operand(operand).bytes();
    }

    /** Width of the destination in bytes: the vector length, but for scalars in memory. */
    int bytes() {
        return bytes(0);
    }

    /** The immediate operand, which is always the last. */
    int immediate() {
        return (int) ((Operand.Immediate) operand(operandCount() - 1)).value() & 0xFF;
    }

    boolean hasImmediate() {
        return operandCount() > 0 && operand(operandCount() - 1) instanceof Operand.Immediate;
    }

    /** The destination register. */
    long to() {
        return register(0);
    }

    /** The first source of an instruction of two: the destination, unless VEX names another. */
    long first() {
        return register(vex ? 1 : 0);
    }

    /** Which operand the second source is. */
    int secondIndex() {
        return vex ? 2 : 1;
    }

    Source second() {
        return source(secondIndex());
    }

    /** An operand to be read, with the alignment that SSE demands of 16 bytes. */
    Source source(int operand) {
        return source(operand, !vex && bytes(operand) == 16);
    }

    Source source(int operand, boolean aligned) {
        if (operand(operand) instanceof Operand.Memory memory) {
            return Source.memory(
                    at.state(State.SCRATCH), at.address(memory), memory.bytes(), aligned);
        }
        return Source.register(register(operand));
    }

    // Shapes.

    /** Eight bytes at a time, from both sources. */
    VectorOp binary(LongBinaryOperator function) {
        return new Shapes.Lanewise(this, first(), second(), function);
    }

    /** Eight bytes at a time, from the only source. */
    VectorOp unary(LongUnaryOperator function) {
        return new Shapes.Lanewise(this, to(), source(1), (_, b) -> function.applyAsLong(b));
    }

    /** 16 bytes at a time (8 for MMX), from both sources. */
    VectorOp lanes(LaneFunction function) {
        return new Shapes.Lanes(this, first(), second(), function, function);
    }

    /** As above, where the immediate operand says other things to the upper lane. */
    VectorOp lanes(LaneFunction lower, LaneFunction upper) {
        return new Shapes.Lanes(this, first(), second(), lower, upper);
    }

    /** 16 bytes at a time (8 for MMX), from the only source, which is the function's {@code b}. */
    VectorOp unaryLanes(LaneFunction function) {
        return unaryLanes(function, function);
    }

    VectorOp unaryLanes(LaneFunction lower, LaneFunction upper) {
        return new Shapes.Lanes(this, to(), source(1), lower, upper);
    }
}
