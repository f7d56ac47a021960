package dev.lungo.machine;

/** The host cannot do what a backend was asked for. The message is one sentence. */
public final class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BackendException(String sentence) {
        super(sentence);
    }

    public BackendException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
