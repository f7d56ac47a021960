package dev.lungo.machine;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Instruction;

/** Is told of every instruction, on the thread that runs the processor. */
@FunctionalInterface
public interface Tracer {
    /** Wants to know nothing: an engine may then leave the calls out altogether. */
    Tracer NONE = (cpu, mode, guestLinear, instruction) -> {};

    /**
     * An instruction is about to be executed, and has no effect yet.
     *
     * @param cpu the processor's index
     * @param guestLinear of the instruction's first byte: RIP plus the base of CS
     */
    void instruction(int cpu, CodeMode mode, long guestLinear, Instruction instruction);
}
