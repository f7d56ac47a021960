package dev.lungo.host;

import dev.lungo.machine.Workers;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for input and output: as many as there are tasks at a time, which whoever gives the tasks
 * has bounds for.
 */
public final class HostWorkers implements Workers, AutoCloseable {
    private static final int IDLE_SECONDS = 10;
    private static final int GRACE_SECONDS = 60;

    private final ThreadPoolExecutor pool;

    public HostWorkers() {
        ThreadFactory factory = Thread.ofPlatform().daemon().name("lungo-io-", 0).factory();
        pool =
                new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        factory,
                        new ThreadPoolExecutor.DiscardPolicy()); // of what comes after the end
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Returns when all is done; what is given to it from then on is not done. */
    @Override
    public void close() {
        pool.shutdown();
        try {
            boolean _ = pool.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
