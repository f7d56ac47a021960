package dev.lungo.host.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.host.disk.RecordingStorage.Cut;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power fails at every moment, with anything between flushes on the disk and the rest not: the
 * image is sound but for clusters that are wasted, and has what was acknowledged.
 */
class Qcow2PowerCutTest {
    private static final int SECTOR = 512;
    private static final int CLUSTER_BITS = 9; // the smallest has the most metadata
    private static final int DISK_BYTES = 192 << 10;

    /** At how many moments the power is cut, in each of the ways. */
    private static final int CUTS = 25;

    @TempDir Path directory;

    /**
     * A disk of sectors that are each filled with a stamp, and what each may have been since when.
     */
    private static final class Stamped {
        private static final long ANYTHING = -1;

        private record Version(int since, long stamp) {}

        private record Acknowledged(int begun, int done) {}

        private final RecordingStorage storage;
        private final BlockBackend disk;
        private final List<List<Version>> sectors = new ArrayList<>();
        private final List<Acknowledged> flushes = new ArrayList<>();
        private long nextStamp = 1;

        Stamped(RecordingStorage storage, BlockBackend disk) {
            this.storage = storage;
            this.disk = disk;
            byte[] content = new byte[(int) disk.bytes()];
            disk.read(0, content, 0, content.length);
            for (int at = 0; at < content.length; at += SECTOR) {
                long stamp = ByteBuffer.wrap(content).getLong(at);
                nextStamp = Math.max(nextStamp, stamp + 1);
                sectors.add(new ArrayList<>(List.of(new Version(-1, stamp))));
            }
            flushes.add(new Acknowledged(0, 0));
        }

        void doSome(int times, Random random) {
            for (int i = 0; i < times; i++) {
                int from = random.nextInt(sectors.size());
                int count =
                        Math.min(
                                1 + random.nextInt(random.nextBoolean() ? 4 : 64),
                                sectors.size() - from);
                int begun = storage.actions();
                switch (random.nextInt(12)) {
                    case 0, 1 -> {
                        disk.flush();
                        flushes.add(new Acknowledged(begun, storage.actions()));
                    }
                    case 2 -> {
                        became(from, count, begun, ANYTHING);
                        disk.discard((long) from * SECTOR, (long) count * SECTOR);
                    }
                    case 3 -> {
                        became(from, count, begun, 0);
                        disk.writeZeroes(
                                (long) from * SECTOR, (long) count * SECTOR, random.nextBoolean());
                    }
                    default -> {
                        long stamp = nextStamp++;
                        became(from, count, begun, stamp);
                        byte[] data = new byte[count * SECTOR];
                        for (int at = 0; at < data.length; at += 8) {
                            ByteBuffer.wrap(data).putLong(at, stamp);
                        }
                        disk.write((long) from * SECTOR, data, 0, data.length);
                    }
                }
            }
        }

        private void became(int from, int count, int since, long stamp) {
            for (int sector = from; sector < from + count; sector++) {
                sectors.get(sector).add(new Version(since, stamp));
            }
        }

        /** That a disk has what it must have when so much was done to it. */
        void check(BlockBackend after, int actions) {
            Acknowledged last = flushes.getFirst();
            for (Acknowledged flush : flushes) {
                last = flush.done <= actions ? flush : last;
            }
            byte[] content = new byte[(int) after.bytes()];
            after.read(0, content, 0, content.length);
            for (int i = 0; i < sectors.size(); i++) {
                List<Long> allowed = new ArrayList<>();
                for (Version version : sectors.get(i)) {
                    if (version.since < last.begun || version.since == -1) {
                        allowed.clear();
                    }
                    if (version.since <= actions) {
                        allowed.add(version.stamp);
                    }
                }
                long stamp = ByteBuffer.wrap(content).getLong(i * SECTOR);
                if (!allowed.contains(ANYTHING)) {
                    assertThat(stamp).as("sector " + i).isIn(allowed);
                }
            }
        }
    }

    private static BlockBackend open(RecordingStorage storage) {
        return Qcow2Image.toWrite(storage, Qcow2Header.read(storage), null);
    }

