package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.fp.Extended;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import org.jspecify.annotations.Nullable;

/**
 * An x87 instruction that waits: it reports a pending exception before it does anything, and leaves
 * its own address, opcode and operand's address behind for handlers. SDM 1, "x87 FPU Instruction
 * and Data (Operand) Pointers".
 */
abstract class X87Op extends Op {
    /** Exceptions that leave an operation's operands as they are. */
    static final int PRE_COMPUTATION = FloatEnv.PRE_COMPUTATION;

    /** Exceptions that keep a load or a comparison from its end: DE does not. */
    static final int INVALID = FloatEnv.IE;

    /** Where the operand is, if it is in memory. */
    final @Nullable Address address;

    /** As FOP has it. */
    final int opcode;

    X87Op(Lowering at, Instruction instruction) {
        Address found = null;
        for (Operand operand : instruction.operands()) {
            if (operand instanceof Operand.Memory memory) {
                found = at.address(memory);
            }
        }
        address = found;
        opcode = opcode(at);
    }

    /** The eleven bits that FOP keeps. */
    private static int opcode(Lowering at) {
        int escape = 0;
        while ((at.codeByte(escape) & 0xF8) != 0xD8) { // no prefix looks like that
            escape++;
        }
        return (at.codeByte(escape) & 7) << 8 | at.codeByte(escape + 1);
    }

    @Override
    public final void execute(Processor cpu) {
        Fpu fpu = cpu.fpu;
        fpu.checkPending();
        perform(cpu, fpu);
        remember(cpu);
    }

    /** The instruction's own work. A memory operand is to be reached before anything changes. */
    abstract void perform(Processor cpu, Fpu fpu);

    private void remember(Processor cpu) {
        long state = cpu.state;
        Raw.putInt(state + State.FOP, opcode);
        Raw.putLong(state + State.FIP, cpu.rip() + start);
        Raw.putInt(state + State.FCS, cpu.segments.selector[Segments.CS]);
        if (address != null) {
            Raw.putLong(state + State.FDP, operandOffset);
            Raw.putInt(state + State.FDS, cpu.segments.selector[address.segment()]);
        }
    }

    /** The operand's offset, before the instruction changes a register that it depends on. */
    private long operandOffset;

    /** The linear address of the memory operand, for a load of so many bytes. */
    final long forLoad(Processor cpu, int bytes) {
        Address operand = java.util.Objects.requireNonNull(address);
        operandOffset = operand.offset();
        return operand.forLoad(cpu, bytes);
    }

    /** The same for a store. */
    final long forStore(Processor cpu, int bytes) {
        Address operand = java.util.Objects.requireNonNull(address);
        operandOffset = operand.offset();
        return operand.forStore(cpu, bytes);
    }

    /** Makes ST(i) the indefinite QNaN: the masked response to a stack fault. */
    static void setIndefinite(Fpu fpu, int i) {
        fpu.set(i, Extended.INDEFINITE_SIGN_EXPONENT, Extended.INDEFINITE_SIGNIFICAND);
    }

    /** Pushes the indefinite QNaN, whatever is in the way. */
    static void pushIndefinite(Fpu fpu) {
        fpu.turn(-1);
        setIndefinite(fpu, 0);
    }

    /** Puts the operation's result in ST(i). */
    static void deliver(Fpu fpu, int i) {
        fpu.set(i, fpu.env.signExponent, fpu.env.significand);
    }
}
