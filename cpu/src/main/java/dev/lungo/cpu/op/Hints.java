package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;

/** Placeholder until this family is written. */
public final class Hints {
    private Hints() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return new Lowering.Raise(ExceptionVector.UD);
    }
}
