package dev.lungo.host.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayTest {
    /** Not whole blocks of the overlay's. */
    private static final int BYTES = (1 << 20) + 512;

    @TempDir Path directory;
    private Path file;
    private final byte[] content = new byte[BYTES];

    @BeforeEach
    void fillTheFile() throws IOException {
        file = directory.resolve("disk.img");
        new Random(1).nextBytes(content);
        Files.write(file, content);
    }

    private BlockBackend open() {
        return Disks.openSnapshot(file, Optional.of(ImageFormat.RAW));
    }

    @Test
    void whatIsWrittenIsReadAgainAndTheImageStaysAsItIs() throws IOException {
        byte[] before = content.clone();

        try (BlockBackend disk = open()) {
            assertThat(disk.isReadOnly()).isFalse();
            new DiskModel(disk, content).doSome(2000, new Random(2));

            byte[] all = new byte[BYTES];
            disk.read(0, all, 0, BYTES);
            assertThat(all).isEqualTo(content);
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void severalMachinesWriteOverOneImageAndNoneToIt() {
        byte[] sector = new byte[512];
        byte[] seen = new byte[512];

        try (BlockBackend one = open();
                BlockBackend other = open()) {
            one.write(0, sector, 0, 512);
            other.read(0, seen, 0, 512);

            assertThatThrownBy(() -> Disks.open(file, Optional.empty(), false))
                    .hasMessageContaining("in use");
        }

        assertThat(seen).startsWith(content[0], content[1], content[2]);
    }

    @Test
    void theTemporaryFileHasNoName() throws IOException {
        try (BlockBackend disk = open()) {
            disk.write(0, new byte[512], 0, 512);

            try (var links = Files.list(Path.of("/proc/self/fd"))) {
                assertThat(links.map(OverlayTest::target))
                        .anyMatch(
                                name -> name.startsWith("/var/tmp/") && name.endsWith("(deleted)"));
            }
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException _) {
            return ""; // closed meanwhile
        }
    }
}
