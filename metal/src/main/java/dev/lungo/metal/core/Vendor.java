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

    /** Runs the guest, for ever. */
    public abstract void run(Processor processor);

    /** The guest's processor is as after INIT; it runs when a SIPI comes. */
    public abstract void awaitStartup(Processor processor);

    /** Has the caller go on as the guest. */
    public abstract void becomeGuest(Processor processor);

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
