package dev.lungo.firmware.uefi;

/**
 * A service, or a way to call one, that the specification has and this firmware has not: control
 * flow, by which it answers EFI_UNSUPPORTED and the report lists it. There is one, and it has no
 * stack trace.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
public final class Unimplemented extends RuntimeException {
    public static final Unimplemented INSTANCE = new Unimplemented();

    private static final long serialVersionUID = 1;

    private Unimplemented() {
        super("there is no such service", null, false, false);
    }
}
