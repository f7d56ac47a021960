package dev.lungo.firmware.uefi;

/**
 * There is no guest memory left for what the firmware would place in it: control flow, by which a
 * service answers EFI_OUT_OF_RESOURCES. There is one, and it has no stack trace.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
public final class OutOfResources extends RuntimeException {
    public static final OutOfResources INSTANCE = new OutOfResources();

    private static final long serialVersionUID = 1;

    private OutOfResources() {
        super("there is no memory left", null, false, false);
    }
}
