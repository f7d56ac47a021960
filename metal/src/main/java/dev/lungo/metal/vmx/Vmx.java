package dev.lungo.metal.vmx;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.vmx.VmcsField;
import dev.lungo.isa.vmx.VmxControl;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Block;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.HostTables;
import dev.lungo.metal.core.Log;
import dev.lungo.metal.core.MachineState;
import dev.lungo.metal.core.NestedMap;
import dev.lungo.metal.core.Pages;
import dev.lungo.metal.core.Processor;
import dev.lungo.metal.core.Vendor;

/**
 * Brings a processor up for VT-x, and makes its VMCS. SDM 3C, "Enabling and Entering VMX
 * Operation", "Restrictions on VMX Operation", "VMX Capability Reporting Facility" (appendix A).
 */
public final class Vmx extends Vendor {
    private static final int VMX = 1 << 5;
    private static final int LOCKED_WITH_VMX = 1 << 0 | 1 << 2;
    private static final int UNUSABLE = 1 << 16;
    private static final int EPT_WALK_4 = 1 << 6;
    private static final int EPT_WRITE_BACK = 1 << 14;
    private static final int EPT_2MIB = 1 << 16;
    private static final int EPT_NEEDED = EPT_WALK_4 | EPT_WRITE_BACK | EPT_2MIB;
    private static final long EPTP_WALK_4_WRITE_BACK = 3 << 3 | 6;
    private static final int TRUE_CONTROLS = 55 - 32;
    private static final int SECONDARY_NEEDED =
            VmxControl.ENABLE_EPT | VmxControl.UNRESTRICTED_GUEST;
    private static final int VPID = 1;
    private static final int PAGE_FAULT = 14;
    private static final int CR3_LOAD_EXITING = 1 << 15;

    /** CR0 bits that the guest sees as it wrote them while they are as VT-x wants them. */
    static final long CR0_OWNED = Cr0.NE | Cr0.PG;

    static final long CR4_OWNED = Cr4.VMXE;
    private static final byte[] VMXON_FAILED = Log.text("VMXON failed; this processor stops");

    private long msrBitmap;
    private long portBitmaps;
    private int exceptions;
    private boolean interrupts;
    private long timer;
    private boolean monitorTrap;
    private long controlMask;

    /** What keeps this processor from VT-x, in a sentence; empty if nothing does. */
    public static String missing(long scratch) {
        Bare.cpuid(1, 0, scratch);
        if ((Bare.get32(scratch + 16) & VMX) == 0) {
            return "this processor has neither VT-x nor AMD-V with nested paging";
        }
        int feature = (int) Bare.rdmsr(Msr.IA32_FEATURE_CONTROL);
        if ((feature & 1) != 0 && (feature & LOCKED_WITH_VMX) != LOCKED_WITH_VMX) {
            return "the firmware has locked VT-x off; switch it on in its set-up";
        }
        int secondary = (int) (Bare.rdmsr(Msr.IA32_VMX_PROCBASED_CTLS2) >>> 32);
        if ((secondary & SECONDARY_NEEDED) != SECONDARY_NEEDED
                || ((int) Bare.rdmsr(Msr.IA32_VMX_EPT_VPID_CAP) & EPT_NEEDED) != EPT_NEEDED) {
            return "this processor's VT-x is without EPT or unrestricted guest";
        }
        return "";
    }

    @Override
    public boolean begin() {
        msrBitmap = Pages.take(1);
        portBitmaps = Pages.take(2);
        if (portBitmaps == 0) {
            return false;
        }
        int trap =
                allowed(
                        Msr.IA32_VMX_PROCBASED_CTLS,
                        Msr.IA32_VMX_TRUE_PROCBASED_CTLS,
                        VmxControl.MONITOR_TRAP_FLAG);
        monitorTrap = (trap & VmxControl.MONITOR_TRAP_FLAG) != 0;
        interceptMsr(Msr.IA32_BIOS_SIGN_ID, true, true);
        interceptMsr(Msr.IA32_BIOS_UPDT_TRIG, false, true);
        interceptMsr(Msr.IA32_FEATURE_CONTROL, true, true);
        for (int msr = Msr.IA32_VMX_BASIC; msr <= Msr.IA32_VMX_PROCBASED_CTLS3; msr++) {
            interceptMsr(msr, true, true);
        }
        return true;
    }

