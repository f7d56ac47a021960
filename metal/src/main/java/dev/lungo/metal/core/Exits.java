package dev.lungo.metal.core;

import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Vcpu;

/**
 * What every exit does, whichever maker the processor is of: the rules without which no operating
 * system boots, then the {@link Hypervisor}'s handler. The engines decode their exits into calls of
 * these methods.
 */
public final class Exits {
    private static final int FEATURES = 1;
    private static final int EXTENDED_FEATURES = 0x8000_0001;

    /** Our own: "Lung", in the range that no processor will ever use. */
    public static final int LEAF = 0x4C75_6E67;

    private static final long VERSION = 1;
    private static final int CALLS = 1;
    private static final int SVM_FEATURES = 0x8000_000A;
    private static final long VMX = 1L << 5;
    private static final long SMX = 1L << 6;
    private static final long SVM = 1L << 2;
    private static final int UD = 6;
    private static final int GP = 13;
    private static final int CODE_L = 1 << 9;
    private static final int CODE_D = 1 << 10;
    private static final int LOGGED_REFUSALS = 4;
    private static final byte[] MAY_NOT_WRITE = Log.text("#GP for the guest, which may not write ");
    private static final byte[] MAY_NOT_READ = Log.text("#GP for the guest, which may not read ");
    private static final byte[] AT_RIP = Log.text(" at RIP ");

    /** VMCALL: takes the hypervisor's memory from the guest, for good. */
    public static final long PROTECT = 0x4C75_6E67_0000_0001L;

    /** VMCALL: a piece of the log, see {@link Log#read}. */
    public static final long READ_LOG = 0x4C75_6E67_0000_0002L;

    /**
     * VMCALL: the caller goes on without the hypervisor, see {@link Departure}; the boot processor
     * last.
     */
    public static final long LEAVE = 0x4C75_6E67_0000_0003L;

    /** VMCALL: nobody may leave any more, because the firmware is about to go. */
    public static final long STAY = 0x4C75_6E67_0000_0004L;

    private static Hypervisor hypervisor = new Hypervisor() {};

    private Exits() {}

    /** At start-up. */
    public static void use(Hypervisor chosen) {
        hypervisor = chosen;
    }

    public static void skip(Vcpu vcpu) {
        vcpu.rip += vcpu.length;
    }

    /** A handler has done what the instruction should do, or has raised an exception instead. */
    private static void settle(Vcpu vcpu) {
        if (!raises(vcpu)) {
            skip(vcpu);
        }
    }

    /** Whether the instruction ends with an exception, so that nothing more is to be done. */
    static boolean raises(Vcpu vcpu) {
        return vcpu.event != 0;
    }

    public static void cpuid(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int leaf = (int) vcpu.rax;
        int subleaf = (int) vcpu.rcx;
        long answer = processor.block + Block.SCRATCH;
        Bare.cpuid(leaf, subleaf, answer);
        vcpu.rax = Bare.get64(answer);
        vcpu.rbx = Bare.get64(answer + 8);
        vcpu.rcx = Bare.get64(answer + 16);
        vcpu.rdx = Bare.get64(answer + 24);
        if (leaf == FEATURES) {
            vcpu.rcx &= ~(VMX | SMX);
            vcpu.rcx =
                    (vcpu.rcx & ~(1L << 27))
                            | (vcpu.cr4 >>> 18 & 1) << 27; // OSXSAVE is the guest's
        } else if (leaf == EXTENDED_FEATURES) {
            vcpu.rcx &= ~SVM;
        } else if (leaf == SVM_FEATURES) {
            vcpu.rax = 0;
            vcpu.rbx = 0;
            vcpu.rcx = 0;
            vcpu.rdx = 0;
        } else if (leaf == LEAF && subleaf == CALLS) {
            vcpu.rax = Engine.vendor().isAmd() ? 1 : 0; // whether it is VMMCALL
            vcpu.rbx = Log.RING;
            vcpu.rcx = 0;
            vcpu.rdx = 0;
        } else if (leaf == LEAF) {
            vcpu.rax = VERSION;
            vcpu.rbx = 0x676E_754CL; // "Lungo Metal "
            vcpu.rcx = 0x654D_206FL;
            vcpu.rdx = 0x206C_6174L;
        }
        hypervisor.cpuid(vcpu, leaf, subleaf);
        settle(vcpu);
    }

