package dev.lungo.cli.monitor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineEditorTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final LineEditor editor = new LineEditor(new PrintStream(screen, true, US_ASCII));

    @Test
    void enterCompletesALineThatWasEchoed() {
        assertThat(type("stop\rx\n")).containsExactly("stop", "x");
        assertThat(screen.toString(US_ASCII)).isEqualToNormalizingNewlines("stop\nx\n");
    }

    @Test
    void keysErase() {
        assertThat(type("stoppp\b\u007f\r")).containsExactly("stop");
        assertThat(type("nonsense\u0015r\r")).containsExactly("r");
        assertThat(type("\b\b\r")).containsExactly("");
    }

    @Test
    void anEndlessLineIsCut() {
        assertThat(type("a".repeat(5000) + "\r").getFirst()).hasSize(1024);
    }

    private List<String> type(String keys) {
        List<String> lines = new ArrayList<>();
        for (byte key : keys.getBytes(US_ASCII)) {
            editor.type(key).ifPresent(lines::add);
        }
        return lines;
    }
}
