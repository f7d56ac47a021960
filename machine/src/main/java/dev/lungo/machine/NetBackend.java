package dev.lungo.machine;

/** One end of a network, which carries Ethernet frames without their FCS. */
public interface NetBackend extends AutoCloseable {
    /** Who takes the frames that arrive. */
    @FunctionalInterface
    interface Receiver {
        /** A frame, which is the receiver's only until it returns. Called from any thread. */
        void receive(byte[] frame, int at, int bytes);
    }

    /** Sends a frame. Never waits for long: what does not fit is dropped. For any thread. */
    void send(byte[] frame, int at, int bytes);

    /** Names who is to have what arrives from now on; until then it is dropped. */
    void onReceive(Receiver receiver);

    @Override
    void close();
}