    public static void readMsr(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int msr = (int) vcpu.rcx;
        if (Asked.hasReadsOf(msr) && (hypervisor.readMsr(vcpu, msr) || raises(vcpu))) {
            settle(vcpu);
            return;
        }
        if (Msrs.isHidden(msr)) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        if (msr == Msr.IA32_BIOS_SIGN_ID) {
            Guest.setEdxEax(vcpu, -1);
            skip(vcpu);
            return;
        }
        if (Bare.tryRdmsr(msr, processor.block + Block.SCRATCH) != 0) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        Guest.setEdxEax(vcpu, Bare.get64(processor.block + Block.SCRATCH));
        skip(vcpu);
    }

    public static void writeMsr(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int msr = (int) vcpu.rcx;
        long value = Guest.edxEax(vcpu);
        if (Asked.hasWritesOf(msr) && (hypervisor.writeMsr(vcpu, msr, value) || raises(vcpu))) {
            settle(vcpu);
            return;
        }
        if (Msrs.isHidden(msr)) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        if (!Msrs.isSwallowed(msr) && Bare.tryWrmsr(msr, value) != 0) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        skip(vcpu);
    }

    public static void xsetbv(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int index = (int) vcpu.rcx;
        long value = Guest.edxEax(vcpu);
        boolean done = hypervisor.xsetbv(vcpu, index, value) || raises(vcpu);
        if (!done && Bare.tryXsetbv(index, value) != 0) {
            Guest.raise(vcpu, GP, 0);
        }
        settle(vcpu);
    }

    public static void invd(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        Bare.wbinvd();
        skip(vcpu);
    }

    public static void vmcall(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        if (vcpu.rax == PROTECT) {
            vcpu.rax = Engine.protect() ? 0 : -1;
            Processors.flushAll(processor);
            skip(vcpu);
        } else if (vcpu.rax == READ_LOG) {
            Log.read(vcpu);
            skip(vcpu);
        } else if (vcpu.rax == STAY) {
            Departure.close();
            skip(vcpu);
        } else if (vcpu.rax == LEAVE && Departure.isOpen()) {
            leave(processor, Departure.mayLeave(processor));
        } else if (hypervisor.vmcall(vcpu, vcpu.rax)) {
            if (vcpu.leave) {
                leave(processor, true);
            } else {
                settle(vcpu);
            }
        } else if (!raises(vcpu)) {
            Guest.raise(vcpu, UD);
        }
    }

    private static void leave(Processor processor, boolean allowed) {
        processor.vcpu.rax = 0;
        if (allowed) {
            Departure.leave(processor);
        }
        processor.vcpu.rax = -1;
        processor.vcpu.leave = false;
        skip(processor.vcpu);
    }

    /** IN and OUT without a string. */
    public static void port(Vcpu vcpu, int port, int bytes, boolean in) {
        if (in) {
            in(vcpu, port, bytes);
        } else {
            out(vcpu, port, bytes, (int) vcpu.rax);
        }
        settle(vcpu);
    }

    /** The low bytes of RAX get what the hypervisor or the port says. */
    static void in(Vcpu vcpu, int port, int bytes) {
        if (!hypervisor.portIn(vcpu, port, bytes) && !raises(vcpu)) {
            int value =
                    bytes == 1 ? Bare.in8(port) : bytes == 2 ? Bare.in16(port) : Bare.in32(port);
            Guest.setIn(vcpu, bytes, value);
        }
    }

