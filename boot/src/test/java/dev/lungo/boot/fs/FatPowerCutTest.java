package dev.lungo.boot.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Tools;
import dev.lungo.boot.disk.ArrayDisk;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The power fails between any two writes, with those since the last flush on the disk or not: what
 * fsck.fat finds is only what it repairs without loss, and what was not being changed is there.
 */
class FatPowerCutTest {
    private static final int CHANGES = 60;

    /** At how many moments the power is cut; {@code -Dlungo.cuts=} has more. */
    private static final int CUTS = Integer.getInteger("lungo.cuts", 40);

    /** What fsck.fat may say: lost clusters, and what is not written yet of a change under way. */
    private static final List<String> HARMLESS =
            List.of(
                    "Reclaimed \\d+ unused clusters?.*",
                    "Reclaiming unconnected clusters.*",
                    "FATs differ but appear to be intact.*",
                    "Orphaned long file name part.*",
                    "Free cluster summary .*",
                    ".*File size is \\d+ bytes, cluster chain length is > \\d+ bytes.*",
                    ".*cluster chain length is.*",
                    ".*Truncating file to.*",
                    ".*Contains a free cluster.*",
                    ".*share clusters.*",
                    ".*Truncating second to.*",
                    ".*Has a large number of bad entries.*");

    @TempDir Path directory;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Write(long offset, byte[] content) {
        boolean isFlush() {
            return content.length == 0;
        }
    }

    /** What was on the volume before and after the change that these writes are of. */
    private record Change(int begin, Map<String, String> before, Map<String, String> after) {}

    private static final class Recorder implements BlockBackend {
        final ArrayDisk disk;
        final List<Write> writes = new ArrayList<>();

        Recorder(ArrayDisk disk) {
            this.disk = disk;
        }

        @Override
        public long bytes() {
            return disk.bytes();
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void read(long offset, byte[] into, int at, int bytes) {
            disk.read(offset, into, at, bytes);
        }

        @Override
        public void write(long offset, byte[] from, int at, int bytes) {
            writes.add(new Write(offset, Arrays.copyOfRange(from, at, at + bytes)));
            disk.write(offset, from, at, bytes);
        }

        @Override
        public void flush() {
            writes.add(new Write(0, new byte[0]));
        }

        @Override
        public void discard(long offset, long bytes) {
            throw new AssertionError("nothing is discarded");
        }

        @Override
        public void writeZeroes(long offset, long bytes, boolean mayUnmap) {
            throw new AssertionError("zeroes are written as any content");
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @CsvSource({"FLOPPY, false", "FLOPPY, true", "FAT16, false", "FAT16, true", "FAT32, true"})
    void whatIsNotBeingChangedIsThere(FatImage.Kind kind, boolean anyOrder) throws IOException {
        FatImage image = new FatImage(directory, kind);
        byte[] begin = image.disk.content().clone();
        Recorder recorder = new Recorder(image.disk);
        Volume volume = Volumes.open(recorder, () -> FatImage.NOW).orElseThrow();
        FatModel model = new FatModel(volume, 40_000);
        Random random = new Random(kind.bytes);
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            Map<String, String> before = model.files();
            int from = recorder.writes.size();
            model.change(random);
            volume.flush();
            changes.add(new Change(from, before, model.files()));
        }

        int cuts =
                kind == FatImage.Kind.FAT32 ? CUTS / 8 : CUTS; // which is much to write each time
        for (int cut = 0; cut < cuts; cut++) {
            int at = random.nextInt(recorder.writes.size() + 1);
            byte[] after = begin.clone();
            apply(recorder.writes, at, anyOrder, random, after);
            check(after, changeAt(changes, at), "cut after write " + at);
        }
    }

    private static void apply(
            List<Write> writes, int end, boolean anyOrder, Random random, byte[] disk) {
        int flushed = end;
        while (anyOrder && flushed > 0 && !writes.get(flushed - 1).isFlush()) {
            flushed--;
        }
        for (int i = 0; i < end; i++) {
            if (i < flushed || random.nextBoolean()) {
                Write write = writes.get(i);
                System.arraycopy(write.content, 0, disk, (int) write.offset, write.content.length);
            }
        }
    }

    private static Change changeAt(List<Change> changes, int at) {
        Change found = changes.getFirst();
        for (Change change : changes) {
            found = change.begin < at ? change : found;
        }
        return found;
    }

    private void check(byte[] disk, Change change, String when) throws IOException {
        Path file = Files.write(directory.resolve("cut"), disk);
        String said = Tools.result(directory, "", "fsck.fat", "-n", "cut").said();
        for (String line : said.lines().skip(1).map(String::strip).toList()) {
            boolean isHarmless =
                    line.isEmpty()
                            || line.startsWith("/")
                            || line.startsWith("cut: ")
                            || line.startsWith("Auto-")
                            || line.startsWith("Leaving filesystem")
                            || line.startsWith("Using first FAT")
                            || line.startsWith("and ")
                            || HARMLESS.stream().anyMatch(line::matches);
            assertThat(isHarmless).as("%s: %s in\n%s", when, line, said).isTrue();
        }
        Tools.result(directory, "", "fsck.fat", "-a", "cut");
        ArrayDisk repaired = ArrayDisk.of(Files.readAllBytes(file));
        Map<String, String> files = FatModel.read(FatImage.open(repaired).root());
        Map<String, String> expected = new HashMap<>(change.before);
        expected.entrySet().retainAll(change.after.entrySet());
        assertThat(files).as("%s\n%s", when, said).containsAllEntriesOf(expected);
        // What is only called otherwise afterwards is there by the one name or the other.
        Set<String> moved = new HashSet<>(change.before.values());
        moved.retainAll(change.after.values());
        assertThat(files.values()).as("%s\n%s", when, said).containsAll(moved);
        Tools.run(directory, "", "fsck.fat", "-n", "cut");
    }
}
