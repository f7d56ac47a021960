package dev.lungo.metal.core;

import dev.lungo.isa.Msr;

/** The model-specific registers that a guest does not have as they are. */
public final class Msrs {
    private Msrs() {}

    /** Those of the virtualisation that CPUID hides: they do not exist. */
    public static boolean isHidden(int msr) {
        return msr >= Msr.IA32_VMX_BASIC && msr <= Msr.IA32_VMX_PROCBASED_CTLS3
                || msr == Msr.VM_CR
                || msr == Msr.IGNNE
                || msr == Msr.SMM_CTL
                || msr == Msr.VM_HSAVE_PA
                || msr == Msr.SVM_KEY;
    }

    /** Microcode loaders: the guest believes that it has the latest, and an update does nothing. */
    public static boolean isSwallowed(int msr) {
        return msr == Msr.IA32_BIOS_UPDT_TRIG
                || msr == Msr.IA32_BIOS_SIGN_ID
                || msr == Msr.PATCH_LOADER;
    }
}
