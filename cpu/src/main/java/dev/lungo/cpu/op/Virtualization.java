package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;

/**
 * VMX and SVM instructions. Neither extension is there: CR4.VMXE and EFER.SVME cannot be set, and
 * outside of VMX operation, or without SVM, each of these raises #UD. SDM 3C, "VMX Instruction
 * Reference"; APM 2, "Enabling SVM".
 */
public final class Virtualization {
    private Virtualization() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return new Lowering.Raise(ExceptionVector.UD);
    }
}
