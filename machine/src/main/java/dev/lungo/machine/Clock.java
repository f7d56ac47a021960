package dev.lungo.machine;

/**
 * Guest time, in nanoseconds since the machine was made. It never goes back, and stands still while
 * the machine is stopped.
 */
@FunctionalInterface
public interface Clock {
    long nanos();

    /**
     * An engine says that it is executing guest instructions: before the first, and then at least
     * every millisecond. Deadlines are noticed here.
     */
    default void beat() {}

    /** An engine says that it executes no more guest instructions for now. */
    default void rest() {}
}
