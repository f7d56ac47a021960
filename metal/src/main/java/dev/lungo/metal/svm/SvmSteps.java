package dev.lungo.metal.svm;

import dev.lungo.isa.Dr6;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.svm.Vmcb;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.GuestMemory;
import dev.lungo.metal.core.NestedMap;
import dev.lungo.metal.core.Processor;
import dev.lungo.metal.core.Step;
import dev.lungo.metal.core.Store;

/**
 * AMD-V has no monitor trap, so a step is made of what it has. An instruction is executed with
 * RFLAGS.TF and every exception intercepted; meanwhile V_INTR_MASKING keeps external interrupts
 * off, because the host has RFLAGS.IF clear. An event is delivered in a nested map from which
 * nothing can be fetched, so that the handler's first instruction exits. APM 2, "Nested Paging",
 * "Virtualizing APIC.TPR", "#DB (Debug)".
 *
 * <p>What would show TF to the guest in a way that cannot be undone is not stepped: HLT, SYSCALL,
 * SYSENTER, software interrupts, and MOV to CR8, which V_INTR_MASKING would divert.
 */
final class SvmSteps {
    private static final int PLAIN = 0;
    private static final int LOADS_FLAGS = 1;
    private static final int STORES_FLAGS = 2;
    private static final int NOT_STEPPED = 3;
    private static final int ALL = -1;
    private static final int V_INTR_MASKING = 1 << 24;
    private static final int CODE_L = 1 << 9;
    private static final int CODE_D = 1 << 10;

    private SvmSteps() {}

    /** Of what no instruction of a guest waits: a watched page is to be open, or IRET to end. */
    static void begin(Processor processor) {
        Step step = processor.step;
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        if (!step.active) {
            step.active = true;
            step.delivery = vcpu.event != 0 || processor.softEvent != 0;
            int kind = kindOf(processor);
            if (step.delivery && processor.softEvent != 0) {
                vcpu.rip += processor.store.length + (softIsTwoBytes(processor) ? 1 : 0);
                Bare.put64(vmcb + Vmcb.NRIP, vcpu.rip);
            } else if (!step.delivery) {
                step.kind = kind;
                step.trapFlag = (vcpu.rflags & Rflags.TF) != 0;
                step.dr6 = Bare.get64(vmcb + Vmcb.DR6);
                vcpu.rflags |= Rflags.TF;
                step.exceptions = Bare.get32(vmcb + Vmcb.INTERCEPT_EXCEPTIONS);
                Bare.put32(vmcb + Vmcb.INTERCEPT_EXCEPTIONS, ALL);
            }
            int interrupts = Bare.get32(vmcb + Vmcb.V_INTERRUPT);
            Bare.put32(vmcb + Vmcb.V_INTERRUPT, interrupts | V_INTR_MASKING);
        }
        if (step.delivery && processor.softEvent != 0) {
            vcpu.event = processor.softEvent;
        }
        if (step.delivery) {
            step.pages.forbidExecution();
        }
        Bare.put64(vmcb + Vmcb.N_CR3, step.pages.root());
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
    }

    /** A step that the hypervisor's handler wants; nothing where there can be none. */
    static void beginTrap(Processor processor) {
        if (processor.vcpu.event == 0 && kindOf(processor) != NOT_STEPPED) {
            processor.step.pages.clear();
            begin(processor);
        }
    }

    /** Past this IRET NMIs are no longer blocked. */
    static void beginIret(Processor processor) {
        processor.step.endsNmi = true;
        if (!processor.step.active) {
            processor.step.pages.clear();
            begin(processor);
        }
    }

