package dev.lungo.cli;

/** The command was wrong, or cannot be carried out as given. The message is one sentence. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Refusal(String message) {
        super(message);
    }
}
