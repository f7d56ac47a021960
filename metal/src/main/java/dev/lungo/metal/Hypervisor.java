package dev.lungo.metal;

/**
 * A policy: what happens when the guest does something that concerns the hypervisor. Every handler
 * passes through unless it is overridden, and only what {@link #begin} asks for comes here at all,
 * except CPUID and VMCALL, which always do.
 *
 * <p>Handlers run with the guest's processor stopped and interrupts off, on several processors at
 * once, and are compiled without a collector: they neither allocate nor lock nor throw. Where a
 * handler returns a {@code boolean}, {@code true} means that it has done what the instruction
 * should do (the instruction is then skipped), and {@code false} that the processor is to do it.
 */
public abstract class Hypervisor {
    /**
     * Called once, on the boot processor, before anything runs under the hypervisor. This is
     * ordinary Java: it may allocate and throw.
     */
    public void begin(Intercepts intercepts) {}

    /** The same for a hypervisor that has keys of its own in the configuration. */
    public void begin(Intercepts intercepts, Configuration configuration) {
        begin(intercepts);
    }

    /**
     * CPUID. The answer that the guest is to get is in RAX, RBX, RCX and RDX already, with
     * virtualisation hidden; change it there.
     */
    public void cpuid(Vcpu vcpu, int leaf, int subleaf) {}

    /** RDMSR of a register that was asked for; the value goes to EDX:EAX, see {@link Guest}. */
    public boolean readMsr(Vcpu vcpu, int msr) {
        return false;
    }

    public boolean writeMsr(Vcpu vcpu, int msr, long value) {
        return false;
    }

    /**
     * IN from a port that was asked for; the value goes to the low {@code bytes} of RAX, see {@link
     * Guest}.
     */
    public boolean portIn(Vcpu vcpu, int port, int bytes) {
        return false;
    }

    public boolean portOut(Vcpu vcpu, int port, int bytes, int value) {
        return false;
    }

    /** MOV to CR0, CR3 or CR4. */
    public boolean writeControl(Vcpu vcpu, int register, long value) {
        return false;
    }

    public boolean xsetbv(Vcpu vcpu, int index, long value) {
        return false;
    }

    /**
     * An access that the nested page tables do not allow: to a watched page. {@code false} lets
     * this access happen, and the watch go on. {@code true} keeps what is written from the page,
     * while all else that the instruction does happens.
     */
    public boolean memory(Vcpu vcpu, long guestPhysical, boolean write) {
        return false;
    }

    /** An exception in the guest that was asked for. {@code false} gives it to the guest. */
    public boolean exception(Vcpu vcpu, int vector, int error) {
        return false;
    }

    /**
     * An external interrupt of this processor. {@code false} gives it to the guest; {@code true}
     * ends it, as far as the local APIC is concerned.
     */
    public boolean interrupt(Vcpu vcpu, int vector) {
        return false;
    }

    /** The time that was asked for has gone by on this processor. */
    public void timer(Vcpu vcpu) {}

    /** The guest has executed an instruction since {@link Vcpu#trap} was set. */
    public void trap(Vcpu vcpu) {}

    /** VMCALL or VMMCALL with a number in RAX. {@code false} gives the guest #UD. */
    public boolean vmcall(Vcpu vcpu, long number) {
        return false;
    }
}
