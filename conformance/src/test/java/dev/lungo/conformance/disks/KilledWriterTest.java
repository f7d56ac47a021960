package dev.lungo.conformance.disks;

import static dev.lungo.conformance.disks.RecordWriter.SECTOR;
import static dev.lungo.conformance.disks.RecordWriter.SLOT_SECTORS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lungo.host.disk.Disks;
import dev.lungo.machine.BlockBackend;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongConsumer;
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

    /** What the writer has said: for each sector the record that is there at least. */
    private static final class Said {
        private final Map<Long, Long> flushed = new HashMap<>();
        private final List<List<String[]>> pending = new ArrayList<>();
        private long lastRecord;
        private int flushes;

        Said() {
            for (int i = 0; i < RecordWriter.THREADS; i++) {
                pending.add(new ArrayList<>());
            }
        }

        void line(String line) {
            String[] words = line.split(" ", -1);
            List<String[]> mine = pending.get(Integer.parseInt(words[1]));
            switch (words[0]) {
                case "write" -> {
                    lastRecord = Math.max(lastRecord, Long.parseLong(words[4]));
                    mine.add(words);
                }
                case "discard" -> {
                    mine.add(words);
                    forEach(words, flushed::remove); // may be there, and may not, from now on
                }
                default -> {
                    mine.forEach(this::isFlushed);
                    mine.clear();
                    flushes++;
                }
            }
        }

        private void isFlushed(String[] words) {
            if (words[0].equals("write")) {
                long record = Long.parseLong(words[4]);
                forEach(words, sector -> flushed.put(sector, record));
            } else {
                forEach(words, flushed::remove);
            }
        }

        private static void forEach(String[] words, LongConsumer action) {
            long first = Long.parseLong(words[2]);
            for (long sector = first; sector < first + Integer.parseInt(words[3]); sector++) {
                action.accept(sector);
            }
        }

        /** What was written and not flushed may be there, or not; it is no longer to come. */
        void killed() {
            pending.forEach(List::clear);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"raw", "qcow2", "qcow2 -o cluster_size=4k", "qcow2 -o lazy_refcounts=on"})
    void whatWasFlushedIsThereAfterTheProcessWasKilled(String format)
            throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        create(image, format);
        Random random = new Random(1);
        Said said = new Said();
        for (int i = 0; i < KILLS; i++) {
            writeAndKill(image, said, random, i);
            check(image, said);
            if (format.startsWith("qcow2")) {
                qemuImg("check", "-r", "leaks", image.toString()); // errors would not be repaired
                check(image, said);
            }
        }
        assertThat(said.flushes).isPositive();
    }

    private static void create(Path image, String format) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("create", "-q", "-f"));
        words.addAll(List.of(format.split(" ", -1)));
        words.addAll(List.of(image.toString(), "32M"));
        qemuImg(words.toArray(String[]::new));
    }

    private static void qemuImg(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException _) {
            abort("qemu-img is missing: install the package qemu-utils");
            return;
        }
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
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
                                Long.toString(said.lastRecord + 1),
                                Integer.toString(seed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader lines = writer.inputReader(US_ASCII)) {
            String line = lines.readLine();
            assertThat(line).as("the writer has begun").isNotNull();
            int killAt = said.flushes + random.nextInt(MOST_FLUSHES);
            int delay = random.nextInt(LONGEST_MILLIS);
            Thread killer =
                    Thread.ofPlatform()
                            .unstarted(() -> {
                                pause(delay);
                                // SIGKILL; unlike by the Process, what it said stays.
                                writer.toHandle().destroyForcibly();
                            });
            while (line != null) {
                if (said.flushes >= killAt && killer.getState() == Thread.State.NEW) {
                    killer.start();
                }
                said.line(line);
                line = lines.readLine();
            }
            killer.join();
        }
        assertThat(writer.waitFor()).isEqualTo(128 + 9);
        said.killed();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void check(Path image, Said said) {
        try (BlockBackend disk = Disks.open(image, Optional.empty(), true)) {
            byte[] slot = new byte[SLOT_SECTORS * SECTOR];
            long sectors = disk.bytes() / SECTOR;
            for (long first = 0; first + SLOT_SECTORS <= sectors; first += SLOT_SECTORS) {
                disk.read(first * SECTOR, slot, 0, slot.length);
                ByteBuffer bytes = ByteBuffer.wrap(slot);
                for (int i = 0; i < SLOT_SECTORS; i++) {
                    long record = RecordWriter.recordIn(bytes, i * SECTOR, first + i);
                    long least = said.flushed.getOrDefault(first + i, 0L);
                    assertThat(record).as("sector " + (first + i)).isGreaterThanOrEqualTo(least);
                }
            }
        }
    }
}
