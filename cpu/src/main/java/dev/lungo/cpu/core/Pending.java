package dev.lungo.cpu.core;

/** What a block's entry has to look at first: bits of {@link State#PENDING}. */
public final class Pending {
    private Pending() {}

    /** The run loop wants {@code run} to return. */
    public static final int KICK = 1;

    /** The local APIC may have an interrupt. */
    public static final int INTERRUPT = 1 << 1;

    public static final int NMI = 1 << 2;
    public static final int INIT = 1 << 3;
    public static final int STARTUP = 1 << 4;

    /** The next instruction is shielded from interrupts: STI, MOV SS and POP SS. */
    public static final int SHADOW = 1 << 5;

    /** Instructions have to be run one by one: RFLAGS.TF, instruction breakpoints, tracing. */
    public static final int STEP = 1 << 6;

    /** HLT or MWAIT, or waiting for a start-up IPI. */
    public static final int ASLEEP = 1 << 7;

    /** Others want something of the caches: see {@link Inbox}. */
    public static final int REQUEST = 1 << 9;

    /** The A20M# pin has changed. */
    public static final int A20 = 1 << 10;

    /** The last instruction was a {@link dev.lungo.machine.VmExit.ServiceCall}. */
    public static final int SERVICE = 1 << 11;

    /** Behind {@link #NMI} there is another: see {@link Processor#raiseNmi}. */
    public static final int SECOND_NMI = 1 << 8;
}
