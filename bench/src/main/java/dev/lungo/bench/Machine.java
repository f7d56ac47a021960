package dev.lungo.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that runs a guest whose serial port is its standard output. Time is what passes outside
 * of the guest, from the start of the command.
 */
final class Machine implements AutoCloseable {
    private final List<String> command;
    private final long started;
    private final Process process;
    private final InputStream output;
    private final StringBuilder line = new StringBuilder();

    private Machine(List<String> command) throws IOException {
        this.command = command;
        started = System.nanoTime();
        process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
        output = process.getInputStream();
    }

    static Machine start(List<String> command) throws IOException {
        return new Machine(command);
    }

    /** Since the start of the command. */
    double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    /** Waits for the next byte that the guest prints: when it came, in seconds. */
    double nextByte() throws IOException {
        if (output.read() < 0) {
            throw new IOException("ended before the guest printed what was awaited: " + command);
        }
        return seconds();
    }

    /** Waits for a line that the guest prints with this text in it: when it ended, in seconds. */
    double line(String text) throws IOException {
        for (; ; ) {
            int next = output.read();
            if (next < 0) {
                throw new IOException("ended before it printed \"" + text + "\": " + command);
            }
            if (next != '\n') {
                line.append((char) next);
                continue;
            }
            boolean found = line.indexOf(text) >= 0;
            line.setLength(0);
            if (found) {
                return seconds();
            }
        }
    }

    /** Waits for the end, which must be a success: when it came, in seconds. */
    double end() throws IOException, InterruptedException {
        output.transferTo(OutputStream.nullOutputStream());
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException("ended with status " + status + ": " + command);
        }
        return seconds();
    }

    /**
     * How much of the process is in memory that is not the guest's RAM, in MiB.
     *
     * @param ramMib the guest's RAM, which no other mapping of the process exceeds in what is
     *     touched of it
     */
    double residentBesidesRam(int ramMib) throws IOException {
        long total = 0;
        long size = 0;
        long ofRam = 0;
        Path map = Path.of("/proc", Long.toString(process.pid()), "smaps");
        for (String each : Files.readAllLines(map, ISO_8859_1)) {
            if (each.startsWith("Size:")) {
                size = kibibytes(each);
            } else if (each.startsWith("Rss:")) {
                total += kibibytes(each);
                if (size >= ramMib << 10) {
                    ofRam = Math.max(ofRam, kibibytes(each));
                }
            }
        }
        return (total - ofRam) / 1024.0;
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
