package dev.lungo.metal.examples;

import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.Vcpu;

/**
 * Watches a page for writes, which all happen, and tells how many there were by VMCALL: RAX is
 * {@code WRITES} on entry, and their number afterwards. The page is the BIOS data area's.
 */
public final class PageWatch extends Hypervisor {
    public static final long WRITES = 0x4C75_6E67_0000_1000L;
    private static final long PAGE = 0;

    private long writes;

    @Override
    public void begin(Intercepts intercepts) {
        intercepts.writesToPage(PAGE);
    }

    @Override
    public boolean memory(Vcpu vcpu, long guestPhysical, boolean write) {
        writes++;
        return false;
    }

    @Override
    public boolean vmcall(Vcpu vcpu, long number) {
        if (number != WRITES) {
            return false;
        }
        vcpu.rax = writes;
        return true;
    }
}