    /**
     * Back to the map of all.
     *
     * @param done whether the instruction has been executed
     */
    static void end(Processor processor, boolean done) {
        Step step = processor.step;
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        step.active = false;
        Bare.put64(vmcb + Vmcb.N_CR3, NestedMap.root());
        Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
        int interrupts = Bare.get32(vmcb + Vmcb.V_INTERRUPT);
        Bare.put32(vmcb + Vmcb.V_INTERRUPT, interrupts & ~V_INTR_MASKING);
        if (step.endsNmi) {
            step.endsNmi = false;
            processor.nmiBlocked = false;
        }
        if (step.delivery) {
            return;
        }
        Bare.put32(vmcb + Vmcb.INTERCEPT_EXCEPTIONS, step.exceptions);
        if (!done || step.kind != LOADS_FLAGS) {
            vcpu.rflags = step.trapFlag ? vcpu.rflags | Rflags.TF : vcpu.rflags & ~Rflags.TF;
        }
        if (done && step.kind == STORES_FLAGS && !step.trapFlag) {
            hideTrapFlag(processor);
        }
    }

    /**
     * #DB while an instruction is stepped: it is over.
     *
     * @return whether the guest is to see a #DB, of its own making
     */
    static boolean debugException(Processor processor) {
        Step step = processor.step;
        long at = processor.control + Vmcb.DR6;
        long dr6 = Bare.get64(at);
        boolean own = (dr6 & (Dr6.B0 | Dr6.B1 | Dr6.B2 | Dr6.B3 | Dr6.BD)) != 0;
        if (!step.trapFlag) {
            Bare.put64(at, own ? dr6 & ~Dr6.BS | step.dr6 & Dr6.BS : step.dr6);
        }
        boolean visible = own || step.trapFlag;
        end(processor, true);
        Exits.stepped(processor, true);
        return visible;
    }

    /** PUSHF has stored TF, which was ours. */
    private static void hideTrapFlag(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        boolean code64 = isCode64(processor);
        long base = code64 ? 0 : Bare.get64(vmcb + Vmcb.SS + Vmcb.BASE);
        boolean wide = (Bare.get16(vmcb + Vmcb.SS + Vmcb.ATTRIBUTES) & CODE_D) != 0;
        long mask = code64 ? -1 : wide ? 0xFFFF_FFFFL : 0xFFFF;
        long place = GuestMemory.physical(processor, base + (vcpu.rsp & mask) + 1);
        if (place != GuestMemory.NONE) {
            Bare.put8(place, Bare.get8(place) & ~1);
        }
    }

    private static boolean isCode64(Processor processor) {
        long vmcb = processor.control;
        return (Bare.get64(vmcb + Vmcb.EFER) & Efer.LMA) != 0
                && (Bare.get16(vmcb + Vmcb.CS + Vmcb.ATTRIBUTES) & CODE_L) != 0;
    }

    private static int kindOf(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        current(processor);
        boolean code64 = isCode64(processor);
        long base = code64 ? 0 : Bare.get64(vmcb + Vmcb.CS + Vmcb.BASE);
        GuestMemory.fetch(processor, base + vcpu.rip);
        Store code = processor.store;
        return switch (code.decodeOpcode(code64)) {
            case 0x9D, 0xCF -> LOADS_FLAGS;
            case 0x9C -> STORES_FLAGS;
            case 0xF4, 0xCC, 0xCD, 0xCE, 0xF1, 0x0F05, 0x0F34, 0x0F22 -> NOT_STEPPED;
            default -> PLAIN;
        };
    }

    /** CD has a byte behind it; CC, CE and F1 have none. */
    private static boolean softIsTwoBytes(Processor processor) {
        return processor.store.code[processor.store.length - 1] == (byte) 0xCD;
    }

    /** What walks of the guest's tables need. */
    static void current(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        vcpu.cr0 = Bare.get64(vmcb + Vmcb.CR0);
        vcpu.cr3 = Bare.get64(vmcb + Vmcb.CR3);
        vcpu.cr4 = Bare.get64(vmcb + Vmcb.CR4);
        vcpu.efer = Bare.get64(vmcb + Vmcb.EFER) & ~Efer.SVME;
    }
}
