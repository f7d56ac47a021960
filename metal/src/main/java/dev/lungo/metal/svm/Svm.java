package dev.lungo.metal.svm;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.svm.SvmExit;
import dev.lungo.isa.svm.Vmcb;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Block;
import dev.lungo.metal.core.NestedMap;
import dev.lungo.metal.core.Pages;
import dev.lungo.metal.core.Processor;

/** Brings a processor up for AMD-V, and makes its VMCB. APM 2, "Enabling SVM", "VMRUN". */
public final class Svm {
    private static final int MSRPM_PAGES = 2;
    private static final int IOPM_PAGES = 3;
    private static final int ASID = 1;
    private static final int SVM_DISABLED = 1 << 4;

    private static long msrPermissions;
    private static long portPermissions;
    public static int exceptions;
    public static int controlWrites;
    public static boolean xsetbv;

    private Svm() {}

    /**
     * Whether this processor has AMD-V with nested paging, and the firmware has not locked it off.
     */
    public static boolean isUsable(long scratch) {
        Bare.cpuid(0x8000_0000, 0, scratch);
        if (Bare.get32(scratch) < 0x8000_000A) {
            return false;
        }
        Bare.cpuid(0x8000_0001, 0, scratch);
        if ((Bare.get32(scratch + 16) & 1 << 2) == 0) {
            return false;
        }
        Bare.cpuid(0x8000_000A, 0, scratch);
        return (Bare.get32(scratch + 24) & 1) != 0 && !isLocked(scratch);
    }

    private static boolean isLocked(long scratch) {
        return Bare.tryRdmsr(Msr.VM_CR, scratch) == 0 && (Bare.get32(scratch) & SVM_DISABLED) != 0;
    }

