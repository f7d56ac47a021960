package dev.lungo.conformance.vectors;

import dev.lungo.machine.VirtualCpu;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Ends a run that takes longer than two ticks of 500 ms. */
final class Watchdog implements AutoCloseable {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger runs = new AtomicInteger();
    private int seen;

    Watchdog(VirtualCpu cpu) {
        Runnable look =
                () -> {
                    if (seen == runs.get()) {
                        cpu.kick();
                    }
                    seen = runs.get();
                };
        var _ = timer.scheduleAtFixedRate(look, 500, 500, TimeUnit.MILLISECONDS);
    }

    /** A new run begins. */
    void begin() {
        var _ = runs.incrementAndGet();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
