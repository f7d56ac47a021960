package dev.lungo.firmware.uefi;

/** What answers the calls of a table's or a protocol's functions. */
@FunctionalInterface
public interface Service<S extends Enum<S>> {
    /**
     * Answers a call.
     *
     * @return an EFI_STATUS, for most functions
     * @throws BadPointer if an argument leads nowhere
     */
    long call(S slot, Call call);
}