    /** Cuts everywhere, in every way, and goes on from some of what is left then. */
    private static byte[] cutEverywhere(byte[] image, int generations, int seed, int cuts) {
        byte[] current = image;
        for (int generation = 0; generation < generations; generation++) {
            Random random = new Random(seed * 100L + generation);
            RecordingStorage storage = new RecordingStorage(current);
            BlockBackend disk = open(storage);
            Stamped stamped = new Stamped(storage, disk);
            stamped.doSome(60, random);
            disk.close();
            int step = 1 + storage.actions() / cuts;
            byte[] next = storage.content();
            for (int actions = random.nextInt(step);
                    actions <= storage.actions();
                    actions += step) {
                for (Cut cut : Cut.values()) {
                    byte[] left = storage.after(actions, cut, random);
                    check(left, stamped, actions, cut + " of generation " + generation);
                    if (generations > 1 && random.nextInt(200) == 0) {
                        next = left;
                    }
                }
            }
            current = next;
        }
        return current;
    }

    private static void check(byte[] left, Stamped stamped, int actions, String as) {
        RecordingStorage disk = new RecordingStorage(left);
        assertThat(Qcow2Check.of(disk).errors()).as(as + " after " + actions).isEmpty();
        stamped.check(open(disk), actions);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 6})
    void whenThePowerFailsNothingAcknowledgedIsLostAndOnlyClustersAreWasted(int refcountOrder) {
        cutEverywhere(
                Qcow2Maker.empty(CLUSTER_BITS, refcountOrder, DISK_BYTES), 4, refcountOrder, CUTS);
    }

    @Test
    void norIsAnythingLostWhenTheRefcountTableGrows() {
        int bytes = 4 << 20; // of which the first table covers less than half
        RecordingStorage storage = new RecordingStorage(Qcow2Maker.empty(CLUSTER_BITS, 6, bytes));
        BlockBackend disk = open(storage);
        byte[] zeroes = new byte[1_950 << 10]; // written: they take space
        disk.write(0, zeroes, 0, zeroes.length);
        disk.close();
        byte[] image = storage.content();
        int tableBefore = ByteBuffer.wrap(image).getInt(56);

        byte[] after = cutEverywhere(image, 1, 6, 8);

        assertThat(ByteBuffer.wrap(after).getInt(56)).isGreaterThan(tableBefore);
    }

    @Test
    void norAreSnapshotsDisturbed() throws IOException {
        QemuImg.assumePresent();
        Path image = directory.resolve("image.qcow2");
        Files.write(image, Qcow2Maker.empty(CLUSTER_BITS, 4, DISK_BYTES));
        QemuImg.io(image, "write -P 0 0 100k", "write -z 120k 4k");
        QemuImg.ok("snapshot", "-c", "one", image);

        cutEverywhere(Files.readAllBytes(image), 3, 77, CUTS);
    }

    @Test
    void anImageThatWasClosedWastesNothing() {
        RecordingStorage storage =
                new RecordingStorage(Qcow2Maker.empty(CLUSTER_BITS, 4, DISK_BYTES));
        BlockBackend disk = open(storage);
        new Stamped(storage, disk).doSome(300, new Random(1));
        disk.close();

        assertThat(Qcow2Check.of(storage)).isEqualTo(new Qcow2Check(List.of(), 0));
    }

    @Test
    void aRepairThatIsBrokenOffIsBegunAgain() {
        RecordingStorage storage =
                new RecordingStorage(Qcow2Maker.empty(CLUSTER_BITS, 4, DISK_BYTES));
        BlockBackend disk = open(storage);
        new Stamped(storage, disk).doSome(100, new Random(2));
        disk.close();
        byte[] image = storage.content();
        byte[] content = new byte[DISK_BYTES];
        disk.read(0, content, 0, content.length);
        ByteBuffer.wrap(image).putLong(72, Qcow2Header.DIRTY);
        Arrays.fill(image, 2 << CLUSTER_BITS, 3 << CLUSTER_BITS, (byte) 0); // refcounts

        RecordingStorage repairing = new RecordingStorage(image);
        open(repairing).close();

        assertThat(Qcow2Check.of(repairing)).isEqualTo(new Qcow2Check(List.of(), 0));
        Random random = new Random(3);
        for (int actions = 0; actions <= repairing.actions(); actions++) {
            for (Cut cut : Cut.values()) {
                RecordingStorage left = new RecordingStorage(repairing.after(actions, cut, random));
                BlockBackend again = open(left);
                byte[] now = new byte[DISK_BYTES];
                again.read(0, now, 0, now.length);
                assertThat(now).isEqualTo(content);
                again.close();
                assertThat(Qcow2Check.of(left).errors()).isEmpty();
            }
        }
    }
}