    /** SDM 3C, "MSR-Bitmap Address": reads of low and high registers, then writes. */
    @Override
    public void interceptMsr(int msr, boolean reads, boolean writes) {
        boolean high = msr >>> 13 == 0xC000_0000 >>> 13;
        if (!high && msr >>> 13 != 0) {
            return; // these always exit
        }
        long at = msrBitmap + (high ? 1024 : 0) + ((msr & 0x1FFF) >>> 3);
        int bit = 1 << (msr & 7);
        if (reads) {
            Bare.put8(at, Bare.get8(at) | bit);
        }
        if (writes) {
            Bare.put8(at + 2048, Bare.get8(at + 2048) | bit);
        }
    }

    @Override
    public void interceptPort(int port) {
        long at = portBitmaps + (port >>> 3);
        Bare.put8(at, Bare.get8(at) | 1 << (port & 7));
    }

    @Override
    public void interceptControl(int register) {
        controlMask |= 1L << register;
    }

    @Override
    public void interceptXsetbv() {} // always exits

    @Override
    public void interceptInterrupts() {
        interrupts = true;
    }

    @Override
    public void interceptTimer(long ticks) {
        int pin =
                allowed(
                        Msr.IA32_VMX_PINBASED_CTLS,
                        Msr.IA32_VMX_TRUE_PINBASED_CTLS,
                        VmxControl.PREEMPTION_TIMER);
        int exit =
                allowed(
                        Msr.IA32_VMX_EXIT_CTLS,
                        Msr.IA32_VMX_TRUE_EXIT_CTLS,
                        VmxControl.SAVE_PREEMPTION_TIMER);
        boolean there =
                (pin & VmxControl.PREEMPTION_TIMER) != 0
                        && (exit & VmxControl.SAVE_PREEMPTION_TIMER) != 0;
        if (there) {
            int shift = (int) Bare.rdmsr(Msr.IA32_VMX_MISC) & 0x1F;
            timer = Math.min(Math.max(ticks >>> shift, 1), 0xFFFF_FFFFL);
            VmxExits.preemptionTimer(timer);
        } else {
            interrupts = true;
            VmxExits.timer(ticks);
        }
    }

    @Override
    public boolean hasSteps() {
        return monitorTrap;
    }

    /** SDM 3C, "Monitor Trap Flag". An interrupt must not come before the instruction. */
    @Override
    public void beginStep(Processor processor) {
        boolean begun = processor.step.active;
        processor.step.active = true;
        Bare.vmwrite(VmcsField.EPT_POINTER, processor.step.pages.root() | EPTP_WALK_4_WRITE_BACK);
        Bare.invept();
        VmxExits.primary(VmxControl.MONITOR_TRAP_FLAG, true);
        boolean open = (Bare.vmread(VmcsField.GUEST_RFLAGS) & Rflags.IF) != 0;
        if (!begun && open && processor.vcpu.event == 0) {
            VmxExits.blockInterrupts();
        }
    }

    void endStep(Processor processor) {
        processor.step.active = false;
        Bare.vmwrite(VmcsField.EPT_POINTER, NestedMap.root() | EPTP_WALK_4_WRITE_BACK);
        VmxExits.primary(VmxControl.MONITOR_TRAP_FLAG, false);
    }

    @Override
    public void cancelStep(Processor processor) {
        endStep(processor);
    }

    @Override
    public void readSegment(Processor processor, int segment) {
        long rights = Bare.vmread(VmcsField.GUEST_ES_ACCESS_RIGHTS + 2 * segment);
        MachineState state = processor.state;
        state.attributes[segment] = (int) (rights & 0xFF | rights >>> 4 & 0xF00);
        state.limits[segment] = Bare.vmread(VmcsField.GUEST_ES_LIMIT + 2 * segment);
        state.bases[segment] = Bare.vmread(VmcsField.GUEST_ES_BASE + 2 * segment);
    }

    @Override
    public void pageFault(Processor processor, long linear, int error) {
        Bare.setCr2(linear);
        Guest.raise(processor.vcpu, PAGE_FAULT, error);
    }

    @Override
    public void interceptException(int vector) {
        exceptions |= 1 << vector;
    }

    @Override
    public boolean watchesApic() {
        return false;
    }

    @Override
    public boolean isAmd() {
        return false;
    }

    @Override
    public void run(Processor processor) {
        Bare.vmxRun(processor.block, processor.stack);
    }

    @Override
    public void awaitStartup(Processor processor) {
        VmxExits.init(processor);
    }

    @Override
    public void becomeGuest(Processor processor) {
        Bare.vmxBecomeGuest(processor.block, processor.stack);
    }

