package dev.lungo.cli;

import dev.lungo.host.ExitHook;
import dev.lungo.pc.Outcome;
import dev.lungo.pc.Pc;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a machine when the process is told to end, by SIGINT or SIGTERM, so that all that it wrote
 * is in the files. Until {@link #close} the process waits for it, but not for long.
 */
final class AtExit implements AutoCloseable {
    private static final int GRACE_SECONDS = 2;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExitHook hook = new ExitHook("lungo-exit", this::run);
    private volatile Runnable end = () -> {};

    AtExit() {
        hook.add();
    }

    /** From now on, this machine. */
    void end(Pc pc) {
        end = () -> pc.end(new Outcome.Quit());
    }

    private void run() {
        end.run();
        try {
            boolean _ = ended.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            // then without it
        }
    }

    @Override
    public void close() {
        ended.countDown();
        hook.remove();
    }
}
