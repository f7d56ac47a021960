package dev.lungo.host.console;

import dev.lungo.host.Descriptor;
import dev.lungo.host.HostException;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.ConsoleBackend;
import java.nio.file.Path;

/** A console that is written to a file, and on which nobody types. */
public final class FileConsole implements ConsoleBackend {
    private final Descriptor file;
    private boolean isFull;

    private FileConsole(Descriptor file) {
        this.file = file;
    }

    /**
     * Begins the file anew.
     *
     * @throws BackendException when it cannot be written to
     */
    public static FileConsole open(Path path) {
        try {
            int flags = Descriptor.O_WRONLY | Descriptor.O_CREAT | Descriptor.O_TRUNC;
            return new FileConsole(
                    Descriptor.open(path.toString(), flags | Descriptor.O_NOCTTY, 0644));
        } catch (HostException e) {
            throw new BackendException("The console cannot be used: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public synchronized void write(byte[] from, int at, int bytes) {
        int done = 0;
        try {
            while (done < bytes && !isFull) {
                done += file.write(from, at + done, bytes - done);
            }
        } catch (HostException _) {
            isFull = true; // the guest goes on without
        }
    }

    @Override
    public void onReceive(Receiver receiver) {}

    @Override
    public synchronized void close() {
        isFull = true;
        file.close();
    }
}
