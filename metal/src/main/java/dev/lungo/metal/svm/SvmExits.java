package dev.lungo.metal.svm;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Dr6;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.svm.SvmExit;
import dev.lungo.isa.svm.Vmcb;
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
 * From an exit of AMD-V to the vendor-neutral {@link Exits}, and back. APM 2, "#VMEXIT", "Intercept
 * Operation".
 *
 * <p>Instructions are taken to have no prefixes beyond those they need, because not all processors
 * save the next RIP.
 */
public final class SvmExits {
    private static final int GP = 13;
    private static final int PAGE_FAULT = 14;
    private static final int NMI_VECTOR = 2;
    private static final int EVENT_TYPE = 7 << 8;
    private static final int FIRST_INTERRUPT = 32;
    private static final int NPF_PRESENT = 1;
    private static final int NPF_WRITE = 1 << 1;
    private static final int NPF_FETCH = 1 << 4;
    private static final int CODE_L = 1 << 9;
    private static final int CODE_D = 1 << 10;
    private static final int DEBUG = 1;
    private static final int BREAKPOINT = 3;
    private static final int OVERFLOW = 4;
    private static final int EVENT_SOFTWARE = 4 << 8;
    private static final int IO_IN = 1 << 0;
    private static final int IO_STRING = 1 << 2;
    private static final int X2APIC_ICR = Msr.IA32_X2APIC + 0x30;

    /** EFER bits that a guest may set; LMA follows by itself. */
    private static final long EFER_ALLOWED =
            Efer.SCE | Efer.LME | Efer.LMA | Efer.NXE | Efer.FFXSR | Efer.TCE;

    private static final byte[] SHUT_DOWN =
            Log.text("the guest shut down (triple fault); the machine is reset");
    private static final byte[] REFUSED = Log.text("VMRUN refused the guest's state: ");
    private static final byte[] UNEXPECTED = Log.text("an exit that nobody asked for, code ");
    private static final byte[] STOPPED = Log.text("; this processor stops, its guest at RIP ");

    /** Ticks between calls of the hypervisor's timer, or 0. */
    private static long timerPeriod;

    private SvmExits() {}

