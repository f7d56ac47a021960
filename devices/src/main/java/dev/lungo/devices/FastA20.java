package dev.lungo.devices;

import dev.lungo.machine.PortDevice;

/**
 * System control port A at 92h: another way to reset, and to gate address line A20. IBM PS/2
 * Hardware Interface Technical Reference, "System Control Port A".
 */
public final class FastA20 implements PortDevice {
    private static final int ALTERNATE_HOT_RESET = 1;
    private static final int ALTERNATE_GATE_A20 = 1 << 1;

    private final A20Gate a20;
    private final Runnable resetMachine;
    private int hotReset;

    public FastA20(A20Gate a20, Runnable resetMachine) {
        this.a20 = a20;
        this.resetMachine = resetMachine;
    }

    public void reset() {
        hotReset = 0;
    }

    @Override
    public int read(int offset) {
        return hotReset | (a20.isOpen() ? ALTERNATE_GATE_A20 : 0);
    }

    @Override
    public void write(int offset, int written) {
        boolean rises = (written & ~hotReset & ALTERNATE_HOT_RESET) != 0;
        hotReset = written & ALTERNATE_HOT_RESET;
        a20.set((written & ALTERNATE_GATE_A20) != 0);
        if (rises) {
            resetMachine.run();
        }
    }
}
