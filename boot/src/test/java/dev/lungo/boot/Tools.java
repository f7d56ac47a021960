package dev.lungo.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other people's programs, by which tests have made what is read and checked what was written. */
public final class Tools {
    private Tools() {}

    /** What a program said, and its status. */
    public record Result(int status, String said) {}

    /** Skips the test if the program is not there. */
    public static String need(String program) {
        for (String directory : List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return directory + "/" + program;
            }
        }
        assumeTrue(false, "not run: no " + program);
        throw new AssertionError();
    }

    /** Runs a program that must succeed. */
    public static String run(Path directory, String input, String... command) {
        Result result = result(directory, input, command);
        assertThat(result.status).as(String.join(" ", command) + "\n" + result.said).isZero();
        return result.said;
    }

    public static Result result(Path directory, String input, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.set(0, need(command[0]));
        try {
            File said = File.createTempFile("said", ".txt", directory.toFile());
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(said);
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.environment().put("MTOOLS_SKIP_CHECK", "1");
            Process process = builder.start();
            try (var to = process.getOutputStream()) {
                to.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It did not read all of its input; its status tells whether that matters.
            }
            int status = process.waitFor();
            String text = new String(Files.readAllBytes(said.toPath()), StandardCharsets.UTF_8);
            Files.delete(said.toPath());
            return new Result(status, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
