package dev.lungo.devices.virtio;

import dev.lungo.machine.Workers;
import org.jspecify.annotations.Nullable;

/**
 * Has the buffers of one queue seen to by a worker, one after the other, beside the processors. The
 * function's monitor is held to take and to give back, not in between.
 */
final class QueueWorker {
    private static final int MOST_TURNS = 8;

    /** What is done with a buffer. */
    @FunctionalInterface
    interface Handler {
        /** Returns how many bytes of the writable part may have been written. */
        long handle(Chain chain, Turn turn);
    }

    private final VirtioFunction function;
    private final int index;
    private final Workers workers;
    private final Handler handler;

    // Under the function's monitor.
    private @Nullable Turn inCharge;
    private int turns;
    private byte[] spare = {};

    QueueWorker(VirtioFunction function, int index, Workers workers, Handler handler) {
        this.function = function;
        this.index = index;
        this.workers = workers;
        this.handler = handler;
    }

    /** There may be buffers. Under the function's monitor. */
    void notified() {
        if (inCharge == null) {
            begin();
        }
    }

    private void begin() {
        inCharge = new Turn();
        turns++;
        workers.execute(inCharge);
    }

    /** A worker's time with the queue, until there is nothing to do or another takes over. */
    final class Turn implements Runnable {
        private byte[] buffer = {};

        private Turn() {}

        @Override
        public void run() {
            Chain chain = next(null, 0);
            while (chain != null) {
                chain = next(chain, handle(chain));
            }
        }

        /** Whatever happens, the chain is not kept, or a reset would wait for ever. */
        private long handle(Chain chain) {
            boolean handled = false;
            try {
                long written = handler.handle(chain, this);
                handled = true;
                return written;
            } finally {
                if (!handled) {
                    abandon(chain);
                }
            }
        }

        private void abandon(Chain chain) {
            synchronized (function.config()) {
                function.needReset();
                function.existing(index).giveBack(chain, 0);
                end();
            }
        }

        private void end() {
            turns--;
            spare = buffer;
            inCharge = inCharge == this ? null : inCharge;
        }

        private @Nullable Chain next(@Nullable Chain done, long written) {
            synchronized (function.config()) {
                Virtqueue queue = function.existing(index);
                if (done == null) {
                    buffer = spare;
                    spare = new byte[0];
                } else {
                    queue.giveBack(done, written);
                    queue.interrupt();
                }
                Chain chain = inCharge == this ? queue.take() : null;
                if (chain == null) {
                    end();
                }
                return chain;
            }
        }

        /** At least so many bytes to work with. */
        byte[] buffer(int bytes) {
            if (buffer.length < bytes) {
                buffer = new byte[bytes];
            }
            return buffer;
        }

        /** Has another worker go on with the queue, because this one will take long. */
        void handOver() {
            synchronized (function.config()) {
                if (inCharge == this && turns < MOST_TURNS) {
                    begin();
                }
            }
        }
    }
}
