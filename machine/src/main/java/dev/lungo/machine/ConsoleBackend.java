package dev.lungo.machine;

/** The far end of a console: a stream of bytes each way. */
public interface ConsoleBackend extends AutoCloseable {
    /** Who takes what is typed. */
    @FunctionalInterface
    interface Receiver {
        /**
         * Called from any thread.
         *
         * @param whenTaken called once, from any thread, when more may be sent
         */
        void receive(byte[] bytes, Runnable whenTaken);
    }

    /** Writes bytes; waits while there is too much that has not been taken. For any thread. */
    void write(byte[] from, int at, int bytes);

    /** Names who is to have what arrives from now on; until then it waits. */
    void onReceive(Receiver receiver);

    @Override
    void close();
}
