package dev.lungo.conformance.metal;

import dev.lungo.isa.Msr;
import dev.lungo.metal.Configuration;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.Vcpu;

/**
 * A machine whose firmware has switched virtualisation off and locked it: of the kind that the
 * configuration's {@code locked} has, AMD-V or VT-x.
 */
public final class LockedOff extends Hypervisor {
    private static final long VMX = 1 << 5;
    private static final long SVM = 1 << 2;
    private static final long NESTED_PAGING = 1;
    private static final long LOCK_AND_SVM_DISABLED = 1 << 3 | 1 << 4;
    private static final long LOCKED_WITHOUT_VMX = 1;
    private boolean amd;

    @Override
    public void begin(Intercepts intercepts, Configuration configuration) {
        amd = configuration.get("locked", "").equals("AMD-V");
        intercepts.readsOf(Msr.VM_CR);
        intercepts.readsOf(Msr.IA32_FEATURE_CONTROL);
    }

    @Override
    public void cpuid(Vcpu vcpu, int leaf, int subleaf) {
        if (amd && leaf == 0x8000_0001) {
            vcpu.rcx |= SVM;
        } else if (amd && leaf == 0x8000_000A) {
            vcpu.rdx |= NESTED_PAGING;
        } else if (!amd && leaf == 1) {
            vcpu.rcx |= VMX;
        }
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int msr) {
        if (msr != Msr.VM_CR && msr != Msr.IA32_FEATURE_CONTROL) {
            return false;
        }
        Guest.setEdxEax(vcpu, amd ? LOCK_AND_SVM_DISABLED : LOCKED_WITHOUT_VMX);
        return true;
    }
}
