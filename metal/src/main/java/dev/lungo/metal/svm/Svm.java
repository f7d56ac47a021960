package dev.lungo.metal.svm;

import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.svm.SvmExit;
import dev.lungo.isa.svm.Vmcb;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Block;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.MachineState;
import dev.lungo.metal.core.NestedMap;
import dev.lungo.metal.core.Pages;
import dev.lungo.metal.core.Processor;
import dev.lungo.metal.core.Vendor;

/** Brings a processor up for AMD-V, and makes its VMCB. APM 2, "Enabling SVM", "VMRUN". */
public final class Svm extends Vendor {
    private static final int MSRPM_PAGES = 2;
    private static final int IOPM_PAGES = 3;
    private static final int ASID = 1;
    private static final int SVM_DISABLED = 1 << 4;
    private static final int PAGE_FAULT = 14;
    private static final int GUEST_SEGMENTS = 8;

    private long msrPermissions;
    private long portPermissions;
    private int exceptions;

    /** CR4 always, so that the guest cannot have bits that VMRUN would refuse. */
    private int controlWrites = 1 << 4;

    private boolean xsetbv;
    private boolean interrupts;

    /** Whether this processor has AMD-V with nested paging. */
    public static boolean isThere(long scratch) {
        Bare.cpuid(0x8000_0000, 0, scratch);
        if (Bare.get32(scratch) < 0x8000_000A) {
            return false;
        }
        Bare.cpuid(0x8000_0001, 0, scratch);
        if ((Bare.get32(scratch + 16) & 1 << 2) == 0) {
            return false;
        }
        Bare.cpuid(0x8000_000A, 0, scratch);
        return (Bare.get32(scratch + 24) & 1) != 0;
    }

    /** What keeps a processor that has AMD-V from it, in a sentence; empty if nothing does. */
    public static String missing() {
        return (Bare.rdmsr(Msr.VM_CR) & SVM_DISABLED) != 0
                ? "the firmware has locked AMD-V off; switch it on in its set-up"
                : "";
    }

    @Override
    public boolean begin() {
        msrPermissions = Pages.take(MSRPM_PAGES);
        portPermissions = Pages.take(IOPM_PAGES);
        if (portPermissions == 0) {
            return false;
        }
        interceptMsr(Msr.IA32_EFER, true, true);
        interceptMsr(Msr.IA32_BIOS_SIGN_ID, true, true);
        interceptMsr(Msr.IA32_BIOS_UPDT_TRIG, false, true);
        interceptMsr(Msr.PATCH_LOADER, false, true);
        interceptMsr(Msr.VM_CR, true, true);
        interceptMsr(Msr.IGNNE, true, true);
        interceptMsr(Msr.SMM_CTL, true, true);
        interceptMsr(Msr.VM_HSAVE_PA, true, true);
        interceptMsr(Msr.SVM_KEY, true, true);
        interceptMsr(Msr.IA32_APIC_BASE, false, true);
        interceptMsr(Msr.IA32_X2APIC + 0x30, false, true);
        return true;
    }

    /** APM 2, "MSR Intercepts": two bits each, of three ranges of 2000h registers. */
    @Override
    public void interceptMsr(int msr, boolean reads, boolean writes) {
        int range =
                msr >>> 13 == 0
                        ? 0
                        : msr >>> 13 == 0xC000_0000 >>> 13
                                ? 1
                                : msr >>> 13 == 0xC001_0000 >>> 13 ? 2 : 3;
        if (range == 3) {
            return;
        }
        int bit = (msr & 0x1FFF) * 2;
        long at = msrPermissions + range * 0x800L + (bit >>> 3);
        int bits = (reads ? 1 : 0) | (writes ? 2 : 0);
        Bare.put8(at, Bare.get8(at) | bits << (bit & 7));
    }

    @Override
    public void interceptPort(int port) {
        long at = portPermissions + (port >>> 3);
        Bare.put8(at, Bare.get8(at) | 1 << (port & 7));
    }

    @Override
    public void enable(Processor processor) {
        Bare.wrmsr(Msr.IA32_EFER, Bare.rdmsr(Msr.IA32_EFER) | Efer.SVME);
        Bare.wrmsr(Msr.VM_HSAVE_PA, Bare.get64(processor.block + Block.HOST_SAVE));
        control(processor.control);
        captureMsrs(processor, processor.control);
    }

