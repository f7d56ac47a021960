package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a terminal is while a machine runs, and that it is what it was before when that ends. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class TerminalTest {
    /** The first line and the last are the same: stty(1) says how the terminal is set. */
    private static final Pattern RESTORED =
            Pattern.compile("([0-9a-f:]+)\\R.*\\1\\R", Pattern.DOTALL);

    private static final String READY =
            "66BAF803" // mov dx,3F8h
                    + "B021"
                    + "EE"; // mov al,'!'; out dx,al

    private static final String FOR_EVER = READY + "EBFE"; // jmp to itself

    @TempDir private Path directory;

    @Test
    void ctrlCIsAKeyForTheGuest() throws Exception {
        try (Lungo lungo =
                onTerminal(
                        READY
                                + "66BAFD03" // mov dx,3FDh
                                + "EC"
                                + "A801"
                                + "74FB" // wait: in al,dx; test al,1; jz wait
                                + "66BAF803"
                                + "EC" // mov dx,3F8h; in al,dx
                                + "E6F4"
                                + "F4")) { // out F4h,al; hlt
            assertThat(lungo.prints("!")).isTrue();
            lungo.type("\u0003");

            assertThat(lungo.status()).isEqualTo(0x03 << 1 | 1);
            assertThat(lungo.output()).matches(RESTORED);
        }
    }

    @Test
    void ctrlAXEndsTheMachine() throws Exception {
        try (Lungo lungo = onTerminal(FOR_EVER)) {
            assertThat(lungo.prints("!")).isTrue();
            lungo.type("\u0001x");

            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).matches(RESTORED);
        }
    }

    @Test
    void aCrashAndATimeoutRestoreIt() throws Exception {
        // lidt [no_idt]; int3; no_idt: limit 0
        try (Lungo lungo = onTerminal("0F011D28001000" + "CC" + "000000000000")) {
            assertThat(lungo.status()).isEqualTo(3);
            assertThat(lungo.output()).matches(RESTORED).contains("the guest crashed");
        }
        try (Lungo lungo = onTerminal(FOR_EVER, "--timeout", "2")) {
            assertThat(lungo.status()).isEqualTo(4);
            assertThat(lungo.output()).matches(RESTORED);
        }
    }

    @Test
    void sigtermEndsTheProcessAndRestoresIt() throws Exception {
        try (Lungo lungo = onTerminal(FOR_EVER)) {
            assertThat(lungo.prints("!")).isTrue();
            String java = Path.of("bin", "java").toString();
            lungo.children().stream()
                    .filter(child -> child.info().command().orElse("").endsWith(java))
                    .forEach(ProcessHandle::destroy);

            assertThat(lungo.status()).isEqualTo(128 + 15);
            assertThat(lungo.output()).matches(RESTORED);
        }
    }

    private Lungo onTerminal(String code, String... options) throws IOException {
        Path kernel = SmallGuest.write(directory.resolve("kernel"), code);
        String[] arguments = Arrays.copyOf(options, options.length + 2);
        arguments[options.length] = "--kernel";
        arguments[options.length + 1] = kernel.toString();
        return Lungo.onTerminal(arguments);
    }
}
