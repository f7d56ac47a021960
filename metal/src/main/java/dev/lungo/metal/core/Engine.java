package dev.lungo.metal.core;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.metal.ExitPath;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.svm.Svm;
import dev.lungo.metal.vmx.Vmx;

/** The hypervisor's start-up, as far as it is the same however the machine was booted. */
public final class Engine implements Intercepts {
    private static final int HUGE_PAGES = 1 << 26;
    private static final int NO_EXECUTE = 1 << 20;

    /** Bytes; where the image gets less, it is to boot what is next and no more. */
    private static final long LEAST_POOL = 4 << 20;

    private static Vendor vendor = new Svm();
    private static boolean present;

    private Engine() {}

    public static Vendor vendor() {
        return vendor;
    }

    /** Whether the machine is to run under the hypervisor; without, what is next runs alone. */
    public static boolean isPresent() {
        return present;
    }

    /**
     * Makes what every processor needs to be a guest's.
     *
     * @param apicIds of all processors; this one need not be among them
     */
    public static void becomePresent(int[] apicIds) {
        int own = Apic.id();
        Processors.add(own);
        for (int apicId : apicIds) {
            if (apicId != own) {
                Processors.add(apicId);
            }
        }
        present = true;
    }

    /** Finds out what the processor can do, and makes what all processors share. */
    public static Engine begin() {
        if (Lungo.poolLeft() < LEAST_POOL) {
            throw new IllegalStateException(
                    "there is too little memory below 4 GiB for the hypervisor");
        }
        Log.keep();
        long scratch = Pages.take(1);
        boolean amd = Svm.isThere(scratch);
        String missing = amd ? Svm.missing() : Vmx.missing(scratch);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(missing);
        }
        vendor = amd ? new Svm() : new Vmx();
        Bare.cpuid(0x8000_0001, 0, scratch);
        boolean huge = (Bare.get32(scratch + 24) & HUGE_PAGES) != 0;
        Bare.cpuid(0x8000_0008, 0, scratch);
        int addressBits = Bare.get32(scratch) & 0xFF;
        if (!HostTables.begin(huge)) {
            throw new IllegalStateException("too little memory for the host's page tables");
        }
        NestedMap.begin(!vendor.isAmd(), addressBits);
        if (!vendor.begin()) {
            throw new IllegalStateException("too little memory for the permission maps");
        }
        return new Engine();
    }

    /**
     * From here on the hypervisor's memory is out of the guest's reach. False: too little memory.
     */
    public static boolean protect() {
        long start = Lungo.rangeStart();
        return NestedMap.remove(start, Lungo.rangeEnd() - start)
                && (!vendor.watchesApic() || NestedMap.writeProtect(Apic.base()));
    }

    /** From here on the caller is a guest, and this processor the host's. */
    public static void becomeGuest(Processor processor) {
        vendor.becomeGuest(processor);
    }

    /**
     * The processor becomes the host's; what it was is the guest's state. Native code calls this.
     */
    @ExitPath
    public static void prepare(int index) {
        Processor processor = Processors.get(index);
        processor.vcpu.rsp = Bare.get64(processor.block + 32);
        processor.vcpu.rip = Bare.get64(processor.block + Block.RIP);
        processor.vcpu.rflags = Bare.get64(processor.block + Block.RFLAGS);
        processor.state.capture();
        enter(processor);
    }

    /**
     * The host's own tables, then virtualisation on. The guest's state is set already, or is next.
     */
    public static void enter(Processor processor) {
        HostTables.load(processor.gdt);
        Bare.setCr0((Bare.getCr0() | Cr0.NE | Cr0.MP) & ~(Cr0.TS | Cr0.EM));
        Bare.cpuid(1, 0, processor.block + Block.SCRATCH);
        boolean xsave = (Bare.get32(processor.block + Block.SCRATCH + 16) & 1 << 26) != 0;
        Bare.cpuid(0x8000_0001, 0, processor.block + Block.SCRATCH);
        if ((Bare.get32(processor.block + Block.SCRATCH + 24) & NO_EXECUTE) != 0) {
            Bare.wrmsr(Msr.IA32_EFER, Bare.rdmsr(Msr.IA32_EFER) | Efer.NXE);
        }
        Bare.setCr4(Bare.getCr4() | Cr4.OSFXSR | Cr4.OSXMMEXCPT | (xsave ? Cr4.OSXSAVE : 0));
        if (vendor.watchesApic()) {
            Apic.noteLogical(processor);
        }
        vendor.enable(processor);
        vendor.load(processor);
    }

    @Override
    public void readsOf(int msr) {
        Asked.readsOf(msr);
        vendor.interceptMsr(msr, true, false);
    }

    @Override
    public void writesOf(int msr) {
        Asked.writesOf(msr);
        vendor.interceptMsr(msr, false, true);
    }

    @Override
    public void port(int port) {
        vendor.interceptPort(port);
    }

    @Override
    public void writesOfControl(int register) {
        Asked.writesOfControl(register);
        vendor.interceptControl(register);
    }

    @Override
    public void xsetbv() {
        vendor.interceptXsetbv();
    }

    @Override
    public void exception(int vector) {
        Asked.exception(vector);
        vendor.interceptException(vector);
    }

    @Override
    public void interrupts() {
        vendor.interceptInterrupts();
    }

    @Override
    public void timer(long ticks) {
        vendor.interceptTimer(ticks);
    }

    @Override
    public void writesToPage(long guestPhysical) {
        if (!NestedMap.writeProtect(guestPhysical)) {
            throw new IllegalStateException("too little memory to watch another page");
        }
    }
}
