package dev.lungo.toolchain.compile;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.toolchain.ToolchainException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GccTest {
    @TempDir private Path directory;

    @Test
    void aToolThatIsNotThereIsNamedWithWhereItComesFrom() {
        assertThatThrownBy(() -> Gcc.run(directory, List.of("no-such-gcc", "-c", "x.c")))
                .isInstanceOf(ToolchainException.class)
                .hasMessage(
                        "an image is made with no-such-gcc, which is not there: install the"
                                + " packages gcc and binutils");
    }

    @Test
    void aToolThatFailsIsQuoted() {
        assertThatThrownBy(() -> Gcc.run(directory, List.of("sh", "-c", "echo error: why; exit 1")))
                .isInstanceOf(ToolchainException.class)
                .hasMessage("sh failed: error: why");
    }
}
