package dev.lungo.cli;

import dev.lungo.machine.CharBackend;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A serial line that ends in a stream of the host's. What the guest sends is written by a thread of
 * its own, at once if nothing was sent for a while, else as much at a time as comes in a
 * millisecond: a system call a byte would take longer than the guest does.
 */
final class StreamBackend implements CharBackend, AutoCloseable {
    private static final int MOST_WAITING = 64 << 10;
    private static final long PAUSE_MILLIS = 1;

    private final OutputStream out;

    // Guarded by this.
    private final byte[] waiting = new byte[MOST_WAITING];
    private int count;
    private State state = State.NEW;
    private boolean closed;
    private @Nullable IOException failure;

    /** Of the thread that writes. */
    private enum State {
        NEW,
        IDLE,
        BUSY
    }

    StreamBackend(OutputStream out) {
        this.out = out;
    }

    /**
     * Waits while there is too much that has not been written.
     *
     * @throws UncheckedIOException if what was sent before could not be written
     */
    @Override
    public synchronized void write(byte value) {
        while (count == waiting.length && failure == null) {
            await(0);
        }
        check();
        waiting[count++] = value;
        if (state == State.NEW) {
            Thread.ofPlatform().name("lungo-serial").daemon().start(this::writeAll);
        } else if (state == State.IDLE) {
            notifyAll();
        }
        state = State.BUSY;
    }

    /**
     * Writes several bytes, and waits as for one.
     *
     * @throws UncheckedIOException if what was sent before could not be written
     */
    synchronized void write(byte[] from, int at, int bytes) {
        for (int i = 0; i < bytes; i++) {
            write(from[at + i]);
        }
    }

    /**
     * Returns when all is written.
     *
     * @throws UncheckedIOException if it could not be
     */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        while (state == State.BUSY && failure == null) {
            await(0);
        }
        check();
    }

    private void check() {
        if (failure != null) {
            throw new UncheckedIOException(
                    "the output of the serial port cannot be written", failure);
        }
    }

    private void writeAll() {
        byte[] taken = new byte[MOST_WAITING];
        try {
            for (int length = take(taken); length > 0; length = take(taken)) {
                out.write(taken, 0, length);
                pause();
            }
        } catch (IOException e) {
            synchronized (this) {
                failure = e;
                notifyAll();
            }
        }
    }

    /** Waits for something to write; returns how much, or 0 at the end. */
    private synchronized int take(byte[] into) {
        if (count == 0) {
            state = State.IDLE;
            notifyAll();
        }
        while (count == 0 && !closed) {
            await(0);
        }
        int length = count;
        System.arraycopy(waiting, 0, into, 0, length);
        count = 0;
        notifyAll();
        return length;
    }

    private synchronized void pause() {
        if (!closed && count < waiting.length) {
            await(PAUSE_MILLIS);
        }
    }

    /** Until somebody calls notifyAll, or so many milliseconds if they are not 0. */
    @SuppressWarnings("WaitNotInLoop") // a loop where it matters
    private void await(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
