package dev.lungo.firmware.uefi;

/**
 * A pointer of the guest's leads to no memory: control flow, by which a service answers
 * EFI_INVALID_PARAMETER wherever it was. There is one, and it has no stack trace.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
public final class BadPointer extends RuntimeException {
    public static final BadPointer INSTANCE = new BadPointer();

    private static final long serialVersionUID = 1;

    private BadPointer() {
        super("the guest's pointer leads to no memory", null, false, false);
    }
}