    static void out(Vcpu vcpu, int port, int bytes, int from) {
        int value = bytes == 1 ? from & 0xFF : bytes == 2 ? from & 0xFFFF : from;
        if (!hypervisor.portOut(vcpu, port, bytes, value) && !raises(vcpu)) {
            if (bytes == 1) {
                Bare.out8(port, value);
            } else if (bytes == 2) {
                Bare.out16(port, value);
            } else {
                Bare.out32(port, value);
            }
        }
    }

    public static void undefined(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        Guest.raise(vcpu, UD);
    }

    /**
     * An access that the nested map does not allow. CR0, CR3, CR4 and EFER are current.
     *
     * @param codeBase base of CS
     * @param attributes of CS, as in the VMCB
     */
    public static void memory(
            Processor processor, long guestPhysical, boolean write, long codeBase, int attributes) {
        Vcpu vcpu = processor.vcpu;
        Step step = processor.step;
        if (step.active && NestedMap.isOpen(guestPhysical)) {
            step.pages.build(); // of the map of all a part was missing
            Engine.vendor().beginStep(processor);
            return;
        }
        if (!write || NestedMap.isRemoved(guestPhysical)) {
            refuse(processor, guestPhysical, write);
            return;
        }
        boolean apic =
                Engine.vendor().watchesApic() && (guestPhysical & -Pages.SIZE) == Apic.base();
        boolean steps = Engine.vendor().hasSteps();
        if ((apic || !steps) && vcpu.event == 0 && !step.active) {
            boolean code64 = (attributes & CODE_L) != 0 && (vcpu.efer & Efer.LMA) != 0;
            GuestMemory.fetch(processor, codeBase + vcpu.rip);
            if (processor.store.decode(vcpu, code64, (attributes & CODE_D) != 0)) {
                storeDecoded(processor, guestPhysical, apic);
                vcpu.length = processor.store.length;
                skip(vcpu);
                return;
            }
        }
        if (!steps) {
            refuse(processor, guestPhysical, true);
            return;
        }
        boolean command = apic && ((int) guestPhysical & 0xFFC) == Apic.ICR_LOW;
        boolean kept = command || !apic && hypervisor.memory(vcpu, guestPhysical, true);
        if (!step.active) {
            step.pages.clear();
        }
        step.commands |= command;
        if (step.pages.open(guestPhysical, kept)) {
            Engine.vendor().beginStep(processor);
        } else {
            refuse(processor, guestPhysical, true);
        }
    }

    private static void refuse(Processor processor, long guestPhysical, boolean write) {
        if (processor.refused < LOGGED_REFUSALS) {
            processor.refused++;
            Log.begin(write ? MAY_NOT_WRITE : MAY_NOT_READ);
            Log.hex(guestPhysical);
            Log.put(AT_RIP);
            Log.hex(processor.vcpu.rip);
            Log.end();
        }
        if (processor.step.active) {
            Engine.vendor().cancelStep(processor);
        }
        Guest.raise(processor.vcpu, GP, 0);
    }

    /** A store in the guest's stead, to one page. */
    static void store(Processor processor, long guestPhysical, int bytes, long value) {
        boolean apic =
                Engine.vendor().watchesApic() && (guestPhysical & -Pages.SIZE) == Apic.base();
        if (apic) {
            storeToApic(processor, guestPhysical, bytes, value);
        } else if (NestedMap.isOpen(guestPhysical)
                || !hypervisor.memory(processor.vcpu, guestPhysical, true)) {
            put(guestPhysical, bytes, value);
        }
    }

    private static void storeDecoded(Processor processor, long guestPhysical, boolean apic) {
        Store store = processor.store;
        if (store.exchanged >= 0) {
            long old = Bare.get32(guestPhysical) & 0xFFFF_FFFFL;
            processor.vcpu.set(store.exchanged, store.bytes == 8 ? Bare.get64(guestPhysical) : old);
        }
        if (apic) {
            storeToApic(processor, guestPhysical, store.bytes, store.value);
        } else if (!hypervisor.memory(processor.vcpu, guestPhysical, true)) {
            put(guestPhysical, store.bytes, store.value);
        }
    }