    @Override
    public void enable(Processor processor) {
        long feature = Bare.rdmsr(Msr.IA32_FEATURE_CONTROL);
        if ((feature & 1) == 0) {
            Bare.wrmsr(Msr.IA32_FEATURE_CONTROL, feature | LOCKED_WITH_VMX);
        }
        Bare.setCr0(
                (Bare.getCr0() | Bare.rdmsr(Msr.IA32_VMX_CR0_FIXED0))
                        & Bare.rdmsr(Msr.IA32_VMX_CR0_FIXED1));
        Bare.setCr4(
                (Bare.getCr4() | Bare.rdmsr(Msr.IA32_VMX_CR4_FIXED0))
                        & Bare.rdmsr(Msr.IA32_VMX_CR4_FIXED1));
        int revision = (int) Bare.rdmsr(Msr.IA32_VMX_BASIC) & 0x7FFF_FFFF;
        long region = Bare.get64(processor.block + Block.HOST_STATE);
        Bare.put32(region, revision);
        Bare.put32(processor.control, revision);
        if (Bare.vmxon(region) != 0) {
            Log.line(VMXON_FAILED);
            Bare.stop();
        }
        Bare.invept();
        Bare.invvpid();
        Bare.vmclear(processor.control);
        Bare.vmptrld(processor.control);
        controls();
        hostState(processor);
    }

    /** Wanted bits as far as they may be 1, and those that must be. */
    private static int allowed(int msr, int trueMsr, int wanted) {
        boolean hasTrue = ((int) (Bare.rdmsr(Msr.IA32_VMX_BASIC) >>> 32) & 1 << TRUE_CONTROLS) != 0;
        long capability = Bare.rdmsr(hasTrue ? trueMsr : msr);
        return (wanted | (int) capability) & (int) (capability >>> 32);
    }

    private void controls() {
        Bare.vmwrite(
                VmcsField.PIN_BASED_CONTROLS,
                allowed(
                        Msr.IA32_VMX_PINBASED_CTLS,
                        Msr.IA32_VMX_TRUE_PINBASED_CTLS,
                        VmxControl.NMI_EXITING
                                | VmxControl.VIRTUAL_NMIS
                                | (interrupts ? VmxControl.EXTERNAL_INTERRUPT_EXITING : 0)
                                | (timer != 0 ? VmxControl.PREEMPTION_TIMER : 0)));
        Bare.vmwrite(
                VmcsField.PRIMARY_CONTROLS,
                allowed(
                        Msr.IA32_VMX_PROCBASED_CTLS,
                        Msr.IA32_VMX_TRUE_PROCBASED_CTLS,
                        VmxControl.USE_IO_BITMAPS
                                | VmxControl.USE_MSR_BITMAPS
                                | VmxControl.SECONDARY_CONTROLS
                                | ((controlMask & 1 << 3) != 0 ? CR3_LOAD_EXITING : 0)));
        Bare.vmwrite(
                VmcsField.SECONDARY_CONTROLS,
                allowed(
                        Msr.IA32_VMX_PROCBASED_CTLS2,
                        Msr.IA32_VMX_PROCBASED_CTLS2,
                        SECONDARY_NEEDED
                                | VmxControl.ENABLE_RDTSCP
                                | VmxControl.ENABLE_VPID
                                | VmxControl.ENABLE_INVPCID
                                | VmxControl.ENABLE_XSAVES));
        Bare.vmwrite(
                VmcsField.EXIT_CONTROLS,
                allowed(
                        Msr.IA32_VMX_EXIT_CTLS,
                        Msr.IA32_VMX_TRUE_EXIT_CTLS,
                        VmxControl.SAVE_DEBUG_CONTROLS
                                | VmxControl.HOST_ADDRESS_SPACE_SIZE
                                | (timer != 0 ? VmxControl.SAVE_PREEMPTION_TIMER : 0)
                                | VmxControl.EXIT_SAVE_PAT
                                | VmxControl.EXIT_LOAD_PAT
                                | VmxControl.EXIT_SAVE_EFER
                                | VmxControl.EXIT_LOAD_EFER));
        if (timer != 0) {
            Bare.vmwrite(VmcsField.PREEMPTION_TIMER_VALUE, timer);
        }
        Bare.vmwrite(VmcsField.VPID, VPID);
        Bare.vmwrite(VmcsField.IO_BITMAP_A, portBitmaps);
        Bare.vmwrite(VmcsField.IO_BITMAP_B, portBitmaps + Pages.SIZE);
        Bare.vmwrite(VmcsField.MSR_BITMAPS, msrBitmap);
        Bare.vmwrite(VmcsField.EPT_POINTER, NestedMap.root() | EPTP_WALK_4_WRITE_BACK);
        Bare.vmwrite(VmcsField.EXCEPTION_BITMAP, exceptions);
        Bare.vmwrite(VmcsField.CR3_TARGET_COUNT, 0);
        Bare.vmwrite(VmcsField.CR0_GUEST_HOST_MASK, (controlMask & 1) != 0 ? -1 : CR0_OWNED);
        Bare.vmwrite(VmcsField.CR4_GUEST_HOST_MASK, (controlMask & 1 << 4) != 0 ? -1 : CR4_OWNED);
        Bare.vmwrite(VmcsField.VMCS_LINK_POINTER, -1);
    }

