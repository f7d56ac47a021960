package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Linux asks UEFI for all it has: see conformance/guests/uefi-init. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UefiLinuxTest {
    @TempDir private Path directory;

    @Test
    void variablesEntriesClocksAndTablesAreAsItsProgramsWantThem() throws Exception {
        String disk = Lungo.guest("uefi-linux.img") + ",format=raw,snapshot=on";
        String variables = directory.resolve("variables").toString();
        try (Lungo lungo =
                Lungo.run("--disk", disk, "--variables", variables, "--timeout", "240")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output())
                    .contains("CHECKED first", "CHECKED second", "LUNGO-GUEST-OK")
                    .doesNotContain("FAILED");
            assertThat(lungo.standardError()).isEmpty();
        }
    }
}
