package dev.lungo.host.console;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.ConsoleBackend;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A console for whoever connects to a Unix socket, one after the other. What is written while
 * nobody is connected is lost, as on a terminal that is off.
 */
public final class UnixConsole implements ConsoleBackend {
    private final Path path;
    private final ServerSocketChannel server;
    private final Input input = new Input();
    private volatile @Nullable SocketChannel client;

    private UnixConsole(Path path, ServerSocketChannel server) {
        this.path = path;
        this.server = server;
        Thread.ofPlatform().daemon().name("lungo-console").start(this::serve);
    }

    /**
     * Listens on a new socket of this name, or on one that nobody listens on any more.
     *
     * @throws BackendException when that cannot be
     */
    public static UnixConsole listen(Path path) {
        try {
            removeIfDead(path);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(path));
                return new UnixConsole(path, server);
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new BackendException(
                    "A console cannot be at " + path + ": " + e.getMessage() + ".", e);
        }
    }

    private static void removeIfDead(Path path) throws IOException {
        if (!Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path)) {
            return; // what is there and no socket is in the way, and stays
        }
        try (SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException _) {
            Files.delete(path);
        }
    }

    private void serve() {
        while (!input.isClosed()) {
            try (SocketChannel accepted = server.accept()) {
                client = accepted;
                converse(accepted);
            } catch (IOException _) {
                // It has hung up.
            } finally {
                client = null;
            }
        }
    }

    private void converse(SocketChannel with) throws IOException {
        byte[] bytes = new byte[4096];
        int count = with.read(ByteBuffer.wrap(bytes));
        while (count >= 0 && input.deliver(bytes, count)) {
            count = with.read(ByteBuffer.wrap(bytes));
        }
    }

    @Override
    public void write(byte[] from, int at, int bytes) {
        SocketChannel current = client;
        if (current == null) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(from, at, bytes);
        try {
            while (buffer.hasRemaining()) {
                int _ = current.write(buffer);
            }
        } catch (IOException _) {
            // It has hung up.
        }
    }

    @Override
    public void onReceive(Receiver receiver) {
        input.onReceive(receiver);
    }

    @Override
    public void close() {
        input.close();
        try (SocketChannel _ = client) {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // A socket that stays behind is taken by the next one.
        }
    }
}
