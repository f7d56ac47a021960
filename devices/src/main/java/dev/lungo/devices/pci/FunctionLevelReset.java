package dev.lungo.devices.pci;

import dev.lungo.isa.Width;
import java.util.function.BooleanSupplier;

/**
 * Lets the guest reset one function. PCI-SIG ECN "Advanced Capabilities for Conventional PCI", "AF
 * Capability". Under the function's monitor, as the configuration space is.
 */
public final class FunctionLevelReset implements ConfigSpace.Listener {
    private static final int CAPABILITY_ID = 0x13;

    // Offsets in the capability
    private static final int LENGTH = 2;
    private static final int CAPABILITIES = 3;
    private static final int CONTROL = 4;
    private static final int STATUS = 5;
    private static final int BYTES = 6;

    private static final int TRANSACTIONS_PENDING_CAPABLE = 1;
    private static final int FLR_CAPABLE = 1 << 1;
    private static final int INITIATE = 1;

    private final ConfigSpace config;
    private final BooleanSupplier busy;
    private final Runnable reset;
    private final int at;

    /**
     * Adds the capability.
     *
     * @param busy whether the function may still reach memory for what it was told before
     * @param reset resets it, configuration space and all
     */
    public FunctionLevelReset(ConfigSpace config, BooleanSupplier busy, Runnable reset) {
        this.config = config;
        this.busy = busy;
        this.reset = reset;
        at = config.capability(CAPABILITY_ID, BYTES - 2);
        config.define(at + LENGTH, Width.BYTE, BYTES, 0);
        config.define(at + CAPABILITIES, Width.BYTE, TRANSACTIONS_PENDING_CAPABLE | FLR_CAPABLE, 0);
        config.define(at + CONTROL, Width.BYTE, 0, INITIATE);
        config.listen(at, BYTES, this);
    }

    @Override
    public void reading(int offset, int bytes) {
        config.set(at + STATUS, Width.BYTE, busy.getAsBoolean() ? 1 : 0);
    }

    @Override
    public void written(int offset, int bytes) {
        boolean initiated = (config.read(at + CONTROL, Width.BYTE) & INITIATE) != 0;
        config.set(at + CONTROL, Width.BYTE, 0); // reads as zero
        if (initiated) {
            reset.run();
        }
    }
}
