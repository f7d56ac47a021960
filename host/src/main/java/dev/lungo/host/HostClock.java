package dev.lungo.host;

import dev.lungo.machine.Clock;

/** Guest time that follows the host's monotonic clock, and can be stopped. For any thread. */
public final class HostClock implements Clock {
    /**
     * @param reference in nanoseconds; while stopped, the time shown; while running, what the
     *     host's clock is ahead by
     */
    private record State(boolean stopped, long reference) {
        long nanos() {
            return stopped ? reference : System.nanoTime() - reference;
        }
    }

    private volatile State state = new State(false, System.nanoTime());

    @Override
    public long nanos() {
        return state.nanos();
    }

    /** Time stands still. */
    public synchronized void stop() {
        if (!state.stopped) {
            state = new State(true, state.nanos());
        }
    }

    /** Time goes on where it stopped. */
    public synchronized void resume() {
        if (state.stopped) {
            state = new State(false, System.nanoTime() - state.reference);
        }
    }
}
