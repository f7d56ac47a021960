package dev.lungo.devices;

import dev.lungo.machine.PortDevice;

/**
 * System control port A at 92h: another way to reset, and to gate address line A20. IBM PS/2
 * Hardware Interface Technical Reference, "System Control Port A".
 *
 * <p>A20 is always on here, as on machines of today: its bit can be written, and changes nothing.
 */
public final class FastA20 implements PortDevice {
    private static final int ALTERNATE_HOT_RESET = 1;
    private static final int ALTERNATE_GATE_A20 = 1 << 1;

    private final Runnable resetMachine;
    private int value = ALTERNATE_GATE_A20;

    public FastA20(Runnable resetMachine) {
        this.resetMachine = resetMachine;
    }

    public void reset() {
        value = ALTERNATE_GATE_A20;
    }

    @Override
    public int read(int offset) {
        return value;
    }

    @Override
    public void write(int offset, int written) {
        boolean rises = (written & ~value & ALTERNATE_HOT_RESET) != 0;
        value = written & (ALTERNATE_HOT_RESET | ALTERNATE_GATE_A20);
        if (rises) {
            resetMachine.run();
        }
    }
}
