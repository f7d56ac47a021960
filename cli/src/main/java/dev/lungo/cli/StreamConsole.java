package dev.lungo.cli;

import dev.lungo.machine.ConsoleBackend;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A console whose output goes to a stream, and whose input is what {@link #type} is given. */
final class StreamConsole implements ConsoleBackend {
    private final StreamBackend out;
    private volatile boolean lost;

    // Guarded by this.
    private @Nullable Receiver receiver;
    private final List<Consumer<Receiver>> early = new ArrayList<>();

    StreamConsole(StreamBackend out) {
        this.out = out;
    }

    /**
     * Sends input to the guest.
     *
     * @param whenTaken called once when more may be sent
     */
    void type(byte[] bytes, Runnable whenTaken) {
        Receiver taker;
        synchronized (this) {
            taker = receiver;
            if (taker == null) {
                early.add(later -> later.receive(bytes, whenTaken));
                return;
            }
        }
        taker.receive(bytes, whenTaken);
    }

    /** What the stream does not take any more is lost. */
    @Override
    public void write(byte[] from, int at, int bytes) {
        try {
            out.write(from, at, bytes);
        } catch (UncheckedIOException _) {
            lost = true;
        }
    }

    @Override
    public void onReceive(Receiver newReceiver) {
        List<Consumer<Receiver>> waiting;
        synchronized (this) {
            receiver = newReceiver;
            waiting = List.copyOf(early);
            early.clear();
        }
        waiting.forEach(each -> each.accept(newReceiver));
    }

    /** Returns when all is written. */
    @Override
    public void close() {
        if (!lost) {
            out.close();
        }
    }
}
