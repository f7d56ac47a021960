package dev.lungo.metal.core;

/**
 * What AMD-V and VT-x do each in their way before a guest runs. Their exits are {@code
 * svm.SvmExits} and {@code vmx.VmxExits}.
 */
public abstract class Vendor {
    /** Makes the maps that all processors share; false if there is too little memory. */
    public abstract boolean begin();

    /** Switches virtualisation on, on this processor, whose host tables are loaded. */
    public abstract void enable(Processor processor);

    /** After {@link #enable}: the guest has the processor's state and what is in its Vcpu. */
    public abstract void load(Processor processor);

    /** The reverse of {@link #load}: the guest's state goes to {@link MachineState} and Vcpu. */
    public abstract void save(Processor processor);

    /**
     * The guest's MSRs become the processor's, which needs virtualisation no more; {@link
     * Bare#leave} switches it off.
     */
    public abstract void disable(Processor processor);

    /** Runs the guest, for ever. */
    public abstract void run(Processor processor);

    /** The guest's processor is as after INIT; it runs when a SIPI comes. */
    public abstract void awaitStartup(Processor processor);

    /** Has the caller go on as the guest. */
    public abstract void becomeGuest(Processor processor);

    /** Whether the processor can make steps. */
    public abstract boolean hasSteps();

    /**
     * The guest's next instruction, or the delivery of the event that its Vcpu has, is a {@link
     * Step}, with the step's pages open. While there is one already: its pages have changed.
     */
    public abstract void beginStep(Processor processor);

    /** Closes the pages; the instruction has not been executed. */
    public abstract void cancelStep(Processor processor);

    /** Has {@link MachineState} know one of the guest's segments as it is now. */
    public abstract void readSegment(Processor processor, int segment);

    /** Gives the guest #PF. */
    public abstract void pageFault(Processor processor, long linear, int error);

    public abstract void interceptInterrupts();

    /** Has the handler called again and again; in ticks of the time stamp counter. */
    public abstract void interceptTimer(long ticks);

    public abstract void interceptMsr(int msr, boolean reads, boolean writes);

    public abstract void interceptPort(int port);

    public abstract void interceptControl(int register);

    public abstract void interceptXsetbv();

    public abstract void interceptException(int vector);

    /** Whether INIT and SIPI have to be seen where they are sent, at the APIC. */
    public abstract boolean watchesApic();

    /** Whether VMMCALL, not VMCALL, is the guest's call. */
    public abstract boolean isAmd();
}
