package dev.lungo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.fuzz.SeededInputs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any words as a command line: one sentence and status 2, or the help that was asked for. It stands
 * in the package of what it tests, which nobody else is to call.
 *
 * <p>An input is the words with a newline between them. Those that would do something are left out.
 */
class CommandLineFuzz {
    @MethodSource("seeds")
    @FuzzTest
    void anyWordsAreRefusedInOneSentence(byte[] input) {
        String text = new String(input, UTF_8);
        if (text.contains("/") || text.contains("debian") || text.contains("rehearse")) {
            return; // files elsewhere, the network, a machine
        }
        String[] words = text.split("\n", -1);
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        PrintStream errorBefore = System.err;
        PrintStream outputBefore = System.out;
        int status;
        System.setErr(new PrintStream(error, true, UTF_8));
        System.setOut(new PrintStream(PrintStream.nullOutputStream()));
        try {
            status = Main.execute(words);
        } finally {
            System.setErr(errorBefore);
            System.setOut(outputBefore);
        }

        if (status != ExitStatus.OK) {
            assertThat(status).isEqualTo(ExitStatus.WRONG_COMMAND);
            assertThat(error.toString(UTF_8)).contains("lungo: "); // Jazzer has its say there too
        }
    }

    @Test
    void changedCommandLinesAreRefusedInOneSentence() {
        SeededInputs.changed(10_000, seeds(), this::anyWordsAreRefusedInOneSentence);
    }

    static List<byte[]> seeds() {
        return List.of(
                bytes("run\n--kernel\nvmlinuz\n--memory\n512M\n--cpus\n2\n--timeout=1.5"),
                bytes("run\n--kernel\npom.xml\n--initrd\nx\n--append\nquiet\n--no-reboot"),
                bytes("run\n--serial\nfile:x\n--trace=ports,exits\n--trace-file\ny\n--kernel=x"),
                bytes("run\n--engine\nsoft\n--cpu\nx86-64-v2\n--memory=9999999T\n--kernel=x"),
                bytes("run\n--help"),
                bytes("--version"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
