package dev.lungo.conformance.disks;

import static dev.lungo.conformance.disks.RecordWriter.SECTOR;
import static dev.lungo.conformance.disks.RecordWriter.SLOT_SECTORS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lungo.host.disk.Disks;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What writers of records have said of one image: for each sector the record that is there at
 * least. A line is the word write, discard or flushed, who says it, and of the first two the first
 * sector, how many, and the record. What somebody has written is there once he has said that it is
 * flushed.
 */
public final class Said {
    private final Map<Long, Long> flushed = new HashMap<>();
    private final Map<String, List<String[]>> pending = new HashMap<>();
    private long lastRecord;
    private int flushes;

    void line(String line) {
        words(line.split(" ", -1));
    }

    /** A line, by its words. */
    public void words(String[] words) {
        List<String[]> mine = pending.computeIfAbsent(words[1], _ -> new ArrayList<>());
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
    public void killed() {
        pending.clear();
    }

    public long lastRecord() {
        return lastRecord;
    }

    public int flushes() {
        return flushes;
    }

    /** Makes an image of 32 MiB; the test is skipped where there is no qemu-img. */
    public static void create(Path image, String format) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("create", "-q", "-f"));
        words.addAll(List.of(format.split(" ", -1)));
        words.addAll(List.of(image.toString(), "32M"));
        qemuImg(words.toArray(String[]::new));
    }

    /** All that was flushed is on the image, also after clusters that nobody has were freed. */
    public void isThereAfterRepair(Path image, String format)
            throws IOException, InterruptedException {
        isThere(image, format);
        if (format.startsWith("qcow2")) {
            qemuImg("check", "-r", "leaks", image.toString()); // errors would not be repaired
            isThere(image, format);
        }
    }

    private void isThere(Path image, String format) {
        try (BlockBackend disk = Disks.open(image, Optional.empty(), true)) {
            byte[] slot = new byte[SLOT_SECTORS * SECTOR];
            long sectors = disk.bytes() / SECTOR;
            for (long first = 0; first + SLOT_SECTORS <= sectors; first += SLOT_SECTORS) {
                disk.read(first * SECTOR, slot, 0, slot.length);
                ByteBuffer bytes = ByteBuffer.wrap(slot);
                for (int i = 0; i < SLOT_SECTORS; i++) {
                    long record = RecordWriter.recordIn(bytes, i * SECTOR, first + i);
                    long least = flushed.getOrDefault(first + i, 0L);
                    assertThat(record)
                            .as("%s, sector %d", format, first + i)
                            .isGreaterThanOrEqualTo(least);
                }
            }
        }
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
}
