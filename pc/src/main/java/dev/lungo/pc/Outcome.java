package dev.lungo.pc;

/** Why a machine ended. */
public sealed interface Outcome {
    /** The guest switched the power off. */
    record PowerOff() implements Outcome {}

    /** The guest asked for a reset, and its machine is one that ends then. */
    record Reset() implements Outcome {}

    /**
     * A processor went into shutdown state.
     *
     * @param cpu its index
     */
    record Crash(int cpu) implements Outcome {}

    /**
     * The guest wrote to the debug exit port.
     *
     * @param status {@code (value << 1) | 1}, of which an operating system keeps eight bits
     */
    record DebugExit(int status) implements Outcome {}

    /** The time it was given is over. */
    record TimedOut() implements Outcome {}

    /** The user ended it. */
    record Quit() implements Outcome {}
}
