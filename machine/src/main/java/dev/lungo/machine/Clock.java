package dev.lungo.machine;

/**
 * Guest time, the same for all processors and threads, in nanoseconds since the machine was made.
 * It never goes back, and stands still while the machine is stopped.
 */
@FunctionalInterface
public interface Clock {
    long nanos();

    /** A processor's engine says that it will now execute guest instructions. */
    default void begin() {}

    /** It says that it still does, at least every millisecond. Deadlines are noticed here. */
    default void beat() {}

    /** It says that it executes no more guest instructions for now. */
    default void rest() {}
}
