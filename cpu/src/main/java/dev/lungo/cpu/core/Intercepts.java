package dev.lungo.cpu.core;

import dev.lungo.isa.Instruction;

/**
 * The seam where VMX and SVM intercepts will enter: every instruction that either can intercept
 * asks here, after the checks that come before an intercept (mode, CPL) and before it changes
 * anything.
 *
 * <p>An implementation that lets the instruction run returns. One that intercepts it throws, as an
 * instruction that faults does: the interpreter then puts RIP back to the instruction, and leaves
 * the block with nothing changed; whoever handles what was thrown does the VM exit from there. The
 * instruction has all that exit qualifications and instruction information are made of.
 *
 * <p>Not asked yet: what SVM alone intercepts (INT n, IRET, PUSHF, POPF), and what is no
 * instruction: events (in {@link Events}) and task switches (in {@link TaskSwitch}). Translated
 * code does not ask: of what both can intercept it has RDTSC and RDTSCP.
 */
@FunctionalInterface
public interface Intercepts {
    /** Outside of VMX non-root operation and SVM guests, every instruction runs. */
    Intercepts NONE = (instruction, detail) -> {};

    /**
     * Returns if the instruction is to run.
     *
     * @param detail what the instruction works on, where that is not in the instruction: the port
     *     of IN and OUT, the index of RDMSR and WRMSR, the value that MOV writes to a control
     *     register, the linear address of INVLPG; 0 for the rest
     * @throws GuestFault if it is not
     */
    void check(Instruction instruction, long detail);
}
