package dev.lungo.devices;

import dev.lungo.machine.PortDevice;

/**
 * The reset control register at CF9h, between the PCI configuration address's bytes. 82371AB
 * datasheet, "RC—Reset Control Register". FADT's RESET_REG names it, with 06h or 0Eh to write.
 *
 * <p>Left out: a difference between hard, soft and full reset. All reset the machine.
 */
public final class ResetControl implements PortDevice {
    private static final int RCPU = 1 << 2;
    private static final int WRITABLE = 0x0E;

    private final Runnable resetMachine;
    private int value;

    public ResetControl(Runnable resetMachine) {
        this.resetMachine = resetMachine;
    }

    public void reset() {
        value = 0;
    }

    @Override
    public int read(int offset) {
        return value;
    }

    /** The reset happens as RCPU goes from 0 to 1. */
    @Override
    public void write(int offset, int written) {
        boolean rises = (written & ~value & RCPU) != 0;
        value = written & WRITABLE;
        if (rises) {
            resetMachine.run();
        }
    }
}
