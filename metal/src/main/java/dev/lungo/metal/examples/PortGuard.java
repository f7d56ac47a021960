package dev.lungo.metal.examples;

import dev.lungo.metal.Guest;
import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.Vcpu;

/** Keeps the guest from the CMOS memory: what it writes is dropped, and all it reads are ones. */
public final class PortGuard extends Hypervisor {
    private static final int CMOS_INDEX = 0x70;
    private static final int CMOS_DATA = 0x71;

    @Override
    public void begin(Intercepts intercepts) {
        intercepts.port(CMOS_INDEX);
        intercepts.port(CMOS_DATA);
    }

    @Override
    public boolean portIn(Vcpu vcpu, int port, int bytes) {
        Guest.setIn(vcpu, bytes, -1);
        return true;
    }

    @Override
    public boolean portOut(Vcpu vcpu, int port, int bytes, int value) {
        return true;
    }
}