    /** Everything in the VMCB but the guest's state. */
    private void control(long vmcb) {
        Bare.put32(
                vmcb + Vmcb.INTERCEPT_1,
                bit(SvmExit.NMI)
                        | bit(SvmExit.CR0_SEL_WRITE)
                        | bit(SvmExit.CPUID)
                        | bit(SvmExit.INVD)
                        | bit(SvmExit.INVLPGA)
                        | bit(SvmExit.IOIO)
                        | bit(SvmExit.MSR)
                        | (interrupts ? bit(SvmExit.INTR) : 0)
                        | bit(SvmExit.SHUTDOWN));
        Bare.put32(
                vmcb + Vmcb.INTERCEPT_2,
                bit(SvmExit.VMRUN)
                        | bit(SvmExit.VMMCALL)
                        | bit(SvmExit.VMLOAD)
                        | bit(SvmExit.VMSAVE)
                        | bit(SvmExit.STGI)
                        | bit(SvmExit.CLGI)
                        | bit(SvmExit.SKINIT)
                        | (xsetbv ? bit(SvmExit.XSETBV) : 0));
        Bare.put32(vmcb + Vmcb.INTERCEPT_EXCEPTIONS, exceptions);
        Bare.put16(vmcb + Vmcb.INTERCEPT_CR_WRITE, controlWrites);
        Bare.put64(vmcb + Vmcb.IOPM_BASE_PA, portPermissions);
        Bare.put64(vmcb + Vmcb.MSRPM_BASE_PA, msrPermissions);
        Bare.put32(vmcb + Vmcb.GUEST_ASID, ASID);
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
        Bare.put64(vmcb + Vmcb.NP_ENABLE, 1);
        Bare.put64(vmcb + Vmcb.N_CR3, NestedMap.root());
    }

    private static int bit(int exit) {
        return 1 << (exit & 31);
    }

    @Override
    public void load(Processor processor) {
        long vmcb = processor.control;
        MachineState state = processor.state;
        for (int i = 0; i < GUEST_SEGMENTS; i++) {
            long at = vmcb + segment(i);
            Bare.put16(at + Vmcb.SELECTOR, state.selectors[i]);
            Bare.put16(at + Vmcb.ATTRIBUTES, state.attributes[i]);
            Bare.put32(at + Vmcb.LIMIT, (int) state.limits[i]);
            Bare.put64(at + Vmcb.BASE, state.bases[i]);
        }
        table(vmcb + Vmcb.GDTR, state.gdtBase, state.gdtLimit);
        table(vmcb + Vmcb.IDTR, state.idtBase, state.idtLimit);
        Bare.put8(vmcb + Vmcb.CPL, 0);
        Bare.put64(vmcb + Vmcb.EFER, state.efer | Efer.SVME);
        Bare.put64(vmcb + Vmcb.CR0, state.cr0);
        Bare.put64(vmcb + Vmcb.CR2, state.cr2);
        Bare.put64(vmcb + Vmcb.CR3, state.cr3);
        Bare.put64(vmcb + Vmcb.CR4, state.cr4);
        Bare.put64(vmcb + Vmcb.DR6, state.dr6);
        Bare.put64(vmcb + Vmcb.DR7, state.dr7);
        Bare.put64(vmcb + Vmcb.INTERRUPT_SHADOW, 0);
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
        entryState(processor);
    }

    @Override
    public void save(Processor processor) {
        long vmcb = processor.control;
        MachineState state = processor.state;
        for (int i = 0; i < GUEST_SEGMENTS; i++) {
            long at = vmcb + segment(i);
            state.selectors[i] = Bare.get16(at + Vmcb.SELECTOR);
            state.attributes[i] = Bare.get16(at + Vmcb.ATTRIBUTES);
            state.limits[i] = Bare.get32(at + Vmcb.LIMIT) & 0xFFFF_FFFFL;
            state.bases[i] = Bare.get64(at + Vmcb.BASE);
        }
        state.gdtBase = Bare.get64(vmcb + Vmcb.GDTR + Vmcb.BASE);
        state.gdtLimit = Bare.get32(vmcb + Vmcb.GDTR + Vmcb.LIMIT);
        state.idtBase = Bare.get64(vmcb + Vmcb.IDTR + Vmcb.BASE);
        state.idtLimit = Bare.get32(vmcb + Vmcb.IDTR + Vmcb.LIMIT);
        state.efer = Bare.get64(vmcb + Vmcb.EFER) & ~Efer.SVME;
        state.cr0 = Bare.get64(vmcb + Vmcb.CR0);
        state.cr2 = Bare.get64(vmcb + Vmcb.CR2);
        state.cr3 = Bare.get64(vmcb + Vmcb.CR3);
        state.cr4 = Bare.get64(vmcb + Vmcb.CR4);
        state.dr6 = Bare.get64(vmcb + Vmcb.DR6);
        state.dr7 = Bare.get64(vmcb + Vmcb.DR7);
    }