    private static void hostState(Processor processor) {
        Bare.vmwrite(VmcsField.HOST_CR0, Bare.getCr0());
        Bare.vmwrite(VmcsField.HOST_CR3, Bare.getCr3());
        Bare.vmwrite(VmcsField.HOST_CR4, Bare.getCr4());
        Bare.vmwrite(VmcsField.HOST_ES_SELECTOR, HostTables.DATA_SELECTOR);
        Bare.vmwrite(VmcsField.HOST_CS_SELECTOR, HostTables.CODE_SELECTOR);
        Bare.vmwrite(VmcsField.HOST_SS_SELECTOR, HostTables.DATA_SELECTOR);
        Bare.vmwrite(VmcsField.HOST_DS_SELECTOR, HostTables.DATA_SELECTOR);
        Bare.vmwrite(VmcsField.HOST_FS_SELECTOR, 0);
        Bare.vmwrite(VmcsField.HOST_GS_SELECTOR, 0);
        Bare.vmwrite(VmcsField.HOST_TR_SELECTOR, HostTables.TASK_SELECTOR);
        Bare.vmwrite(VmcsField.HOST_FS_BASE, 0);
        Bare.vmwrite(VmcsField.HOST_GS_BASE, 0);
        Bare.vmwrite(VmcsField.HOST_TR_BASE, HostTables.taskOf(processor.gdt));
        Bare.vmwrite(VmcsField.HOST_GDTR_BASE, processor.gdt);
        Bare.vmwrite(VmcsField.HOST_IDTR_BASE, Bare.idtBase());
        Bare.vmwrite(VmcsField.HOST_IA32_SYSENTER_CS, 0);
        Bare.vmwrite(VmcsField.HOST_IA32_SYSENTER_ESP, 0);
        Bare.vmwrite(VmcsField.HOST_IA32_SYSENTER_EIP, 0);
        Bare.vmwrite(VmcsField.HOST_IA32_PAT, Bare.rdmsr(Msr.IA32_PAT));
        Bare.vmwrite(VmcsField.HOST_IA32_EFER, Bare.rdmsr(Msr.IA32_EFER));
        Bare.vmwrite(VmcsField.GUEST_IA32_PAT, Bare.rdmsr(Msr.IA32_PAT));
        Bare.vmwrite(VmcsField.GUEST_IA32_DEBUGCTL, Exits.msrOrZero(processor, Msr.IA32_DEBUGCTL));
        Bare.vmwrite(VmcsField.GUEST_IA32_SYSENTER_CS, Bare.rdmsr(Msr.IA32_SYSENTER_CS));
        Bare.vmwrite(VmcsField.GUEST_IA32_SYSENTER_ESP, Bare.rdmsr(Msr.IA32_SYSENTER_ESP));
        Bare.vmwrite(VmcsField.GUEST_IA32_SYSENTER_EIP, Bare.rdmsr(Msr.IA32_SYSENTER_EIP));
    }

