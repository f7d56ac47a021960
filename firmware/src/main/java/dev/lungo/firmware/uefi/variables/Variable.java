package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.Guid;

/**
 * A variable. UEFI 2.10, "Variable Services" (8.2).
 *
 * @param data never empty
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Variable(String name, Guid guid, int attributes, byte[] data) {
    // spotless:off
    public static final int NON_VOLATILE       = 0x01;
    public static final int BOOTSERVICE_ACCESS = 0x02;
    public static final int RUNTIME_ACCESS     = 0x04;
    public static final int HARDWARE_ERROR     = 0x08;
    public static final int AUTHENTICATED      = 0x10;
    public static final int TIME_AUTHENTICATED = 0x20;
    public static final int APPEND             = 0x40;
    public static final int ENHANCED_AUTHENTICATED = 0x80;
    // spotless:on

    /** EFI_GLOBAL_VARIABLE. */
    public static final Guid GLOBAL = Guid.parse("8be4df61-93ca-11d2-aa0d-00e098032b8c");
}
