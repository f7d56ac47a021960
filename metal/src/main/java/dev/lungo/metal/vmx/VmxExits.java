package dev.lungo.metal.vmx;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Dr6;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.vmx.VmcsField;
import dev.lungo.isa.vmx.VmxControl;
import dev.lungo.isa.vmx.VmxExit;
import dev.lungo.metal.ExitPath;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Apic;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Block;
import dev.lungo.metal.core.Engine;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.HostTables;
import dev.lungo.metal.core.Log;
import dev.lungo.metal.core.NestedMap;
import dev.lungo.metal.core.Processor;
import dev.lungo.metal.core.Processors;
import dev.lungo.metal.core.StringIo;

/**
 * From an exit of VT-x to the vendor-neutral {@link Exits}, and back. SDM 3C, "VM Exits", "VM
 * Entries".
 *
 * <p>Hardware task switches of the guest are not done.
 */
public final class VmxExits {
    private static final int VALID = 1 << 31;
    private static final int ERROR_VALID = 1 << 11;
    private static final int NMI = 2 << 8 | 2;
    private static final int TYPE_AND_VECTOR = 0x7FF;
    private static final int GP = 13;
    private static final int BLOCKING_BY_NMI = 1 << 3;
    private static final int BLOCKING_BY_STI = 1;
    private static final int BLOCKING_BY_STI_OR_MOV_SS = 0b11;
    private static final int CODE_L = 1 << 13;
    private static final int CODE_D = 1 << 14;
    private static final int WAIT_FOR_SIPI = 3;
    private static final long QUALIFICATION_WRITE = 1 << 1;

    /** Whether the entry allows anything. */
    private static final int QUALIFICATION_PRESENT = 0b111 << 3;

    private static final long NMI_UNBLOCKED_BY_IRET = 1 << 12;
    private static final int IO_IN = 1 << 3;
    private static final int IO_STRING = 1 << 4;

    private static final byte[] SHUT_DOWN =
            Log.text("the guest shut down (triple fault); the machine is reset");
    private static final byte[] UNEXPECTED = Log.text("an exit that nobody asked for, reason ");
    private static final byte[] MISCONFIGURED = Log.text("EPT misconfiguration at ");
    private static final byte[] ENTRY_FAILED = Log.text("VM entry failed: ");
    private static final byte[] ERROR = Log.text("VM instruction error ");
    private static final byte[] STOPPED = Log.text("; this processor stops, its guest at RIP ");

    /** Ticks between calls of the hypervisor's timer where the processor has none, or 0. */
    private static long timerPeriod;

    /** What the processor's own timer starts at. */
    private static long preemptionTimer;

    private VmxExits() {}

    /** The stub calls this after each exit, and enters the guest when it returns. */
    @ExitPath
    public static void handle(int index) {
        Processor processor = Processors.get(index);
        Vcpu vcpu = processor.vcpu;
        Block.load(vcpu, processor.block);
        vcpu.rax = Bare.get64(processor.block);
        long rip = Bare.vmread(VmcsField.GUEST_RIP);
        vcpu.rip = rip;
        vcpu.rsp = Bare.vmread(VmcsField.GUEST_RSP);
        long rsp = vcpu.rsp;
        vcpu.length = (int) Bare.vmread(VmcsField.EXIT_INSTRUCTION_LENGTH);
        vcpu.exits++;
        int vectoring = (int) Bare.vmread(VmcsField.IDT_VECTORING_INFO);
        if ((vectoring & VALID) != 0) {
            deliverAgain(vcpu, vectoring);
        }
        boolean stepping = processor.step.active;
        dispatch(processor, (int) Bare.vmread(VmcsField.EXIT_REASON));
        if (stepping || vcpu.trap || timerPeriod != 0) {
            further(processor, stepping && vcpu.rip != rip);
        }
        injectEvents(processor);
        if (vcpu.rip != rip) {
            Bare.vmwrite(VmcsField.GUEST_RIP, vcpu.rip);
            instructionDone(processor);
        }
        if (vcpu.rsp != rsp) {
            Bare.vmwrite(VmcsField.GUEST_RSP, vcpu.rsp);
        }
        Block.store(vcpu, processor.block);
        Bare.put64(processor.block, vcpu.rax);
    }

