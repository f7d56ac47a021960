package dev.lungo.metal.examples;

import dev.lungo.metal.Guest;
import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.Vcpu;

/**
 * Keeps the microcode that the firmware has loaded: the guest reads the highest revision there can
 * be, so that it has none to load, and what it loads all the same is dropped. SDM 3A, "Microcode
 * Update Facilities".
 */
public final class KeptMicrocode extends Hypervisor {
    private static final int IA32_BIOS_UPDT_TRIG = 0x79;
    private static final int IA32_BIOS_SIGN_ID = 0x8B;

    @Override
    public void begin(Intercepts intercepts) {
        intercepts.readsOf(IA32_BIOS_SIGN_ID);
        intercepts.writesOf(IA32_BIOS_UPDT_TRIG);
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int msr) {
        if (msr != IA32_BIOS_SIGN_ID) {
            return false;
        }
        Guest.setEdxEax(vcpu, -1);
        return true;
    }

    @Override
    public boolean writeMsr(Vcpu vcpu, int msr, long value) {
        return msr == IA32_BIOS_UPDT_TRIG;
    }
}
