package dev.lungo.devices;

import dev.lungo.machine.Clock;
import dev.lungo.machine.Timers;

/** A clock that tests move. */
final class ManualClock implements Clock {
    private long now;

    @Override
    public long nanos() {
        return now;
    }

    /** Lets time pass, and does what falls due. */
    void advance(long nanos, Timers timers) {
        now += nanos;
        timers.runDue();
    }
}
