package dev.lungo.conformance.isa;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * npm's iced-x86, asked through one node process. It lives in the {@code node_modules} of the
 * directory that the environment variable {@code LUNGO_ICED} names.
 */
final class Iced implements AutoCloseable {
    static final int STRING_BYTES = 15;
    private static final int RECORD_BYTES = 1 + STRING_BYTES;

    /** So many that neither side's pipe fills up while the other is writing. */
    static final int BATCH = 1000;

    private final Process process;
    private final OutputStream questions;
    private final BufferedReader answers;

    private Iced(Process process) {
        this.process = process;
        this.questions = process.getOutputStream();
        this.answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Skips the test if there is no iced-x86 here. */
    static Iced start(Path workDirectory) throws IOException {
        String home = System.getenv("LUNGO_ICED");
        assumeTrue(
                home != null && Files.isDirectory(Path.of(home, "node_modules/iced-x86")),
                "iced-x86 is not here: run `npm install iced-x86` in a directory, and name it in"
                        + " LUNGO_ICED");
        Path script = workDirectory.resolve("iced.js");
        try (InputStream source = Iced.class.getResourceAsStream("iced.js")) {
            Files.copy(Objects.requireNonNull(source), script);
        }
        return new Iced(
                new ProcessBuilder("node", script.toString(), home)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /** A line for each string: {@code INVALID}, or the length and the text. */
    String[] disassemble(int bits, byte[][] strings) throws IOException {
        byte[] records = new byte[strings.length * RECORD_BYTES];
        for (int i = 0; i < strings.length; i++) {
            records[i * RECORD_BYTES] = (byte) bits;
            System.arraycopy(strings[i], 0, records, i * RECORD_BYTES + 1, STRING_BYTES);
        }
        questions.write(records);
        questions.flush();
        String[] lines = new String[strings.length];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = Objects.requireNonNull(answers.readLine(), "iced-x86 ended early");
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        questions.close();
        answers.close();
        process.destroy();
    }
}
