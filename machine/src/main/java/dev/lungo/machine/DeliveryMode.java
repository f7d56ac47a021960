package dev.lungo.machine;

/** What an interrupt message does to its target. SDM 3A, "Interrupt Command Register (ICR)". */
public enum DeliveryMode {
    FIXED,
    LOWEST_PRIORITY,
    SMI,
    RESERVED,
    NMI,
    INIT,
    STARTUP,
    EXT_INT;

    private static final DeliveryMode[] VALUES = values();

    /** From bits 10:8 of an ICR, LVT entry, redirection entry or MSI data register. */
    public static DeliveryMode of(int register) {
        return VALUES[(register >>> 8) & 7];
    }
}
