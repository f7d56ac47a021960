package dev.lungo.host.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The peer: Debian's package qemu-utils. Tests that need it are skipped by name without it. */
final class QemuImg {
    record Answer(int status, String output) {}

    private QemuImg() {}

    static void assumePresent() {
        boolean present;
        try {
            present = run(new String[] {"qemu-img", "--version"}).status() == 0;
        } catch (UncheckedIOException _) {
            present = false;
        }
        Assumptions.assumeTrue(present, "qemu-img is missing: install the package qemu-utils");
    }

    /** Runs it and expects success. Returns what it says. */
    static String ok(Object... arguments) {
        Answer answer = run(words("qemu-img", arguments));
        assertThat(answer.status()).as(answer.output()).isZero();
        return answer.output();
    }

    static Answer run(Object... arguments) {
        return run(words("qemu-img", arguments));
    }

    /** Requests to an image, such as "write -P 1 0 64k". */
    static Answer io(Path image, String... requests) {
        List<Object> words = new ArrayList<>(List.of(image));
        for (String request : requests) {
            words.add("-c");
            words.add(request);
        }
        return run(words("qemu-io", words.toArray()));
    }

    private static String[] words(String program, Object... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = program;
        for (int i = 0; i < arguments.length; i++) {
            words[i + 1] = arguments[i].toString();
        }
        return words;
    }

    private static Answer run(String... words) {
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Answer(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
