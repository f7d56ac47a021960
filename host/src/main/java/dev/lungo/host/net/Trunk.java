package dev.lungo.host.net;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.NetBackend;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * What joins the switches of one name in several processes: all are connected to that of whoever
 * was first, over a Unix socket. When he goes, another takes his place, and the others turn to him.
 * A lock on a file says who it is, which goes with the process.
 */
final class Trunk implements AutoCloseable {
    private static final int RETRY_MILLIS = 20;

    private final Switch network;
    private final Path lockFile;
    private final Path socketFile;
    private volatile boolean closed;

    /** What close() has to end: where others are accepted, or the connection to another. */
    private volatile @Nullable Closeable current;

    private Trunk(Switch network, Path directory, String name) {
        this.network = network;
        lockFile = directory.resolve(name + ".lock");
        socketFile = directory.resolve(name + ".socket");
    }

    /** Joins this switch with the others of its name that belong to the same user. */
    static Trunk join(Switch network, String name) {
        return join(network, directory(), name);
    }

    static Trunk join(Switch network, Path directory, String name) {
        if (!name.matches("[A-Za-z0-9._-]{1,40}")) {
            throw new BackendException(
                    "A switch has a name of up to 40 letters, digits, dots and hyphens, not \""
                            + name
                            + "\".");
        }
        Trunk trunk = new Trunk(network, directory, name);
        Thread.ofPlatform().daemon().name("lungo-trunk").start(trunk::run);
        return trunk;
    }

    private static Path directory() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path directory =
                runtime == null
                        ? Path.of("/tmp", "lungo-" + System.getProperty("user.name"))
                        : Path.of(runtime, "lungo");
        try {
            if (!Files.isDirectory(directory)) {
                var mine = PosixFilePermissions.fromString("rwx------");
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(mine));
            }
            String owner = Files.getOwner(directory).getName();
            if (!owner.equals(System.getProperty("user.name"))) {
                throw new BackendException(
                        "Switches are in " + directory + ", which is not yours.");
            }
            return directory;
        } catch (IOException e) {
            throw new BackendException(
                    "Switches cannot be in " + directory + ": " + e.getMessage() + ".", e);
        }
    }

    private void run() {
        while (!closed) {
            try (FileChannel channel =
                            FileChannel.open(
                                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = tryLock(channel)) {
                if (lock == null) {
                    connect();
                } else {
                    accept();
                }
            } catch (IOException _) {
                // Whoever is the first is coming or going.
            }
            pause();
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // another trunk of this process
        }
    }

    private void accept() throws IOException {
        Files.deleteIfExists(socketFile); // of one that was killed
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socketFile));
            current = server;
            while (!closed) {
                FrameStream other = new FrameStream(server.accept());
                Thread.ofPlatform().daemon().name("lungo-trunk").start(() -> carry(other));
            }
        }
    }

    private void connect() throws IOException {
        FrameStream first =
                new FrameStream(SocketChannel.open(UnixDomainSocketAddress.of(socketFile)));
        current = first::close;
        carry(first);
    }

    /** Carries frames both ways until the other end goes. */
    private void carry(FrameStream other) {
        try (other;
                NetBackend port = network.plug()) {
            port.onReceive(other::send);
            other.onReceive(port::send);
            if (!closed) {
                other.awaitEnd();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves the others to themselves. */
    @Override
    public void close() {
        closed = true;
        try (Closeable _ = current) {
            // Which ends the thread.
        } catch (IOException _) {
            // It has ended already.
        }
    }
}
