package dev.lungo.host.console;

import dev.lungo.machine.ConsoleBackend.Receiver;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is typed, on its way to whoever takes it: piece by piece, and no faster than he does. */
final class Input {
    private @Nullable Receiver receiver;
    private boolean isTaken = true;
    private boolean closed;

    synchronized void onReceive(Receiver newReceiver) {
        receiver = newReceiver;
        notifyAll();
    }

    /**
     * Hands over some bytes, when there is somebody to take them and he has taken what came before.
     *
     * @return false at the end
     */
    boolean deliver(byte[] bytes, int count) {
        Receiver current;
        synchronized (this) {
            while ((receiver == null || !isTaken) && !closed) {
                try {
                    wait();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            current = receiver;
            isTaken = false;
        }
        if (current == null || isClosed()) {
            return false;
        }
        current.receive(Arrays.copyOf(bytes, count), this::taken);
        return true;
    }

    private synchronized void taken() {
        isTaken = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
