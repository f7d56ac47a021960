package dev.lungo.firmware.uefi;

/**
 * What services answer. UEFI 2.10, "Status Codes" (appendix D). A status is a number and not a
 * constant of an enum, because some come from the guest's functions and are handed on.
 */
public final class EfiStatus {
    private static final long ERROR = Long.MIN_VALUE;

    // spotless:off
    public static final long SUCCESS              = 0;
    public static final long LOAD_ERROR           = ERROR | 1;
    public static final long INVALID_PARAMETER    = ERROR | 2;
    public static final long UNSUPPORTED          = ERROR | 3;
    public static final long BAD_BUFFER_SIZE      = ERROR | 4;
    public static final long BUFFER_TOO_SMALL     = ERROR | 5;
    public static final long NOT_READY            = ERROR | 6;
    public static final long DEVICE_ERROR         = ERROR | 7;
    public static final long WRITE_PROTECTED      = ERROR | 8;
    public static final long OUT_OF_RESOURCES     = ERROR | 9;
    public static final long VOLUME_CORRUPTED     = ERROR | 10;
    public static final long VOLUME_FULL          = ERROR | 11;
    public static final long NO_MEDIA             = ERROR | 12;
    public static final long MEDIA_CHANGED        = ERROR | 13;
    public static final long NOT_FOUND            = ERROR | 14;
    public static final long ACCESS_DENIED        = ERROR | 15;
    public static final long NO_RESPONSE          = ERROR | 16;
    public static final long NO_MAPPING           = ERROR | 17;
    public static final long TIMEOUT              = ERROR | 18;
    public static final long NOT_STARTED          = ERROR | 19;
    public static final long ALREADY_STARTED      = ERROR | 20;
    public static final long ABORTED              = ERROR | 21;
    public static final long PROTOCOL_ERROR       = ERROR | 24;
    public static final long INCOMPATIBLE_VERSION = ERROR | 25;
    public static final long SECURITY_VIOLATION   = ERROR | 26;
    public static final long CRC_ERROR            = ERROR | 27;
    public static final long END_OF_MEDIA         = ERROR | 28;
    public static final long END_OF_FILE          = ERROR | 31;
    public static final long INVALID_LANGUAGE     = ERROR | 32;
    public static final long WARN_UNKNOWN_GLYPH   = 1;
    public static final long WARN_DELETE_FAILURE  = 2;
    public static final long WARN_WRITE_FAILURE   = 3;

    private static final String[] ERRORS = {
        "", "LOAD_ERROR", "INVALID_PARAMETER", "UNSUPPORTED", "BAD_BUFFER_SIZE", "BUFFER_TOO_SMALL",
        "NOT_READY", "DEVICE_ERROR", "WRITE_PROTECTED", "OUT_OF_RESOURCES", "VOLUME_CORRUPTED",
        "VOLUME_FULL", "NO_MEDIA", "MEDIA_CHANGED", "NOT_FOUND", "ACCESS_DENIED", "NO_RESPONSE",
        "NO_MAPPING", "TIMEOUT", "NOT_STARTED", "ALREADY_STARTED", "ABORTED", "ICMP_ERROR",
        "TFTP_ERROR", "PROTOCOL_ERROR", "INCOMPATIBLE_VERSION", "SECURITY_VIOLATION", "CRC_ERROR",
        "END_OF_MEDIA", "", "", "END_OF_FILE", "INVALID_LANGUAGE",
    };
    // spotless:on

    private EfiStatus() {}

    public static boolean isError(long status) {
        return status < 0;
    }

    /** The specification's name, or the number where it has none. */
    public static String name(long status) {
        if (status == SUCCESS) {
            return "EFI_SUCCESS";
        }
        long code = status & ~ERROR;
        if (isError(status) && code < ERRORS.length && !ERRORS[(int) code].isEmpty()) {
            return "EFI_" + ERRORS[(int) code];
        }
        return Long.toHexString(status) + "h";
    }
}