    /** The stub calls this after each exit, and enters the guest when it returns. */
    @ExitPath
    public static void handle(int index) {
        Processor processor = Processors.get(index);
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        Block.load(vcpu, processor.block);
        vcpu.rip = Bare.get64(vmcb + Vmcb.RIP);
        vcpu.rsp = Bare.get64(vmcb + Vmcb.RSP);
        vcpu.rax = Bare.get64(vmcb + Vmcb.RAX);
        vcpu.rflags = Bare.get64(vmcb + Vmcb.RFLAGS);
        vcpu.cr4 = Bare.get64(vmcb + Vmcb.CR4);
        vcpu.exits++;
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, 0);
        int interrupted = Bare.get32(vmcb + Vmcb.EXITINTINFO);
        if ((interrupted & Vmcb.EVENT_VALID) != 0) {
            deliverAgain(processor, interrupted);
            vcpu.eventError = Bare.get32(vmcb + Vmcb.EXITINTINFO + 4);
        }
        long rip = vcpu.rip;
        boolean stepping = processor.step.active;
        int code = Bare.get32(vmcb + Vmcb.EXITCODE);
        dispatch(processor, vmcb, code);
        if (vcpu.rip != rip) {
            instructionDone(processor, vmcb);
        }
        if (stepping || vcpu.trap || timerPeriod != 0) {
            further(processor, stepping && vcpu.rip != rip);
        }
        injectEvents(processor, vmcb);
        if (Processors.mustFlush(processor)) {
            Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
        }
        Block.store(vcpu, processor.block);
        Svm.entryState(processor);
    }

    /** An instruction was executed here: no interrupt shadow is left, and a trap is due. */
    private static void instructionDone(Processor processor, long vmcb) {
        Bare.put64(vmcb + Vmcb.INTERRUPT_SHADOW, 0);
        Vcpu vcpu = processor.vcpu;
        if ((vcpu.rflags & Rflags.TF) != 0 && vcpu.event == 0 && !processor.step.active) {
            Bare.put64(vmcb + Vmcb.DR6, Bare.get64(vmcb + Vmcb.DR6) | Dr6.BS);
            Guest.raise(vcpu, DEBUG);
        }
    }

    /**
     * What few exits need.
     *
     * @param done whether an instruction that was being stepped has been executed here
     */
    private static void further(Processor processor, boolean done) {
        Vcpu vcpu = processor.vcpu;
        if (done && processor.step.active && !processor.step.delivery) {
            boolean trap = processor.step.trapFlag;
            SvmSteps.end(processor, true);
            Exits.stepped(processor, true);
            if (trap && vcpu.event == 0) {
                Guest.raise(vcpu, DEBUG);
            }
        }
        if (timerPeriod != 0) {
            Exits.tick(processor, timerPeriod);
        }
        if (vcpu.trap && !processor.step.active) {
            SvmSteps.beginTrap(processor);
        }
    }

    static void timer(long period) {
        timerPeriod = period;
    }

    /**
     * What was being delivered is to come again; what an instruction raised on purpose comes by
     * itself when that is executed again. QEMU says of interrupts and NMIs, too, that they are
     * exceptions, but VMRUN takes no exception of such a vector.
     */
    private static void deliverAgain(Processor processor, int interrupted) {
        int vector = interrupted & 0xFF;
        int type = interrupted & EVENT_TYPE;
        boolean exception = type == Vmcb.EVENT_EXCEPTION;
        if (type == EVENT_SOFTWARE || exception && (vector == BREAKPOINT || vector == OVERFLOW)) {
            processor.softEvent = interrupted;
        } else if (exception && vector >= FIRST_INTERRUPT) {
            processor.vcpu.event = Vmcb.EVENT_VALID | vector;
        } else if (exception && vector == NMI_VECTOR) {
            processor.vcpu.event = Vmcb.EVENT_VALID | Vmcb.EVENT_NMI | vector;
        } else {
            processor.vcpu.event = interrupted;
        }
    }

    private static void injectEvents(Processor processor, long vmcb) {
        Vcpu vcpu = processor.vcpu;
        if (processor.nmiPending
                && vcpu.event == 0
                && !processor.nmiBlocked
                && !processor.step.active) {
            processor.nmiPending = false;
            processor.nmiBlocked = true;
            vcpu.event = Vmcb.EVENT_VALID | Vmcb.EVENT_NMI | NMI_VECTOR;
            intercept(vmcb, SvmExit.IRET, true);
        }
        Bare.put32(vmcb + Vmcb.EVENTINJ, vcpu.event);
        Bare.put32(vmcb + Vmcb.EVENTINJ + 4, vcpu.eventError);
        vcpu.event = 0;
        processor.softEvent = 0;
    }

    private static void dispatch(Processor processor, long vmcb, int code) {
        Vcpu vcpu = processor.vcpu;
        switch (code) {
            case SvmExit.CPUID -> {
                vcpu.length = 2;
                Exits.cpuid(processor);
            }
            case SvmExit.MSR -> {
                vcpu.length = 2;
                msr(processor, vmcb, Bare.get32(vmcb + Vmcb.EXITINFO1) != 0);
            }
            case SvmExit.IOIO -> port(processor, vmcb);
            case SvmExit.NPF -> nestedFault(processor, vmcb);
            case SvmExit.VMMCALL -> {
                vcpu.length = 3;
                Exits.vmcall(processor);
            }
            case SvmExit.NMI -> nmi(processor);
            case SvmExit.IRET -> {
                intercept(vmcb, SvmExit.IRET, false);
                SvmSteps.beginIret(processor);
            }
            case SvmExit.INTR -> interrupt(processor);
            case SvmExit.INVD -> {
                vcpu.length = 2;
                Exits.invd(processor);
            }
            case SvmExit.XSETBV -> {
                vcpu.length = 3;
                Exits.xsetbv(processor);
            }
            case SvmExit.VMRUN,
                    SvmExit.VMLOAD,
                    SvmExit.VMSAVE,
                    SvmExit.STGI,
                    SvmExit.CLGI,
                    SvmExit.SKINIT,
                    SvmExit.INVLPGA ->
                    Exits.undefined(processor);
            case SvmExit.CR0_SEL_WRITE,
                    SvmExit.CR0_WRITE,
                    SvmExit.CR0_WRITE + 3,
                    SvmExit.CR0_WRITE + 4 ->
                    SvmControlRegisters.write(processor);
            case SvmExit.SHUTDOWN -> {
                Log.line(SHUT_DOWN);
                Processors.resetMachine();
            }
            default -> {
                if (code >= SvmExit.EXCP0 && code < SvmExit.INTR) {
                    exception(processor, vmcb, code - SvmExit.EXCP0);
                } else {
                    stop(vcpu, vmcb, code);
                }
            }
        }
    }

    /** The fault's own instruction is where RIP is, so it is simply raised again. */
    private static void exception(Processor processor, long vmcb, int vector) {
        boolean stepping = processor.step.active && !processor.step.delivery;
        if (stepping && vector == DEBUG) {
            if (!SvmSteps.debugException(processor)) {
                return;
            }
        } else if (stepping) {
            SvmSteps.end(processor, false);
            Exits.stepped(processor, false);
        }
        int error = Bare.get32(vmcb + Vmcb.EXITINFO1);
        boolean hasError = vector == 8 || vector >= 10 && vector <= 14 || vector == 17;
        if (hasError) {
            Guest.raise(processor.vcpu, vector, error);
        } else {
            Guest.raise(processor.vcpu, vector);
        }
        if (vector == PAGE_FAULT) {
            Bare.put64(vmcb + Vmcb.CR2, Bare.get64(vmcb + Vmcb.EXITINFO2));
        }
        Exits.exception(processor, vector, error);
    }

    private static void stop(Vcpu vcpu, long vmcb, int code) {
        if (code == SvmExit.INVALID) {
            Log.begin(REFUSED);
            Log.put(VmcbRules.broken(vmcb));
        } else {
            Log.begin(UNEXPECTED);
            Log.hex(code);
        }
        Log.put(STOPPED);
        Log.hex(vcpu.rip);
        Log.end();
        Bare.stop();
    }

    private static void intercept(long vmcb, int exit, boolean on) {
        int bit = 1 << (exit & 31);
        int old = Bare.get32(vmcb + Vmcb.INTERCEPT_1);
        Bare.put32(vmcb + Vmcb.INTERCEPT_1, on ? old | bit : old & ~bit);
    }

    /** The NMI is still pending; with GIF set for a moment the host's stub takes it. */
    private static void nmi(Processor processor) {
        Bare.nmiWindow();
        meetNmis(processor);
    }

    private static void meetNmis(Processor processor) {
        Processors.meetNmis(processor);
        if (Processors.takeInit(processor)) {
            init(processor);
        }
    }

    /** It is still pending: the host takes it, which is how it learns the vector. */
    private static void interrupt(Processor processor) {
        int vector = HostTables.takeInterrupt(processor);
        if (vector >= 0 && !Exits.interrupt(processor, vector)) {
            processor.vcpu.event = Vmcb.EVENT_VALID | vector;
        }
        meetNmis(processor);
    }

    static void init(Processor processor) {
        long scratch = processor.block + Block.SCRATCH;
        Vcpu vcpu = processor.vcpu;
        long cr0 = Bare.get64(processor.control + Vmcb.CR0);
        intercept(processor.control, SvmExit.IRET, false);
        if (processor.step.active) {
            SvmSteps.end(processor, false);
        }
        Bare.cpuid(1, 0, scratch);
        long signature = Bare.get64(scratch);
        if (Apic.isBootProcessor()) {
            Processors.forget(processor);
            Apic.reset(processor);
            processor.state.init(vcpu, cr0, signature);
        } else {
            processor.state.startup(vcpu, Processors.awaitSipi(processor), cr0, signature);
        }
        Engine.vendor().load(processor);
    }

    private static void msr(Processor processor, long vmcb, boolean write) {
        Vcpu vcpu = processor.vcpu;
        int msr = (int) vcpu.rcx;
        if (msr == Msr.IA32_EFER) {
            efer(vcpu, vmcb, write);
        } else if (write && msr == X2APIC_ICR && Apic.commandX2(processor, Guest.edxEax(vcpu))) {
            Exits.skip(vcpu);
        } else if (write) {
            Exits.writeMsr(processor);
        } else {
            Exits.readMsr(processor);
        }
    }

    /** SVME is the host's, and always set while the guest runs. */
    private static void efer(Vcpu vcpu, long vmcb, boolean write) {
        long old = Bare.get64(vmcb + Vmcb.EFER);
        if (!write) {
            Guest.setEdxEax(vcpu, old & ~Efer.SVME);
            Exits.skip(vcpu);
            return;
        }
        long value = Guest.edxEax(vcpu);
        boolean paging = (Bare.get64(vmcb + Vmcb.CR0) & Cr0.PG) != 0;
        if ((value & ~EFER_ALLOWED) != 0 || paging && ((value ^ old) & Efer.LME) != 0) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        Bare.put64(vmcb + Vmcb.EFER, (value & ~Efer.LMA) | (old & Efer.LMA) | Efer.SVME);
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
        Exits.skip(vcpu);
    }

    /** EXITINFO1 as APM 2, "IOIO Intercepts" (figure 15-2) has it; EXITINFO2 is the next RIP. */
    private static void port(Processor processor, long vmcb) {
        Vcpu vcpu = processor.vcpu;
        int info = Bare.get32(vmcb + Vmcb.EXITINFO1);
        boolean in = (info & IO_IN) != 0;
        if ((info & IO_STRING) != 0) {
            SvmSteps.current(processor);
            int code = Bare.get16(vmcb + Vmcb.CS + Vmcb.ATTRIBUTES);
            boolean code64 = (code & CODE_L) != 0 && (vcpu.efer & Efer.LMA) != 0;
            int cpl = Bare.get8(vmcb + Vmcb.CPL);
            boolean code32 = (code & CODE_D) != 0;
            StringIo.run(processor, info >>> 16 & 0xFFFF, in, code64, code32, cpl);
            return;
        }
        vcpu.length = (int) (Bare.get64(vmcb + Vmcb.EXITINFO2) - vcpu.rip);
        Exits.port(vcpu, info >>> 16 & 0xFFFF, info >>> 4 & 7, in);
    }

    private static void nestedFault(Processor processor, long vmcb) {
        long guestPhysical = Bare.get64(vmcb + Vmcb.EXITINFO2);
        int error = Bare.get32(vmcb + Vmcb.EXITINFO1);
        boolean write = (error & NPF_WRITE) != 0;
        if (processor.step.active && processor.step.delivery && (error & NPF_FETCH) != 0) {
            SvmSteps.end(processor, true); // the handler's first instruction
            Exits.stepped(processor, true);
            return;
        }
        boolean mapped =
                NestedMap.mapAround(guestPhysical)
                        || (error & NPF_PRESENT) == 0 && NestedMap.isMapped(guestPhysical);
        if (mapped && !processor.step.active) {
            return;
        }
        SvmSteps.current(processor);
        Exits.memory(
                processor,
                guestPhysical,
                write,
                Bare.get64(vmcb + Vmcb.CS + Vmcb.BASE),
                Bare.get16(vmcb + Vmcb.CS + Vmcb.ATTRIBUTES));
    }
}