    /** The maps that all processors share. */
    public static boolean begin() {
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
    public static void interceptMsr(int msr, boolean reads, boolean writes) {
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

    public static void interceptPort(int port) {
        long at = portPermissions + (port >>> 3);
        Bare.put8(at, Bare.get8(at) | 1 << (port & 7));
    }

    /** Switches AMD-V on. */
    public static void enable(Processor processor) {
        Bare.wrmsr(Msr.IA32_EFER, Bare.rdmsr(Msr.IA32_EFER) | Efer.SVME);
        Bare.wrmsr(Msr.VM_HSAVE_PA, Bare.get64(processor.block + Block.HOST_SAVE));
        control(processor.control);
    }

    /** Everything in the VMCB but the guest's state. */
    private static void control(long vmcb) {
        Bare.put32(
                vmcb + Vmcb.INTERCEPT_1,
                bit(SvmExit.NMI)
                        | bit(SvmExit.CPUID)
                        | bit(SvmExit.INVD)
                        | bit(SvmExit.INVLPGA)
                        | bit(SvmExit.IOIO)
                        | bit(SvmExit.MSR)
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

    /** The guest is to go on as this processor is now. RIP, RSP and RFLAGS come from the Vcpu. */
    public static void captureState(Processor processor) {
        long vmcb = processor.control;
        long gdt = Bare.gdtBase();
        for (int i = 0; i < 6; i++) {
            segment(vmcb + Vmcb.ES + i * 16L, Bare.selector(i), gdt);
        }
        segment(vmcb + Vmcb.LDTR, Bare.selector(6), gdt);
        segment(vmcb + Vmcb.TR, Bare.selector(7), gdt);
        Bare.put64(vmcb + Vmcb.FS + Vmcb.BASE, Bare.rdmsr(Msr.IA32_FS_BASE));
        Bare.put64(vmcb + Vmcb.GS + Vmcb.BASE, Bare.rdmsr(Msr.IA32_GS_BASE));
        table(vmcb + Vmcb.GDTR, gdt, Bare.gdtLimit());
        table(vmcb + Vmcb.IDTR, Bare.idtBase(), Bare.idtLimit());
        Bare.put64(vmcb + Vmcb.EFER, Bare.rdmsr(Msr.IA32_EFER) | Efer.SVME);
        Bare.put64(vmcb + Vmcb.CR0, Bare.getCr0());
        Bare.put64(vmcb + Vmcb.CR2, Bare.getCr2());
        Bare.put64(vmcb + Vmcb.CR3, Bare.getCr3());
        Bare.put64(vmcb + Vmcb.CR4, Bare.getCr4());
        Bare.put64(vmcb + Vmcb.DR6, Bare.getDr6());
        Bare.put64(vmcb + Vmcb.DR7, Bare.getDr7());
        Bare.put64(vmcb + Vmcb.G_PAT, Bare.rdmsr(Msr.IA32_PAT));
        Bare.put64(vmcb + Vmcb.DBGCTL, Bare.rdmsr(Msr.IA32_DEBUGCTL));
        captureMsrs(vmcb);
        entryState(processor);
    }

    /** What VMLOAD loads for the guest. */
    private static void captureMsrs(long vmcb) {
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

    /** From its descriptor in the GDT. SDM 3A, "Segment Descriptors". */
    private static void segment(long at, int selector, long gdt) {
        Bare.put16(at + Vmcb.SELECTOR, selector);
        if ((selector & ~7) == 0) {
            return;
        }
        long descriptor = Bare.get64(gdt + (selector & ~7));
        long attributes = (descriptor >>> 40 & 0xFF) | (descriptor >>> 44 & 0xF00);
        long limit = (descriptor & 0xFFFF) | (descriptor >>> 32 & 0xF_0000);
        long base = (descriptor >>> 16 & 0xFF_FFFF) | (descriptor >>> 32 & 0xFF00_0000L);
        if ((attributes & 0x10) == 0) {
            base |= Bare.get64(gdt + (selector & ~7) + 8) << 32;
        }
        setSegment(
                at,
                selector,
                (int) attributes,
                (attributes & 0x800) != 0 ? limit << 12 | 0xFFF : limit,
                base);
    }

    public static void setSegment(long at, int selector, int attributes, long limit, long base) {
        Bare.put16(at + Vmcb.SELECTOR, selector);
        Bare.put16(at + Vmcb.ATTRIBUTES, attributes);
        Bare.put32(at + Vmcb.LIMIT, (int) limit);
        Bare.put64(at + Vmcb.BASE, base);
    }

    /** Flat 64-bit mode: CS 10h, the others 18h. RIP, RSP and RFLAGS come from the Vcpu. */
    public static void long64State(Processor processor, long cr3, long gdt) {
        long vmcb = processor.control;
        for (int i = 0; i < 6; i++) {
            setSegment(vmcb + Vmcb.ES + i * 16L, 0x18, 0xC93, 0xFFFF_FFFFL, 0);
        }
        setSegment(vmcb + Vmcb.CS, 0x10, 0xA9B, 0xFFFF_FFFFL, 0);
        setSegment(vmcb + Vmcb.LDTR, 0, 0x82, 0, 0);
        setSegment(vmcb + Vmcb.TR, 0, 0x8B, 0x67, 0);
        table(vmcb + Vmcb.GDTR, gdt, 31);
        table(vmcb + Vmcb.IDTR, 0, 0);
        Bare.put64(vmcb + Vmcb.CR0, Cr0.PG | Cr0.NE | Cr0.ET | Cr0.PE);
        Bare.put64(vmcb + Vmcb.CR3, cr3);
        Bare.put64(vmcb + Vmcb.CR4, Cr4.PAE);
        Bare.put64(vmcb + Vmcb.EFER, Efer.LME | Efer.LMA | Efer.SVME);
        Bare.put64(vmcb + Vmcb.DR6, 0xFFFF_0FF0L);
        Bare.put64(vmcb + Vmcb.DR7, 0x400);
        Bare.put64(vmcb + Vmcb.G_PAT, Bare.rdmsr(Msr.IA32_PAT));
        captureMsrs(vmcb);
        entryState(processor);
    }

    /** After INIT and SIPI. SDM 3A, "Processor State After Reset" (table 10-1). */
    public static void startupState(Processor processor, int vector) {
        long vmcb = processor.control;
        for (int i = 0; i < 6; i++) {
            setSegment(vmcb + Vmcb.ES + i * 16L, 0, 0x93, 0xFFFF, 0);
        }
        setSegment(vmcb + Vmcb.CS, vector << 8, 0x9B, 0xFFFF, (long) vector << 12);
        setSegment(vmcb + Vmcb.LDTR, 0, 0x82, 0xFFFF, 0);
        setSegment(vmcb + Vmcb.TR, 0, 0x8B, 0xFFFF, 0);
        table(vmcb + Vmcb.GDTR, 0, 0xFFFF);
        table(vmcb + Vmcb.IDTR, 0, 0xFFFF);
        // CD and NW stay as they were, which INIT promises.
        Bare.put64(vmcb + Vmcb.CR0, (Bare.get64(vmcb + Vmcb.CR0) & 0x6000_0000L) | 0x10);
        Bare.put64(vmcb + Vmcb.CR2, 0);
        Bare.put64(vmcb + Vmcb.CR3, 0);
        Bare.put64(vmcb + Vmcb.CR4, 0);
        Bare.put64(vmcb + Vmcb.EFER, Efer.SVME);
        Bare.put64(vmcb + Vmcb.DR6, 0xFFFF_0FF0L);
        Bare.put64(vmcb + Vmcb.DR7, 0x400);
        Bare.put8(vmcb + Vmcb.CPL, 0);
        Bare.put64(vmcb + Vmcb.INTERRUPT_SHADOW, 0);
        Bare.put64(vmcb + Vmcb.EVENTINJ, 0);
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
        Vcpu vcpu = processor.vcpu;
        for (int i = 0; i < 16; i++) {
            vcpu.set(i, 0);
        }
        Bare.cpuid(1, 0, processor.block + Block.SCRATCH);
        vcpu.rdx = Bare.get64(processor.block + Block.SCRATCH);
        vcpu.rip = 0;
        vcpu.rflags = 2;
        entryState(processor);
    }
}
