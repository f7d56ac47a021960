package dev.lungo.host.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.ConsoleBackend;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ConsolesTest {
    @TempDir Path directory;

    /** What came, and what says that it is taken. */
    private record Typed(String text, Runnable whenTaken) {}

    private final LinkedBlockingQueue<Typed> typed = new LinkedBlockingQueue<>();

    private void take(byte[] bytes, Runnable whenTaken) {
        typed.add(new Typed(new String(bytes, US_ASCII), whenTaken));
    }

    private Typed next() throws InterruptedException {
        Typed next = typed.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static void write(ConsoleBackend console, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        console.write(bytes, 0, bytes.length);
    }

    @Test
    void aFileHasWhatIsWritten() throws IOException {
        Path file = directory.resolve("log");
        Files.writeString(file, "from before");

        try (ConsoleBackend console = FileConsole.open(file)) {
            write(console, "one\n");
            write(console, "two\n");
            assertThat(file).hasContent("one\ntwo\n");
        }
        assertThatThrownBy(() -> FileConsole.open(directory))
                .hasMessageStartingWith("The console cannot be used: ");
    }

    @Test
    void whoConnectsToTheSocketReadsAndTypes() throws IOException, InterruptedException {
        Path path = directory.resolve("console");
        try (ConsoleBackend console = UnixConsole.listen(path)) {
            write(console, "nobody hears this");
            console.onReceive(this::take);
            for (int client = 0; client < 3; client++) {
                try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                    socket.write(ByteBuffer.wrap("ls\n".getBytes(US_ASCII)));
                    Typed first = next();
                    assertThat(first.text).isEqualTo("ls\n");
                    socket.write(ByteBuffer.wrap("exit\n".getBytes(US_ASCII)));
                    assertThat(typed.poll(50, TimeUnit.MILLISECONDS)).isNull();
                    first.whenTaken.run();
                    Typed second = next();
                    assertThat(second.text).isEqualTo("exit\n");
                    second.whenTaken.run();
                    write(console, "bye");
                    ByteBuffer answer = ByteBuffer.allocate(3);
                    while (answer.hasRemaining()) {
                        assertThat(socket.read(answer)).isPositive();
                    }
                    assertThat(answer.array()).asString(US_ASCII).isEqualTo("bye");
                }
            }
            assertThatThrownBy(() -> UnixConsole.listen(path))
                    .hasMessageStartingWith("A console cannot be at " + path);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aPseudoterminalCarriesBytesAsTheyAreAndLosesThemWhenNobodyReads()
            throws IOException, InterruptedException {
        try (PtyConsole console = PtyConsole.open()) {
            console.onReceive(this::take);
            assertThat(console.name()).startsWith("/dev/pts/");
            try (RandomAccessFile terminal = new RandomAccessFile(console.name(), "rw")) {
                terminal.write("x\r\3".getBytes(US_ASCII));
                Typed first = next();
                first.whenTaken.run();
                assertThat(first.text).isEqualTo("x\r\3");
                write(console, "y\n");
                byte[] answer = new byte[2];
                terminal.readFully(answer);
                assertThat(answer).asString(US_ASCII).isEqualTo("y\n");
                assertThat(typed).as("no echo").isEmpty();
            }
            for (int i = 0; i < 10_000; i++) {
                write(console, "nobody reads this any more\n");
            }
        }
    }
}
