package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.Guid;

/**
 * A variable. UEFI 2.10, "Variable Services" (8.2).
 *
 * @param data never empty, but in a request to delete it
 * @param authority who may change it, if it is authenticated
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Variable(String name, Guid guid, int attributes, byte[] data, Authority authority) {
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

    /** EFI_IMAGE_SECURITY_DATABASE_GUID. */
    public static final Guid SECURITY_DATABASE = Guid.parse("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

    /**
     * Of an authenticated variable.
     *
     * @param time of the last change, its fields from the year to the second as a number; 0 before
     * @param signer tells the only one who may change it; empty if that is told elsewhere
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Authority(long time, byte[] signer) {
        public static final Authority NONE = new Authority(0, new byte[0]);
    }

    public Variable(String name, Guid guid, int attributes, byte[] data) {
        this(name, guid, attributes, data, Authority.NONE);
    }

    public boolean has(int attribute) {
        return (attributes & attribute) != 0;
    }

    boolean is(String otherName, Guid otherGuid) {
        return name.equals(otherName) && guid.equals(otherGuid);
    }
}
