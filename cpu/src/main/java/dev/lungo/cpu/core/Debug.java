package dev.lungo.cpu.core;

/** Placeholder: debug registers and single step. */
public final class Debug {
    private final Processor cpu;

    Debug(Processor cpu) {
        this.cpu = cpu;
    }

    /** Any enabled data breakpoint: the TLB must not answer. */
    boolean hasDataBreakpoints() {
        return cpu.cpl < 0;
    }

    /** To be called when DR7 or RFLAGS.TF has changed. */
    public void updateStepping() {}

    /** An access is about to be made on one page; {@code access} as {@link PageWalker} has it. */
    void watch(long linear, int bytes, int access) {}

    /** Instruction breakpoints (#DB as a fault), and RFLAGS.RF. */
    void beforeInstruction() {}

    /** Single-step and data breakpoints (#DB as a trap). */
    void afterInstruction() {}
}