    /**
     * The event whose delivery led to the exit. SDM 3C, "Information for VM Exits During Event
     * Delivery".
     */
    private static void deliverAgain(Vcpu vcpu, int vectoring) {
        vcpu.event = VALID | vectoring & (TYPE_AND_VECTOR | ERROR_VALID);
        vcpu.eventError = (int) Bare.vmread(VmcsField.IDT_VECTORING_ERROR_CODE);
        Bare.vmwrite(VmcsField.ENTRY_INSTRUCTION_LENGTH, vcpu.length);
        if ((vectoring & TYPE_AND_VECTOR) == NMI) {
            block(0, BLOCKING_BY_NMI);
        }
    }

    /** An instruction was executed here: no interrupt shadow is left, and a trap is due. */
    private static void instructionDone(Processor processor) {
        long blocking = Bare.vmread(VmcsField.GUEST_INTERRUPTIBILITY);
        if ((blocking & BLOCKING_BY_STI_OR_MOV_SS) != 0) {
            block(0, BLOCKING_BY_STI_OR_MOV_SS);
        }
        long flags = Bare.vmread(VmcsField.GUEST_RFLAGS);
        if ((flags & Rflags.TF) != 0 && !processor.step.active) {
            Bare.vmwrite(VmcsField.GUEST_PENDING_DEBUG, Dr6.BS);
        }
    }

    /**
     * What few exits need.
     *
     * @param done whether an instruction that was being stepped has been executed here
     */
    private static void further(Processor processor, boolean done) {
        if (done && processor.step.active) {
            endStep(processor);
        }
        if (timerPeriod != 0) {
            Exits.tick(processor, timerPeriod);
        }
        if (processor.vcpu.trap && !processor.step.active && Engine.vendor().hasSteps()) {
            processor.step.pages.clear();
            Engine.vendor().beginStep(processor);
        }
    }

    private static void endStep(Processor processor) {
        Engine.vendor().cancelStep(processor);
        Exits.stepped(processor, true);
    }

    static void timer(long period) {
        timerPeriod = period;
    }

    static void preemptionTimer(long start) {
        preemptionTimer = start;
    }

    /** STI's way of keeping interrupts off for one instruction. */
    static void blockInterrupts() {
        block(BLOCKING_BY_STI, 0);
    }

    private static void block(int set, int clear) {
        long old = Bare.vmread(VmcsField.GUEST_INTERRUPTIBILITY);
        Bare.vmwrite(VmcsField.GUEST_INTERRUPTIBILITY, old & ~clear | set);
    }

    private static void injectEvents(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int nmis = Bare.get32(processor.block + Block.NMIS);
        if (nmis != processor.nmisMet) {
            processor.nmisMet = nmis;
            if (!Processors.wasKicked(processor)) {
                processor.nmiPending = true;
            }
        }
        if (processor.nmiPending) {
            long blocking = Bare.vmread(VmcsField.GUEST_INTERRUPTIBILITY);
            if (vcpu.event == 0
                    && (blocking & (BLOCKING_BY_NMI | BLOCKING_BY_STI_OR_MOV_SS)) == 0) {
                processor.nmiPending = false;
                vcpu.event = VALID | NMI;
            } else {
                primary(VmxControl.NMI_WINDOW_EXITING, true);
            }
        }
        if (vcpu.event == 0) {
            return;
        }
        if ((vcpu.event & ERROR_VALID) != 0) {
            if ((Bare.vmread(VmcsField.GUEST_CR0) & Cr0.PE) == 0) {
                vcpu.event &= ~ERROR_VALID; // real mode pushes none
            }
            Bare.vmwrite(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, vcpu.eventError);
        }
        Bare.vmwrite(VmcsField.ENTRY_INTERRUPTION_INFO, vcpu.event & 0xFFFF_FFFFL);
        vcpu.event = 0;
    }

    /**
     * It is still pending. Once the guest would take it, the host does, which is how it learns the
     * vector; until then the guest is asked to tell when.
     */
    private static void interrupt(Processor processor) {
        long blocking = Bare.vmread(VmcsField.GUEST_INTERRUPTIBILITY);
        boolean open = (Bare.vmread(VmcsField.GUEST_RFLAGS) & Rflags.IF) != 0;
        if (!open || (blocking & BLOCKING_BY_STI_OR_MOV_SS) != 0 || processor.vcpu.event != 0) {
            pinBased(VmxControl.EXTERNAL_INTERRUPT_EXITING, false);
            primary(VmxControl.INTERRUPT_WINDOW_EXITING, true);
            return;
        }
        int vector = HostTables.takeInterrupt(processor);
        if (vector >= 0 && !Exits.interrupt(processor, vector)) {
            processor.vcpu.event = VALID | vector;
        }
    }

    private static void interruptWindow() {
        pinBased(VmxControl.EXTERNAL_INTERRUPT_EXITING, true);
        primary(VmxControl.INTERRUPT_WINDOW_EXITING, false);
    }

