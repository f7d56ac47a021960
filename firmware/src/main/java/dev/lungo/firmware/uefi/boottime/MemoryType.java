package dev.lungo.firmware.uefi.boottime;

/** UEFI 2.10, "Memory Type Usage before ExitBootServices()" (table 7.6). */
public final class MemoryType {
    // spotless:off
    public static final int RESERVED              = 0;
    public static final int LOADER_CODE           = 1;
    public static final int LOADER_DATA           = 2;
    public static final int BOOT_SERVICES_CODE    = 3;
    public static final int BOOT_SERVICES_DATA    = 4;
    public static final int RUNTIME_SERVICES_CODE = 5;
    public static final int RUNTIME_SERVICES_DATA = 6;
    public static final int CONVENTIONAL          = 7;
    public static final int UNUSABLE              = 8;
    public static final int ACPI_RECLAIM          = 9;
    public static final int ACPI_NVS              = 10;
    public static final int MEMORY_MAPPED_IO      = 11;
    public static final int MEMORY_MAPPED_IO_PORT = 12;
    public static final int PAL_CODE              = 13;
    public static final int PERSISTENT            = 14;
    public static final int UNACCEPTED            = 15;
    // spotless:on

    private static final int FIRST_INVALID = 16;
    private static final int FIRST_OEM = 0x7000_0000;

    private MemoryType() {}

    /** Whether pages and pool may be allocated as this: also as what OEMs and OS loaders define. */
    public static boolean isAllocatable(int type) {
        if (type < 0 || type >= FIRST_OEM) {
            return true;
        }
        return type < FIRST_INVALID
                && type != CONVENTIONAL
                && type != PERSISTENT
                && type != UNACCEPTED;
    }

    /** Whether the operating system leaves it to the firmware. */
    public static boolean isRuntime(int type) {
        return type == RUNTIME_SERVICES_CODE || type == RUNTIME_SERVICES_DATA;
    }
}
