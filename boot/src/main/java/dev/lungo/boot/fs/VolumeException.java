package dev.lungo.boot.fs;

/** A volume cannot do what it was asked for. The message is one sentence. */
public final class VolumeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Each has an EFI_STATUS that says the same. */
    public enum Reason {
        NOT_FOUND,
        /** There is one of that name. */
        EXISTS,
        /** A directory was expected. */
        NOT_A_DIRECTORY,
        /** A file was expected. */
        IS_A_DIRECTORY,
        NOT_EMPTY,
        /** No file can have this name. */
        BAD_NAME,
        /** There is no room, or files cannot be that long. */
        FULL,
        /** The volume or its disk is read-only. */
        WRITE_PROTECTED,
        /** The file's attributes, or what it is, do not allow this. */
        ACCESS_DENIED,
        /** It was deleted after it was opened. */
        DELETED,
        /** What is on the disk contradicts itself. */
        CORRUPTED
    }

    private final Reason reason;

    public VolumeException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
