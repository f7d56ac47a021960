package dev.lungo.boot;

/**
 * A file or a setting with which the machine cannot be started. The message is one sentence for the
 * user: what is wrong, and what to do about it.
 */
public final class BootException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BootException(String message) {
        super(message);
    }
}
