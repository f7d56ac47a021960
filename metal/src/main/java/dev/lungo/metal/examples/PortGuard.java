package dev.lungo.metal.examples;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.Guest;
import dev.lungo.metal.Hypervisor;
import dev.lungo.metal.Intercepts;
import dev.lungo.metal.Vcpu;

/**
 * Keeps the guest from a device of two ports: what it writes is dropped, and all it reads are ones.
 * The configuration's {@code guard.port} is the first of them; if it says nothing, the CMOS
 * memory's.
 */
public final class PortGuard extends Hypervisor {
    private static final int CMOS_INDEX = 0x70;

    @Override
    public void begin(Intercepts intercepts, Configuration configuration) {
        int port = (int) configuration.number("guard.port", CMOS_INDEX);
        intercepts.port(port);
        intercepts.port(port + 1);
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
