package dev.lungo.host.net;

import dev.lungo.machine.BackendException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The host's own network, without privileges: passt(1), which is started for each machine, speaks
 * ARP, DHCP, DNS and NDP with the guest and turns its connections into sockets of the host's. It
 * ends when the connection to it does, and so with this process.
 */
public final class UserNetwork extends FrameStream {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Which port of the host's loopback address leads to which of the guest's. */
    public record Forward(Protocol protocol, int host, int guest) {
        public enum Protocol {
            TCP("-t"),
            UDP("-u");

            private final String option;

            Protocol(String option) {
                this.option = option;
            }
        }
    }

    private final Process passt;

    private UserNetwork(SocketChannel socket, Process passt) {
        super(socket);
        this.passt = passt;
    }

    /**
     * Starts passt.
     *
     * @throws BackendException when it is not there, or does not start, in one sentence
     */
    public static UserNetwork start(List<Forward> forwards) {
        return start("passt", forwards);
    }

    static UserNetwork start(String program, List<Forward> forwards) {
        try {
            Path directory = Files.createTempDirectory("lungo-passt");
            try {
                letPasstIn(directory);
                return start(program, forwards, directory);
            } finally {
                Files.deleteIfExists(directory.resolve("output"));
                Files.deleteIfExists(directory.resolve("socket"));
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw new BackendException("User networking does not work: " + e.getMessage() + ".", e);
        }
    }

    /** When root starts it, it goes on as nobody before it makes its socket. */
    private static void letPasstIn(Path directory) throws IOException {
        if (Files.getOwner(directory).getName().equals("root")) {
            UserPrincipal nobody =
                    directory
                            .getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("nobody");
            Files.setOwner(directory, nobody);
        }
    }

    private static UserNetwork start(String program, List<Forward> forwards, Path directory)
            throws IOException {
        Path path = directory.resolve("socket");
        Path output = directory.resolve("output");
        List<String> command =
                new ArrayList<>(
                        List.of(program, "--foreground", "--one-off", "-s", path.toString()));
        for (Forward forward : forwards) {
            command.add(forward.protocol.option);
            command.add("127.0.0.1/" + forward.host + ":" + forward.guest);
        }
        Process passt;
        try {
            passt =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
        } catch (IOException e) {
            throw new BackendException(
                    "User networking needs passt, which is not here: install the package passt.",
                    e);
        }
        try {
            return new UserNetwork(connect(passt, path, output), passt);
        } catch (IOException | RuntimeException e) {
            passt.destroy();
            throw e;
        }
    }

    private static SocketChannel connect(Process passt, Path path, Path output) throws IOException {
        long start = System.nanoTime();
        while (passt.isAlive() && System.nanoTime() - start < START_NANOS) {
            if (Files.exists(path)) {
                SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    socket.connect(UnixDomainSocketAddress.of(path));
                    return socket;
                } catch (IOException _) {
                    socket.close(); // it does not listen yet
                }
            }
            pause();
        }
        throw new BackendException("passt did not start: " + lastSaid(output) + ".");
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new BackendException("Waiting for passt was broken off.");
        }
    }

    private static String lastSaid(Path output) throws IOException {
        List<String> lines =
                Files.readAllLines(output).stream()
                        .filter(line -> !line.isBlank() && !line.contains("syslog"))
                        .map(String::strip)
                        .toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    @Override
    public void close() {
        super.close();
        passt.destroy();
    }
}
