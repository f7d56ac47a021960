package dev.lungo.metal.examples;

import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Vcpu;

/** Answers a CPUID leaf of its own with the number of exits that the asking processor has had. */
public final class Inspector extends Hypervisor {
    public static final int LEAF = 0x4C75_6E68;

    @Override
    public void cpuid(Vcpu vcpu, int leaf, int subleaf) {
        if (leaf == LEAF) {
            vcpu.rax = vcpu.exits & 0xFFFF_FFFFL;
            vcpu.rbx = vcpu.exits >>> 32;
            vcpu.rcx = vcpu.index;
            vcpu.rdx = 0;
        }
    }
}
