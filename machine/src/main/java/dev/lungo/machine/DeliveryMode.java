package dev.lungo.machine;

/** What an interrupt message does to its target. SDM 3A, "Interrupt Command Register (ICR)". */
public enum DeliveryMode {
    FIXED(0),
    LOWEST_PRIORITY(1),
    SMI(2),
    RESERVED(3),
    NMI(4),
    INIT(5),
    STARTUP(6),
    EXT_INT(7);

    private static final DeliveryMode[] VALUES = values();

    private final int number;

    DeliveryMode(int number) {
        this.number = number;
    }

    /** As bits 10:8 of such a register. */
    int bits() {
        return number << 8;
    }

    /** From bits 10:8 of an ICR, LVT entry, redirection entry or MSI data register. */
    public static DeliveryMode of(int register) {
        return VALUES[(register >>> 8) & 7];
    }
}
