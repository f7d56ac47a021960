package dev.lungo.metal.core;

/**
 * One instruction, or the delivery of one event, after which the processor comes back: so that it
 * can do by itself what it may not do otherwise, whatever the instruction is. {@link Vendor} makes
 * the steps: VT-x by its monitor trap, AMD-V by RFLAGS.TF.
 */
public final class Step {
    /** Watched pages that are open meanwhile. */
    public final OpenPages pages = new OpenPages();

    /** Whether one is being made. */
    public boolean active;

    /** AMD-V: it is the delivery of an event. */
    public boolean delivery;

    /** AMD-V: what the instruction does to RFLAGS. */
    public int kind;

    /** AMD-V: the guest's own RFLAGS.TF, and its DR6. */
    public boolean trapFlag;

    public long dr6;

    /** AMD-V: the exceptions that are intercepted otherwise. */
    public int exceptions;

    /** AMD-V: whether an NMI handler's IRET is what is stepped. */
    public boolean endsNmi;

    /** AMD-V: the instruction writes to a copy of the local APIC's command register. */
    boolean commands;
}
