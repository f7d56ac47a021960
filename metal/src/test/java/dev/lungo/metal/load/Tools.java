package dev.lungo.metal.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Others' programs that make what ours read. */
final class Tools {
    private Tools() {}

    /** Runs a program of Debian's, which must succeed. */
    static void run(String debianPackage, String program, Object... arguments) throws Exception {
        assumeTrue(Files.exists(Path.of(program)), "package " + debianPackage + " is missing");
        List<String> command = new ArrayList<>(List.of(program));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