    @Override
    public void disable(Processor processor) {
        Bare.wrmsr(Msr.IA32_PAT, Bare.get64(processor.control + Vmcb.G_PAT));
        Bare.wrmsr(Msr.VM_HSAVE_PA, 0);
        Bare.vmload(processor.control);
    }

    @Override
    public void run(Processor processor) {
        Bare.svmRun(processor.block, processor.stack);
    }

    @Override
    public void awaitStartup(Processor processor) {
        SvmExits.init(processor);
    }

    @Override
    public void becomeGuest(Processor processor) {
        Bare.svmBecomeGuest(processor.block, processor.stack);
    }

    @Override
    public void interceptControl(int register) {
        controlWrites |= 1 << register;
    }

    @Override
    public boolean hasSteps() {
        return true;
    }

    @Override
    public void beginStep(Processor processor) {
        SvmSteps.begin(processor);
    }

    @Override
    public void cancelStep(Processor processor) {
        SvmSteps.end(processor, false);
    }

    @Override
    public void readSegment(Processor processor, int segment) {
        long at = processor.control + Vmcb.ES + segment * 16L;
        processor.state.attributes[segment] = Bare.get16(at + Vmcb.ATTRIBUTES);
        processor.state.limits[segment] = Bare.get32(at + Vmcb.LIMIT) & 0xFFFF_FFFFL;
        processor.state.bases[segment] = Bare.get64(at + Vmcb.BASE);
    }

    @Override
    public void pageFault(Processor processor, long linear, int error) {
        Bare.put64(processor.control + Vmcb.CR2, linear);
        Guest.raise(processor.vcpu, PAGE_FAULT, error);
    }

    @Override
    public void interceptInterrupts() {
        interrupts = true;
    }

    @Override
    public void interceptTimer(long ticks) {
        interrupts = true;
        SvmExits.timer(ticks);
    }

    @Override
    public void interceptXsetbv() {
        xsetbv = true;
    }

    @Override
    public void interceptException(int vector) {
        exceptions |= 1 << vector;
    }

    @Override
    public boolean watchesApic() {
        return true;
    }

    @Override
    public boolean isAmd() {
        return true;
    }

    /** ES CS SS DS FS GS are in a row; LDTR and TR are elsewhere. */
    private static long segment(int i) {
        return i == MachineState.LDTR
                ? Vmcb.LDTR
                : i == MachineState.TR ? Vmcb.TR : Vmcb.ES + i * 16L;
    }

    /** Registers that are as they are, whatever the guest begins as. */
    private static void captureMsrs(Processor processor, long vmcb) {
        Bare.put64(vmcb + Vmcb.G_PAT, Bare.rdmsr(Msr.IA32_PAT));
        Bare.put64(vmcb + Vmcb.DBGCTL, Exits.msrOrZero(processor, Msr.IA32_DEBUGCTL));
        Bare.put64(vmcb + Vmcb.STAR, Bare.rdmsr(Msr.IA32_STAR));
        Bare.put64(vmcb + Vmcb.LSTAR, Bare.rdmsr(Msr.IA32_LSTAR));
        Bare.put64(vmcb + Vmcb.CSTAR, Bare.rdmsr(Msr.IA32_CSTAR));
        Bare.put64(vmcb + Vmcb.SFMASK, Bare.rdmsr(Msr.IA32_FMASK));
        Bare.put64(vmcb + Vmcb.KERNEL_GS_BASE, Bare.rdmsr(Msr.IA32_KERNEL_GS_BASE));
        Bare.put64(vmcb + Vmcb.SYSENTER_CS, Bare.rdmsr(Msr.IA32_SYSENTER_CS));
        Bare.put64(vmcb + Vmcb.SYSENTER_ESP, Bare.rdmsr(Msr.IA32_SYSENTER_ESP));
        Bare.put64(vmcb + Vmcb.SYSENTER_EIP, Bare.rdmsr(Msr.IA32_SYSENTER_EIP));
    }

    /** RIP, RSP, RFLAGS and RAX of the Vcpu go to the VMCB. */
    public static void entryState(Processor processor) {
        long vmcb = processor.control;
        Vcpu vcpu = processor.vcpu;
        Bare.put64(vmcb + Vmcb.RIP, vcpu.rip);
        Bare.put64(vmcb + Vmcb.RSP, vcpu.rsp);
        Bare.put64(vmcb + Vmcb.RFLAGS, vcpu.rflags);
        Bare.put64(vmcb + Vmcb.RAX, vcpu.rax);
    }

    private static void table(long at, long base, int limit) {
        Bare.put32(at + Vmcb.LIMIT, limit);
        Bare.put64(at + Vmcb.BASE, base);
    }
}
