package dev.lungo.devices.pci;

import dev.lungo.isa.Width;

/**
 * Message-signalled interrupts with 64-bit addresses and a mask a vector. PCI Local Bus
 * Specification 3.0, "MSI Capability Structure" (section 6.8.1). Under the function's monitor, as
 * the configuration space is.
 */
public final class Msi {
    private static final int CAPABILITY_ID = 0x05;
    private static final int MOST_VECTORS = 32;

    // Offsets in the capability
    private static final int CONTROL = 2;
    private static final int ADDRESS = 4;
    private static final int ADDRESS_HIGH = 8;
    private static final int DATA = 12;
    private static final int MASK = 16;
    private static final int PENDING = 20;
    private static final int BYTES = 24;

    // CONTROL
    private static final int ENABLE = 1;
    private static final int MULTIPLE_CAPABLE_SHIFT = 1;
    private static final int MULTIPLE_ENABLE_SHIFT = 4;
    private static final int MULTIPLE_ENABLE = 0b111 << MULTIPLE_ENABLE_SHIFT;
    private static final int ADDRESS_64 = 1 << 7;
    private static final int PER_VECTOR_MASKING = 1 << 8;

    private final ConfigSpace config;
    private final MessageBus messages;
    private final int log2Vectors;
    private final int at;

    /**
     * @param vectors a power of two, 1 to 32
     */
    public Msi(ConfigSpace config, int vectors, MessageBus messages) {
        if (vectors < 1 || vectors > MOST_VECTORS || Integer.bitCount(vectors) != 1) {
            throw new IllegalArgumentException("no MSI with " + vectors + " vectors");
        }
        this.config = config;
        this.messages = messages;
        log2Vectors = Integer.numberOfTrailingZeros(vectors);
        at = config.capability(CAPABILITY_ID, BYTES - 2);
        int control = log2Vectors << MULTIPLE_CAPABLE_SHIFT | ADDRESS_64 | PER_VECTOR_MASKING;
        config.define(at + CONTROL, Width.WORD, control, ENABLE | MULTIPLE_ENABLE);
        config.define(at + ADDRESS, Width.DWORD, 0, ~0b11);
        config.define(at + ADDRESS_HIGH, Width.DWORD, 0, -1);
        config.define(at + DATA, Width.WORD, 0, -1);
        config.define(at + MASK, Width.DWORD, 0, (1L << vectors) - 1);
        config.listen(at, BYTES, (_, _) -> sendPending());
    }

    /** Whether the guest has chosen this over INTx. */
    public boolean isEnabled() {
        return (control() & ENABLE) != 0;
    }

    /** Interrupts; if the vector is masked, once it no longer is. */
    public void raise(int vector) {
        if (!isEnabled()) {
            return;
        }
        int given = given();
        int bit = 1 << (vector & given - 1);
        if ((mask() & bit) == 0 && config.isBusMaster()) {
            send(vector & given - 1, given);
        } else {
            setPending(pending() | bit);
        }
    }

    /** How many vectors the guest allows. Data's low bits tell them apart. */
    private int given() {
        int log2 = (control() & MULTIPLE_ENABLE) >> MULTIPLE_ENABLE_SHIFT;
        return 1 << Math.min(log2, log2Vectors);
    }

    private void send(int vector, int given) {
        long low = config.read(at + ADDRESS, Width.DWORD) & 0xFFFF_FFFFL;
        long high = (long) config.read(at + ADDRESS_HIGH, Width.DWORD) << 32;
        messages.send(high | low, config.read(at + DATA, Width.WORD) & -given | vector);
    }

    private void sendPending() {
        if (!isEnabled() || !config.isBusMaster()) {
            return;
        }
        int given = given();
        for (int due = pending() & ~mask(); due != 0; due &= due - 1) {
            send(Integer.numberOfTrailingZeros(due) & given - 1, given);
        }
        setPending(pending() & mask());
    }

    private int control() {
        return config.read(at + CONTROL, Width.WORD);
    }

    private int mask() {
        return config.read(at + MASK, Width.DWORD);
    }

    private int pending() {
        return config.read(at + PENDING, Width.DWORD);
    }

    private void setPending(int bits) {
        config.set(at + PENDING, Width.DWORD, bits);
    }
}
