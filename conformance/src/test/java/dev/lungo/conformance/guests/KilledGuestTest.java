package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.conformance.disks.Killer;
import dev.lungo.conformance.disks.Said;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest that writes records to disks and flushes them, {@code records.c}: all that it was told to
 * be flushed is there, also when the process is killed at any moment, again and again. How often is
 * the property {@code lungo.guestKills}; as it is, a few times.
 */
class KilledGuestTest {
    private static final int KILLS = Integer.getInteger("lungo.guestKills", 3);
    private static final int LONGEST_MILLIS = 30;
    private static final int MOST_FLUSHES = 30;

    /** Records of which the process was killed before it could say that they are written. */
    private static final int UNSAID = 1000;

    private static final int DONE = 2 * 16 + 1;
    private static final List<String> FORMATS =
            List.of("raw", "qcow2", "qcow2 -o cluster_size=4k", "qcow2 -o lazy_refcounts=on");

    @TempDir Path directory;

    /** An image, and what was said of it. */
    private record Disk(Path image, String format, Said said) {}

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void whatTheGuestHasFlushedIsThereAfterTheProcessWasKilled() throws Exception {
        List<Disk> disks = disks();
        Random random = new Random(1);
        for (int i = 0; i < KILLS; i++) {
            try (Lungo lungo = write(disks, "seed=" + i, "soft");
                    BufferedReader lines = lungo.lines()) {
                int flushes = random.nextInt(MOST_FLUSHES);
                int delay = random.nextInt(LONGEST_MILLIS);
                Killer killer = new Killer(ProcessHandle.of(lungo.pid()).get(), flushes, delay);
                boolean hasBegun = killer.listen(lines, line -> hear(disks, line));
                assertThat(hasBegun).as(lungo.standardError()).isTrue();
            }
            for (Disk disk : disks) {
                disk.said.killed();
                disk.said.isThereAfterRepair(disk.image, disk.format);
            }
        }
        assertThat(disks).allSatisfy(disk -> assertThat(disk.said.lastRecord()).isPositive());
    }

    @ParameterizedTest
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    @ValueSource(strings = {"soft", "kvm"})
    void disksWorkWithTheWholeBoardOnEveryEngine(String engine) throws Exception {
        Lungo.assumeEngine(engine);
        List<Disk> disks = disks();

        try (Lungo lungo = write(disks, "flushes=1", engine);
                BufferedReader lines = lungo.lines()) {
            lines.lines().forEach(line -> hear(disks, line));
            assertThat(lungo.status()).isEqualTo(DONE);
        }

        for (Disk disk : disks) {
            assertThat(disk.said.flushes()).isPositive();
            disk.said.isThereAfterRepair(disk.image, disk.format);
        }
    }

    private List<Disk> disks() throws IOException, InterruptedException {
        List<Disk> disks = new ArrayList<>();
        for (String format : FORMATS) {
            Path image = directory.resolve("image" + disks.size());
            Said.create(image, format);
            disks.add(new Disk(image, format, new Said()));
        }
        return disks;
    }

    private static Lungo write(List<Disk> disks, String more, String engine) throws IOException {
        long last = disks.stream().mapToLong(disk -> disk.said.lastRecord()).max().orElse(0);
        List<String> words = new ArrayList<>();
        words.addAll(List.of("--kernel", Lungo.guest("records.elf"), "--engine", engine));
        words.addAll(List.of("--append", "first=%d %s".formatted(last + UNSAID, more)));
        for (Disk disk : disks) {
            String format = disk.format.split(" ", -1)[0];
            words.addAll(List.of("--disk", disk.image + ",format=" + format));
        }
        return Lungo.run(words.toArray(String[]::new));
    }

    private static void hear(List<Disk> disks, String line) {
        String[] words = line.split(" ", -1);
        disks.get(Integer.parseInt(words[1])).said.words(words);
    }
}
