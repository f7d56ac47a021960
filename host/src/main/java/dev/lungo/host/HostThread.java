package dev.lungo.host;

/** The thread that calls, as the host schedules it. */
public final class HostThread {
    private HostThread() {}

    /**
     * Lets another thread of the host have the processor: for who waits for one that runs, or would
     * if it had its turn, and will be done soon.
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but how long that takes
    public static void giveWay() {
        Thread.yield();
    }
}