    private static void pinBased(int control, boolean on) {
        long old = Bare.vmread(VmcsField.PIN_BASED_CONTROLS);
        Bare.vmwrite(VmcsField.PIN_BASED_CONTROLS, on ? old | control : old & ~control);
    }

    private static void timerExpired(Processor processor) {
        Bare.vmwrite(VmcsField.PREEMPTION_TIMER_VALUE, preemptionTimer);
        Exits.timer(processor);
    }

    static void primary(int control, boolean on) {
        long old = Bare.vmread(VmcsField.PRIMARY_CONTROLS);
        Bare.vmwrite(VmcsField.PRIMARY_CONTROLS, on ? old | control : old & ~control);
    }

    private static void dispatch(Processor processor, int reason) {
        Vcpu vcpu = processor.vcpu;
        switch (reason) {
            case VmxExit.CPUID -> {
                vcpu.cr4 = Bare.vmread(VmcsField.GUEST_CR4) & ~Cr4.VMXE;
                Exits.cpuid(processor);
            }
            case VmxExit.RDMSR -> readMsr(processor);
            case VmxExit.WRMSR -> writeMsr(processor);
            case VmxExit.IO_INSTRUCTION -> port(processor);
            case VmxExit.CONTROL_REGISTER -> VmxControlRegisters.access(vcpu);
            case VmxExit.EPT_VIOLATION -> violation(processor);
            case VmxExit.VMCALL -> Exits.vmcall(processor);
            case VmxExit.XSETBV -> Exits.xsetbv(processor);
            case VmxExit.INVD -> Exits.invd(processor);
            case VmxExit.EXCEPTION_OR_NMI -> exception(processor);
            case VmxExit.EXTERNAL_INTERRUPT -> interrupt(processor);
            case VmxExit.INTERRUPT_WINDOW -> interruptWindow();
            case VmxExit.MONITOR_TRAP_FLAG -> endStep(processor);
            case VmxExit.PREEMPTION_TIMER -> timerExpired(processor);
            case VmxExit.NMI_WINDOW -> primary(VmxControl.NMI_WINDOW_EXITING, false);
            case VmxExit.INIT_SIGNAL -> init(processor);
            case VmxExit.STARTUP_IPI -> startup(processor);
            case VmxExit.TRIPLE_FAULT -> {
                Log.line(SHUT_DOWN);
                Processors.resetMachine();
            }
            case VmxExit.TASK_SWITCH -> Guest.raise(vcpu, GP, 0);
            default -> other(processor, reason);
        }
    }

    private static void other(Processor processor, int reason) {
        boolean vmxInstruction =
                reason >= VmxExit.VMCLEAR && reason <= VmxExit.VMXON
                        || reason == VmxExit.GETSEC
                        || reason == VmxExit.INVEPT
                        || reason == VmxExit.INVVPID;
        if (vmxInstruction) {
            Exits.undefined(processor);
        } else {
            stop(processor.vcpu, reason);
        }
    }

    private static void stop(Vcpu vcpu, int reason) {
        if ((reason & VmxExit.ENTRY_FAILURE) != 0) {
            Log.begin(ENTRY_FAILED);
            Log.put(VmcsRules.broken());
        } else if (reason == VmxExit.EPT_MISCONFIGURATION) {
            Log.begin(MISCONFIGURED);
            Log.hex(Bare.vmread(VmcsField.GUEST_PHYSICAL_ADDRESS));
        } else {
            Log.begin(UNEXPECTED);
            Log.hex(reason);
        }
        Log.put(STOPPED);
        Log.hex(vcpu.rip);
        Log.end();
        Bare.stop();
    }

    /**
     * VMLAUNCH or VMRESUME itself failed: the stub calls this. SDM 3C, "VM Instruction Error
     * Numbers".
     */
    @ExitPath
    public static void failed() {
        Log.begin(ENTRY_FAILED);
        Log.put(ERROR);
        Log.hex(Bare.vmread(VmcsField.INSTRUCTION_ERROR));
        Log.end();
        Bare.stop();
    }

    private static void readMsr(Processor processor) {
        if ((int) processor.vcpu.rcx == Msr.IA32_FEATURE_CONTROL) {
            Guest.setEdxEax(processor.vcpu, 1); // locked, and VT-x off
            Exits.skip(processor.vcpu);
        } else {
            Exits.readMsr(processor);
        }
    }

