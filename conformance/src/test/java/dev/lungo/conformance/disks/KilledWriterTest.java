package dev.lungo.conformance.disks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process that writes to an image is killed at any moment, again and again: what it has flushed
 * is there, and the image is sound. How often is the property {@code lungo.kills}, for each format;
 * as it is, a few times.
 */
class KilledWriterTest {
    private static final int KILLS = Integer.getInteger("lungo.kills", 6);
    private static final int LONGEST_MILLIS = 30;
    private static final int MOST_FLUSHES = 12;

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"raw", "qcow2", "qcow2 -o cluster_size=4k", "qcow2 -o lazy_refcounts=on"})
    void whatWasFlushedIsThereAfterTheProcessWasKilled(String format)
            throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        Said.create(image, format);
        Random random = new Random(1);
        Said said = new Said();
        for (int i = 0; i < KILLS; i++) {
            writeAndKill(image, said, random, i);
            said.isThereAfterRepair(image, format);
        }
        assertThat(said.flushes()).isPositive();
    }

    private static void writeAndKill(Path image, Said said, Random random, int seed)
            throws IOException, InterruptedException {
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                RecordWriter.class.getName(),
                                image.toString(),
                                Long.toString(said.lastRecord() + 1),
                                Integer.toString(seed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader lines = writer.inputReader(US_ASCII)) {
            int flushes = random.nextInt(MOST_FLUSHES);
            int delay = random.nextInt(LONGEST_MILLIS);
            Killer killer = new Killer(writer.toHandle(), flushes, delay);
            assertThat(killer.listen(lines, said::line)).as("the writer has begun").isTrue();
        }
        assertThat(writer.waitFor()).isEqualTo(128 + 9);
        said.killed();
    }
}
