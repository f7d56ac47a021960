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

    private static Hypervisor hypervisor = new Hypervisor() {};

    private Exits() {}

    /** At start-up. */
    public static void use(Hypervisor chosen) {
        hypervisor = chosen;
    }

    public static void skip(Vcpu vcpu) {
        vcpu.rip += vcpu.length;
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
        skip(vcpu);
    }

    public static void readMsr(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        int msr = (int) vcpu.rcx;
        if (hypervisor.readMsr(vcpu, msr)) {
            skip(vcpu);
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
        if (hypervisor.writeMsr(vcpu, msr, value)) {
            skip(vcpu);
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
        if (!hypervisor.xsetbv(vcpu, index, value) && Bare.tryXsetbv(index, value) != 0) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        skip(vcpu);
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
        } else if (hypervisor.vmcall(vcpu, vcpu.rax)) {
            skip(vcpu);
        } else {
            Guest.raise(vcpu, UD);
        }
    }

    /** IN and OUT without a string. */
    public static void port(Vcpu vcpu, int port, int bytes, boolean in) {
        if (in) {
            if (!hypervisor.portIn(vcpu, port, bytes)) {
                int value =
                        bytes == 1
                                ? Bare.in8(port)
                                : bytes == 2 ? Bare.in16(port) : Bare.in32(port);
                Guest.setIn(vcpu, bytes, value);
            }
        } else {
            int value = (int) vcpu.rax;
            value = bytes == 1 ? value & 0xFF : bytes == 2 ? value & 0xFFFF : value;
            if (!hypervisor.portOut(vcpu, port, bytes, value)) {
                if (bytes == 1) {
                    Bare.out8(port, value);
                } else if (bytes == 2) {
                    Bare.out16(port, value);
                } else {
                    Bare.out32(port, value);
                }
            }
        }
        skip(vcpu);
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
        boolean code64 = (attributes & CODE_L) != 0 && (vcpu.efer & Efer.LMA) != 0;
        if (write && !NestedMap.isRemoved(guestPhysical)) {
            GuestMemory.fetch(processor, codeBase + vcpu.rip);
            if (processor.store.decode(vcpu, code64, (attributes & CODE_D) != 0)) {
                store(processor, guestPhysical);
                vcpu.length = processor.store.length;
                skip(vcpu);
                return;
            }
        }
        if (processor.refused < LOGGED_REFUSALS) {
            processor.refused++;
            Log.begin(write ? MAY_NOT_WRITE : MAY_NOT_READ);
            Log.hex(guestPhysical);
            Log.put(AT_RIP);
            Log.hex(vcpu.rip);
            Log.end();
        }
        Guest.raise(vcpu, GP, 0);
    }

    private static void store(Processor processor, long guestPhysical) {
        Store store = processor.store;
        if ((guestPhysical & -Pages.SIZE) == Apic.base()) {
            int offset = (int) guestPhysical & 0xFFF;
            if (offset == Apic.ICR_LOW && Apic.command(processor, (int) store.value)) {
                return;
            }
            if (offset == Apic.LDR) {
                processor.logicalId = (int) store.value;
            } else if (offset == Apic.DFR) {
                processor.logicalFormat = (int) store.value;
            }
        } else if (hypervisor.memory(processor.vcpu, guestPhysical, true)) {
            return;
        }
        if (store.exchanged >= 0) {
            long old = Bare.get32(guestPhysical) & 0xFFFF_FFFFL;
            processor.vcpu.set(store.exchanged, store.bytes == 8 ? Bare.get64(guestPhysical) : old);
        }
        switch (store.bytes) {
            case 1 -> Bare.put8(guestPhysical, (int) store.value);
            case 2 -> Bare.put16(guestPhysical, (int) store.value);
            case 4 -> Bare.put32(guestPhysical, (int) store.value);
            default -> Bare.put64(guestPhysical, store.value);
        }
    }

    /** An exception that the hypervisor asked for; unless it says otherwise the guest takes it. */
    public static void exception(Processor processor, int vector, int error) {
        if (hypervisor.exception(processor.vcpu, vector, error)) {
            processor.vcpu.event = 0;
        }
    }

    /** MOV to a control register: whether the hypervisor has done it. */
    public static boolean writeControl(Vcpu vcpu, int register, long value) {
        if (!hypervisor.writeControl(vcpu, register, value)) {
            return false;
        }
        skip(vcpu);
        return true;
    }

    /** Eight bytes of the guest's memory; 0 where it has none. */
    public static long readPhysical(long guestPhysical) {
        return NestedMap.isRemoved(guestPhysical) ? 0 : Bare.get64(guestPhysical);
    }

    /** Some processors are without MSRs that nearly all have. */
    public static long msrOrZero(Processor processor, int msr) {
        long scratch = processor.block + Block.SCRATCH;
        return Bare.tryRdmsr(msr, scratch) == 0 ? Bare.get64(scratch) : 0;
    }
}
