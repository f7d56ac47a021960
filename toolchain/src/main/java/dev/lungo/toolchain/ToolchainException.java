package dev.lungo.toolchain;

/** An image cannot be made; the message is one sentence for the user. */
public final class ToolchainException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ToolchainException(String message) {
        super(message);
    }

    public ToolchainException(String message, Throwable cause) {
        super(message, cause);
    }
}
