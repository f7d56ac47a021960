package dev.lungo.machine;

/**
 * What travels between interrupt controllers. SDM 3A, "Message Signalled Interrupts" (figures
 * "Layout of the MSI Message Address Register" and "... Data Register") has the same parts.
 *
 * @param destination an APIC ID, or a message destination address if {@code logical}; {@link
 *     #BROADCAST} in either mode means everybody
 * @param level whether the trigger mode is level, so that an EOI is awaited
 */
public record InterruptMessage(
        int destination, boolean logical, DeliveryMode mode, int vector, boolean level) {
    public static final int BROADCAST = -1;

    private static final long MSI_PAGES = 0xFEE0_0000L;

    /** Widens an eight-bit destination, of which FFh is everybody. */
    public static int destination8(int bits) {
        return (bits & 0xFF) == 0xFF ? BROADCAST : bits & 0xFF;
    }

    /**
     * What a device's write to FEExxxxxh says.
     *
     * @param address guest-physical
     */
    public static InterruptMessage ofMsi(long address, int data) {
        return new InterruptMessage(
                destination8((int) (address >>> 12)),
                (address & 1 << 2) != 0,
                DeliveryMode.of(data),
                data & 0xFF,
                (data & 1 << 15) != 0);
    }

    /** The guest-physical address that a device writes {@link #msiData} to, to say the same. */
    public long msiAddress() {
        return MSI_PAGES | (destination & 0xFF) << 12 | (logical ? 1 << 2 : 0);
    }

    /** The four bytes that a device writes to {@link #msiAddress}. */
    public int msiData() {
        return (level ? 1 << 15 : 0) | 1 << 14 | mode.bits() | vector;
    }

    /** Whether a device's write to this guest-physical address is a message and not memory's. */
    public static boolean isMsi(long address) {
        return address >>> 20 == MSI_PAGES >>> 20;
    }
}
