package dev.lungo.metal.core;

import dev.lungo.metal.Vcpu;

/** What the host keeps of a processor. */
public final class Processor {
    public final Vcpu vcpu = new Vcpu();
    public final Store store = new Store();
    final PageWalk walk = new PageWalk();
    public final Step step = new Step();
    public final MachineState state = new MachineState();

    /** Addresses: what native code knows ({@link Block}); the VMCB or VMCS. */
    public final long block;

    public final long control;

    /** Of the host: top of the stack, and GDT with TSS behind it. */
    public final long stack;

    public final long gdt;

    /** From the injection of an NMI to the guest's next IRET. */
    public boolean nmiBlocked;

    public boolean nmiPending;

    /** AMD-V: the software interrupt whose delivery led to the exit, or 0. */
    public int softEvent;

    /** When {@link dev.lungo.metal.Hypervisor#timer} is due, in ticks of the time stamp counter. */
    public long timerDue;

    /** How many of the NMIs that the host took are accounted for. VT-x. */
    public int nmisMet;

    /** How many of the NMIs that others sent to have mail read have come. */
    public int kicksMet;

    /** LDR and DFR of its local APIC, where INIT and SIPI are sent from here. */
    public int logicalId;

    public int logicalFormat = -1;

    /** Not under the hypervisor: it did not start, or has left. */
    boolean absent;

    /** What it has seen of {@link Processors#flushAll}. */
    int flushes;

    /** Accesses that were refused and logged. */
    public int refused;

    Processor(int index, int apicId, long block, long control, long stack, long gdt) {
        vcpu.index = index;
        vcpu.apicId = apicId;
        this.block = block;
        this.control = control;
        this.stack = stack;
        this.gdt = gdt;
        Bare.put64(block + Block.CONTROL, control);
    }
}