    private static void storeToApic(
            Processor processor, long guestPhysical, int bytes, long value) {
        int offset = (int) guestPhysical & 0xFFF;
        if (offset != Apic.ICR_LOW || !Apic.command(processor, (int) value)) {
            Apic.note(processor, offset, (int) value);
            put(guestPhysical, bytes, value);
        }
    }

    /** 1, 2, 4 or 8 bytes. */
    private static void put(long at, int bytes, long value) {
        switch (bytes) {
            case 1 -> Bare.put8(at, (int) value);
            case 2 -> Bare.put16(at, (int) value);
            case 4 -> Bare.put32(at, (int) value);
            default -> Bare.put64(at, value);
        }
    }

    /**
     * The end of a {@link Step}: the engine has closed the pages again.
     *
     * @param done whether the instruction has been executed, not interrupted by a fault of its own
     */
    public static void stepped(Processor processor, boolean done) {
        Step step = processor.step;
        Vcpu vcpu = processor.vcpu;
        if (step.commands) {
            step.commands = false;
            int low = step.pages.copied32(Apic.base() + Apic.ICR_LOW);
            if (done && !Apic.command(processor, low)) {
                Bare.put32(Apic.base() + Apic.ICR_LOW, low);
            }
        } else if (Engine.vendor().watchesApic()) {
            Apic.noteLogical(processor);
        }
        if (vcpu.trap && done) {
            vcpu.trap = false;
            hypervisor.trap(vcpu);
        }
    }

    /** An external interrupt: whether the hypervisor has kept it from the guest. */
    public static boolean interrupt(Processor processor, int vector) {
        boolean kept = hypervisor.interrupt(processor.vcpu, vector);
        if (kept) {
            Apic.endOfInterrupt(vector);
        }
        return kept;
    }

    /** Where no timer of the processor's does it: whether the handler's time has come. */
    public static void tick(Processor processor, long period) {
        long now = Bare.rdtsc();
        if (now - processor.timerDue >= 0) {
            processor.timerDue = now + period;
            hypervisor.timer(processor.vcpu);
        }
    }

    public static void timer(Processor processor) {
        hypervisor.timer(processor.vcpu);
    }

    /**
     * An exception of the guest's, as its event says. If the hypervisor asked for it, it may have
     * the guest take another or none.
     */
    public static void exception(Processor processor, int vector, int error) {
        if (!Asked.hasException(vector)) {
            return;
        }
        Vcpu vcpu = processor.vcpu;
        int event = vcpu.event;
        vcpu.event = 0;
        if (!hypervisor.exception(vcpu, vector, error) && !raises(vcpu)) {
            vcpu.event = event;
            vcpu.eventError = error;
        }
    }

    /** MOV to a control register: whether the hypervisor has done it. */
    public static boolean writeControl(Vcpu vcpu, int register, long value) {
        boolean done =
                Asked.hasWritesOfControl(register)
                        && (hypervisor.writeControl(vcpu, register, value) || raises(vcpu));
        if (done) {
            settle(vcpu);
        }
        return done;
    }

    /** Eight bytes of the guest's memory; 0 where it has none. */
    public static long readPhysical(long guestPhysical) {
        boolean absent = NestedMap.isRemoved(guestPhysical) || !HostTables.reaches(guestPhysical);
        return absent ? 0 : Bare.get64(guestPhysical);
    }

    /** Some processors are without MSRs that nearly all have. */
    public static long msrOrZero(Processor processor, int msr) {
        long scratch = processor.block + Block.SCRATCH;
        return Bare.tryRdmsr(msr, scratch) == 0 ? Bare.get64(scratch) : 0;
    }
}
