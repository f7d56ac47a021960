package dev.lungo.conformance.vectors;

import dev.lungo.machine.VirtualCpu;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a run that takes longer than two ticks of 500 ms. */
final class Watchdog implements AutoCloseable {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private volatile int run;
    private int seen;

    Watchdog(VirtualCpu cpu) {
        Runnable look =
                () -> {
                    if (seen == run) {
                        cpu.kick();
                    }
                    seen = run;
                };
        var _ = timer.scheduleAtFixedRate(look, 500, 500, TimeUnit.MILLISECONDS);
    }

    /** A new run begins. */
    void begin() {
        run = run + 1;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
