package dev.lungo.machine;

/** Where input and output are done beside the processors. Given by the platform. */
@FunctionalInterface
public interface Workers {
    /** Has it done soon, on another thread. It holds no lock when it begins. For any thread. */
    void execute(Runnable task);
}
