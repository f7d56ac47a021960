package dev.lungo.machine;

/**
 * An engine has found that it cannot run the guest any further as it should, by an error of its
 * own. The message is one sentence.
 */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EngineException(String sentence) {
        super(sentence);
    }
}