    private static void writeMsr(Processor processor) {
        if ((int) processor.vcpu.rcx == Msr.IA32_FEATURE_CONTROL) {
            Guest.raise(processor.vcpu, GP, 0);
        } else {
            Exits.writeMsr(processor);
        }
    }

    /** SDM 3C, "Exit Qualification for I/O Instructions" (table 28-5). */
    private static void port(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int info = (int) Bare.vmread(VmcsField.EXIT_QUALIFICATION);
        boolean in = (info & IO_IN) != 0;
        int port = info >>> 16 & 0xFFFF;
        if ((info & IO_STRING) == 0) {
            Exits.port(vcpu, port, (info & 7) + 1, in);
            return;
        }
        current(vcpu);
        vcpu.rflags = Bare.vmread(VmcsField.GUEST_RFLAGS);
        long code = Bare.vmread(VmcsField.GUEST_CS_ACCESS_RIGHTS);
        int cpl = (int) Bare.vmread(VmcsField.GUEST_SS_ACCESS_RIGHTS) >>> 5 & 3;
        boolean code64 = (code & CODE_L) != 0 && (vcpu.efer & Efer.LMA) != 0;
        StringIo.run(processor, port, in, code64, (code & CODE_D) != 0, cpl);
    }

    /** What walks of the guest's tables need. */
    private static void current(Vcpu vcpu) {
        vcpu.cr0 = Bare.vmread(VmcsField.GUEST_CR0);
        vcpu.cr3 = Bare.vmread(VmcsField.GUEST_CR3);
        vcpu.cr4 = Bare.vmread(VmcsField.GUEST_CR4);
        vcpu.efer = Bare.vmread(VmcsField.GUEST_IA32_EFER);
    }

    private static void violation(Processor processor) {
        long guestPhysical = Bare.vmread(VmcsField.GUEST_PHYSICAL_ADDRESS);
        long qualification = Bare.vmread(VmcsField.EXIT_QUALIFICATION);
        if ((qualification & NMI_UNBLOCKED_BY_IRET) != 0 && processor.vcpu.event == 0) {
            block(BLOCKING_BY_NMI, 0);
        }
        boolean mapped =
                NestedMap.mapAround(guestPhysical)
                        || (qualification & QUALIFICATION_PRESENT) == 0
                                && NestedMap.isMapped(guestPhysical);
        if (mapped && !processor.step.active) {
            return;
        }
        Vcpu vcpu = processor.vcpu;
        current(vcpu);
        long rights = Bare.vmread(VmcsField.GUEST_CS_ACCESS_RIGHTS);
        Exits.memory(
                processor,
                guestPhysical,
                (qualification & QUALIFICATION_WRITE) != 0,
                Bare.vmread(VmcsField.GUEST_CS_BASE),
                (int) (rights & 0xFF | rights >>> 4 & 0xF00));
    }

    private static void exception(Processor processor) {
        int info = (int) Bare.vmread(VmcsField.EXIT_INTERRUPTION_INFO);
        if ((info & TYPE_AND_VECTOR) == NMI) {
            Bare.unblockNmi();
            if (!Processors.wasKicked(processor)) {
                processor.nmiPending = true;
            }
            return;
        }
        int error = (int) Bare.vmread(VmcsField.EXIT_INTERRUPTION_ERROR);
        processor.vcpu.event = VALID | info & (TYPE_AND_VECTOR | ERROR_VALID);
        processor.vcpu.eventError = error;
        Bare.vmwrite(VmcsField.ENTRY_INSTRUCTION_LENGTH, processor.vcpu.length);
        Exits.exception(processor, info & 0xFF, error);
    }

    static void init(Processor processor) {
        if (processor.step.active) {
            Engine.vendor().cancelStep(processor);
        }
        Processors.forget(processor);
        Apic.reset(processor);
        processor.state.init(
                processor.vcpu, Bare.vmread(VmcsField.GUEST_CR0), signature(processor));
        Engine.vendor().load(processor);
        if (!Apic.isBootProcessor()) {
            Bare.vmwrite(VmcsField.GUEST_ACTIVITY_STATE, WAIT_FOR_SIPI);
        }
    }

    private static void startup(Processor processor) {
        int vector = (int) Bare.vmread(VmcsField.EXIT_QUALIFICATION) & 0xFF;
        long cr0 = Bare.vmread(VmcsField.GUEST_CR0);
        processor.state.startup(processor.vcpu, vector, cr0, signature(processor));
        Engine.vendor().load(processor);
    }

    private static long signature(Processor processor) {
        Bare.cpuid(1, 0, processor.block + Block.SCRATCH);
        return Bare.get64(processor.block + Block.SCRATCH);
    }
}