    @Override
    public void load(Processor processor) {
        MachineState state = processor.state;
        for (int i = 0; i <= MachineState.TR; i++) {
            int access = state.attributes[i];
            boolean task = i == MachineState.TR;
            Bare.vmwrite(VmcsField.GUEST_ES_SELECTOR + 2 * i, state.selectors[i]);
            Bare.vmwrite(VmcsField.GUEST_ES_BASE + 2 * i, state.bases[i]);
            if (access == 0 && task) {
                access = 0x8B; // VM entry insists on a task, firmware often has none
            }
            Bare.vmwrite(VmcsField.GUEST_ES_LIMIT + 2 * i, state.limits[i]);
            Bare.vmwrite(
                    VmcsField.GUEST_ES_ACCESS_RIGHTS + 2 * i,
                    access == 0 ? UNUSABLE : (access & 0xFF) | (access & 0xF00) << 4);
        }
        Bare.vmwrite(VmcsField.GUEST_GDTR_BASE, state.gdtBase);
        Bare.vmwrite(VmcsField.GUEST_GDTR_LIMIT, state.gdtLimit);
        Bare.vmwrite(VmcsField.GUEST_IDTR_BASE, state.idtBase);
        Bare.vmwrite(VmcsField.GUEST_IDTR_LIMIT, state.idtLimit);
        Bare.vmwrite(VmcsField.GUEST_CR0, state.cr0 | Cr0.NE);
        Bare.vmwrite(VmcsField.CR0_READ_SHADOW, state.cr0);
        Bare.vmwrite(VmcsField.GUEST_CR3, state.cr3);
        Bare.vmwrite(VmcsField.GUEST_CR4, state.cr4 | Cr4.VMXE);
        Bare.vmwrite(VmcsField.CR4_READ_SHADOW, state.cr4 & ~Cr4.VMXE);
        Bare.vmwrite(VmcsField.GUEST_DR7, state.dr7);
        Bare.setCr2(state.cr2);
        Bare.vmwrite(VmcsField.GUEST_PENDING_DEBUG, 0);
        Bare.vmwrite(VmcsField.GUEST_INTERRUPTIBILITY, 0);
        Bare.vmwrite(VmcsField.GUEST_ACTIVITY_STATE, 0);
        setEfer(state.efer);
        Vcpu vcpu = processor.vcpu;
        Bare.vmwrite(VmcsField.GUEST_RIP, vcpu.rip);
        Bare.vmwrite(VmcsField.GUEST_RSP, vcpu.rsp);
        Bare.vmwrite(VmcsField.GUEST_RFLAGS, vcpu.rflags);
    }

    @Override
    public void save(Processor processor) {
        MachineState state = processor.state;
        for (int i = 0; i <= MachineState.TR; i++) {
            state.selectors[i] = (int) Bare.vmread(VmcsField.GUEST_ES_SELECTOR + 2 * i);
            readSegment(processor, i);
        }
        state.gdtBase = Bare.vmread(VmcsField.GUEST_GDTR_BASE);
        state.gdtLimit = (int) Bare.vmread(VmcsField.GUEST_GDTR_LIMIT);
        state.idtBase = Bare.vmread(VmcsField.GUEST_IDTR_BASE);
        state.idtLimit = (int) Bare.vmread(VmcsField.GUEST_IDTR_LIMIT);
        state.efer = Bare.vmread(VmcsField.GUEST_IA32_EFER);
        state.cr0 = VmxControlRegisters.cr0();
        state.cr2 = Bare.getCr2();
        state.cr3 = Bare.vmread(VmcsField.GUEST_CR3);
        state.cr4 = Bare.vmread(VmcsField.GUEST_CR4) & ~Cr4.VMXE;
        state.dr6 = Bare.getDr6();
        state.dr7 = Bare.vmread(VmcsField.GUEST_DR7);
        processor.vcpu.rflags = Bare.vmread(VmcsField.GUEST_RFLAGS);
    }

    @Override
    public void disable(Processor processor) {
        Bare.wrmsr(Msr.IA32_PAT, Bare.vmread(VmcsField.GUEST_IA32_PAT));
        Bare.wrmsr(Msr.IA32_SYSENTER_CS, Bare.vmread(VmcsField.GUEST_IA32_SYSENTER_CS));
        Bare.wrmsr(Msr.IA32_SYSENTER_ESP, Bare.vmread(VmcsField.GUEST_IA32_SYSENTER_ESP));
        Bare.wrmsr(Msr.IA32_SYSENTER_EIP, Bare.vmread(VmcsField.GUEST_IA32_SYSENTER_EIP));
        Bare.vmclear(processor.control);
    }

    /** EFER, and the entry control that must agree with its LMA. */
    static void setEfer(long efer) {
        Bare.vmwrite(VmcsField.GUEST_IA32_EFER, efer);
        Bare.vmwrite(
                VmcsField.ENTRY_CONTROLS,
                allowed(
                        Msr.IA32_VMX_ENTRY_CTLS,
                        Msr.IA32_VMX_TRUE_ENTRY_CTLS,
                        VmxControl.LOAD_DEBUG_CONTROLS
                                | VmxControl.ENTRY_LOAD_PAT
                                | VmxControl.ENTRY_LOAD_EFER
                                | ((efer & Efer.LMA) != 0 ? VmxControl.IA32E_MODE_GUEST : 0)));
    }
}
