package dev.lungo.fuzz;

import dev.lungo.machine.VirtualCpu;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Kicks a processor that has run for 20 ms, as the alarm of a run loop would: its clock may be
 * waiting for the end of a long instruction. A processor that has not stopped after ten seconds
 * hangs; then the JVM ends, and says where it was.
 */
final class Watchdog {
    private static final int KICK_MILLIS = 20;
    private static final int HANG_MILLIS = 10_000;

    private record Run(VirtualCpu cpu, Thread thread, long began) {
        long millis() {
            return (System.nanoTime() - began) / 1_000_000;
        }
    }

    private final AtomicReference<@Nullable Run> current = new AtomicReference<>();

    Watchdog() {
        Thread.ofPlatform().daemon().name("fuzz-watchdog").start(this::watch);
    }

    void begin(VirtualCpu cpu) {
        current.set(new Run(cpu, Thread.currentThread(), System.nanoTime()));
    }

    /** Whether the processor was kicked. */
    boolean end() {
        Run run = current.getAndSet(null);
        return run != null && run.millis() >= KICK_MILLIS;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(1);
                Run run = current.get();
                if (run != null && run.millis() >= KICK_MILLIS) {
                    run.cpu.kick();
                    if (run.millis() >= HANG_MILLIS) {
                        report(run);
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void report(Run run) {
        System.err.println("the processor does not stop:");
        for (StackTraceElement frame : run.thread.getStackTrace()) {
            System.err.println("    at " + frame);
        }
        Runtime.getRuntime().halt(70);
    }
}
