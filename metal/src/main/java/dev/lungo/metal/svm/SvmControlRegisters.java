package dev.lungo.metal.svm;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.svm.Vmcb;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Block;
import dev.lungo.metal.core.ControlRules;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.GuestMemory;
import dev.lungo.metal.core.Processor;
import dev.lungo.metal.core.Store;

/**
 * Writes to control registers that were asked for, and those of CR0 that change more than TS and
 * MP: APM 2, "Intercept Selective CR0 Write". The instruction is decoded here, because not all
 * processors say which register it reads.
 */
final class SvmControlRegisters {
    private static final int GP = 13;
    private static final int CODE_L = 1 << 9;
    private static final long NO_FLUSH = 1L << 63;

    private SvmControlRegisters() {}

    static void write(Processor processor) {
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        vcpu.cr0 = Bare.get64(vmcb + Vmcb.CR0);
        vcpu.cr3 = Bare.get64(vmcb + Vmcb.CR3);
        vcpu.efer = Bare.get64(vmcb + Vmcb.EFER) & ~Efer.SVME;
        boolean code64 =
                (vcpu.efer & Efer.LMA) != 0
                        && (Bare.get16(vmcb + Vmcb.CS + Vmcb.ATTRIBUTES) & CODE_L) != 0;
        GuestMemory.fetch(processor, Bare.get64(vmcb + Vmcb.CS + Vmcb.BASE) + vcpu.rip);
        Store code = processor.store;
        if (!code.decodeControl(vcpu, code64)) {
            Guest.raise(vcpu, GP, 0);
            return;
        }
        vcpu.length = code.length;
        int register = code.bytes;
        if (Exits.writeControl(vcpu, register, code.value)) {
            return;
        }
        if (set(processor, register, code.value, code64)) {
            Bare.put8(vmcb + Vmcb.TLB_CONTROL, Vmcb.FLUSH_ALL);
            Exits.skip(vcpu);
        } else {
            Guest.raise(vcpu, GP, 0);
        }
    }

    private static boolean set(Processor processor, int register, long value, boolean code64) {
        Vcpu vcpu = processor.vcpu;
        long vmcb = processor.control;
        switch (register) {
            case 0 -> {
                if (!ControlRules.cr0MayBe(value, vcpu.cr0, vcpu.cr4, vcpu.efer, code64)) {
                    return false;
                }
                Bare.put64(vmcb + Vmcb.CR0, value | Cr0.ET);
                Bare.put64(vmcb + Vmcb.EFER, ControlRules.eferAfter(value, vcpu.efer) | Efer.SVME);
            }
            case 3 -> Bare.put64(vmcb + Vmcb.CR3, value & ~NO_FLUSH);
            case 4 -> {
                boolean losesPae = (vcpu.efer & Efer.LMA) != 0 && (value & Cr4.PAE) == 0;
                if ((value & ~ControlRules.cr4Bits(processor.block + Block.SCRATCH)) != 0
                        || losesPae) {
                    return false;
                }
                Bare.put64(vmcb + Vmcb.CR4, value);
            }
            default -> {
                return false;
            }
        }
        return true;
    }
}
