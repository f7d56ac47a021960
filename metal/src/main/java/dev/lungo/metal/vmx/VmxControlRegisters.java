package dev.lungo.metal.vmx;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.vmx.VmcsField;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Vcpu;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.ControlRules;
import dev.lungo.metal.core.Exits;

/**
 * MOV to control registers where VT-x has the guest's value be another than the processor's. SDM
 * 3C, "Exit Qualification for Control-Register Accesses" (table 28-3); SDM 2B, "MOV—Move to/from
 * Control Registers" has the checks.
 */
final class VmxControlRegisters {
    private static final int MOV_TO = 0;
    private static final int CLTS = 2;
    private static final int LMSW = 3;
    private static final int GP = 13;
    private static final int CODE_L = 1 << 13;
    private static final long NO_FLUSH = 1L << 63;

    private VmxControlRegisters() {}

    static void access(Vcpu vcpu) {
        long qualification = Bare.vmread(VmcsField.EXIT_QUALIFICATION);
        int register = (int) qualification & 0xF;
        int operand = (int) (qualification >>> 8) & 0xF;
        switch ((int) (qualification >>> 4) & 3) {
            case MOV_TO -> write(vcpu, register, vcpu.get(operand));
            case CLTS -> write(vcpu, 0, cr0() & ~Cr0.TS);
            case LMSW -> {
                long low = qualification >>> 16 & 0xF;
                write(vcpu, 0, cr0() & ~(Cr0.MP | Cr0.EM | Cr0.TS) | low);
            }
            default -> Guest.raise(vcpu, GP, 0); // MOV from CR3 does not exit
        }
    }

    /** As the guest believes it to be. */
    static long cr0() {
        long mask = Bare.vmread(VmcsField.CR0_GUEST_HOST_MASK);
        return Bare.vmread(VmcsField.CR0_READ_SHADOW) & mask
                | Bare.vmread(VmcsField.GUEST_CR0) & ~mask;
    }

    private static void write(Vcpu vcpu, int register, long value) {
        if (Exits.writeControl(vcpu, register, value)) {
            return;
        }
        boolean done =
                switch (register) {
                    case 0 -> writeCr0(value);
                    case 3 -> writeCr3(value);
                    case 4 -> writeCr4(value);
                    default -> false;
                };
        if (done) {
            Exits.skip(vcpu);
        } else {
            Guest.raise(vcpu, GP, 0);
        }
    }

    private static boolean writeCr0(long value) {
        long old = cr0();
        long efer = Bare.vmread(VmcsField.GUEST_IA32_EFER);
        long cr4 = Bare.vmread(VmcsField.GUEST_CR4);
        boolean code64 =
                (efer & Efer.LMA) != 0
                        && (Bare.vmread(VmcsField.GUEST_CS_ACCESS_RIGHTS) & CODE_L) != 0;
        if (!ControlRules.cr0MayBe(value, old, cr4, efer, code64)) {
            return false;
        }
        if (((value ^ old) & Cr0.PG) != 0) {
            efer = ControlRules.eferAfter(value, efer);
            Vmx.setEfer(efer);
            if ((value & Cr0.PG) != 0 && (efer & Efer.LMA) == 0 && (cr4 & Cr4.PAE) != 0) {
                loadPdptes(Bare.vmread(VmcsField.GUEST_CR3));
            }
            Bare.invvpid();
        }
        Bare.vmwrite(VmcsField.GUEST_CR0, value | Cr0.NE | Cr0.ET);
        Bare.vmwrite(VmcsField.CR0_READ_SHADOW, value | Cr0.ET);
        return true;
    }

    private static boolean writeCr3(long value) {
        long cr3 = value & ~NO_FLUSH;
        Bare.vmwrite(VmcsField.GUEST_CR3, cr3);
        boolean longMode = (Bare.vmread(VmcsField.GUEST_IA32_EFER) & Efer.LMA) != 0;
        if (!longMode && (Bare.vmread(VmcsField.GUEST_CR4) & Cr4.PAE) != 0) {
            loadPdptes(cr3);
        }
        Bare.invvpid();
        return true;
    }

    private static boolean writeCr4(long value) {
        boolean longMode = (Bare.vmread(VmcsField.GUEST_IA32_EFER) & Efer.LMA) != 0;
        if ((value & Cr4.VMXE) != 0
                || (value & ~Bare.rdmsr(Msr.IA32_VMX_CR4_FIXED1)) != 0
                || longMode && (value & Cr4.PAE) == 0) {
            return false;
        }
        Bare.vmwrite(VmcsField.GUEST_CR4, value | Cr4.VMXE);
        Bare.vmwrite(VmcsField.CR4_READ_SHADOW, value);
        Bare.invvpid();
        return true;
    }

    /** SDM 3C, "Use of PAE paging with EPT": the processor keeps them in the VMCS. */
    private static void loadPdptes(long cr3) {
        for (int i = 0; i < 4; i++) {
            Bare.vmwrite(
                    VmcsField.GUEST_PDPTE0 + 2 * i,
                    Exits.readPhysical((cr3 & 0xFFFF_FFE0L) + 8L * i));
        }
    }
}
