package dev.lungo.host.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of QEMU's, by us; and images of ours, by QEMU. */
class Qcow2ImageTest {
    private static final int MEBIBYTE = 1 << 20;

    @TempDir Path directory;
    private Path image;
    private Path raw;

    @BeforeEach
    void nameTheFiles() {
        QemuImg.assumePresent();
        image = directory.resolve("image.qcow2");
        raw = directory.resolve("image.raw");
    }

    private static BlockBackend open(Path path) {
        return Disks.open(path, Optional.of(ImageFormat.QCOW2), false);
    }

    private static BlockBackend openToRead(Path path) {
        return Disks.open(path, Optional.of(ImageFormat.QCOW2), true);
    }

    private static byte[] read(BlockBackend disk, long offset, int count) {
        byte[] bytes = new byte[count];
        disk.read(offset, bytes, 0, count);
        return bytes;
    }

    /** Half random, half easily compressed, with holes. */
    private byte[] fill(Path path, int bytes, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] content = new byte[bytes];
        for (int at = 0; at < bytes; at += 4096) {
            byte[] piece = new byte[4096];
            switch (random.nextInt(3)) {
                case 0 -> random.nextBytes(piece);
                case 1 -> {
                    for (int i = 0; i < piece.length; i++) {
                        piece[i] = (byte) (i / 7 * at);
                    }
                }
                default -> {}
            }
            System.arraycopy(piece, 0, content, at, 4096);
        }
        Files.write(path, content);
        return content;
    }

    private void check(Path path) {
        QemuImg.ok("check", "-f", "qcow2", path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compat=0.10",
                "compat=1.1",
                "cluster_size=512",
                "cluster_size=2M",
                "cluster_size=4k,refcount_bits=1",
                "cluster_size=1k,refcount_bits=2",
                "cluster_size=512,refcount_bits=4",
                "refcount_bits=8",
                "cluster_size=512,refcount_bits=32",
                "cluster_size=512,refcount_bits=64",
                "lazy_refcounts=on",
                "preallocation=metadata",
            })
    void everythingDoneToAnImageIsDoneInQemusEyesToo(String options) throws IOException {
        byte[] content = fill(raw, 4 * MEBIBYTE, 1);
        QemuImg.ok("convert", "-f", "raw", "-O", "qcow2", "-o", options, raw, image);
        Random random = new Random(2);

        for (int session = 0; session < 3; session++) {
            try (BlockBackend disk = open(image)) {
                assertThat(read(disk, 0, content.length)).isEqualTo(content);
                new DiskModel(disk, content).doSome(150, random);
                assertThat(read(disk, 0, content.length)).isEqualTo(content);
            }
            Files.write(raw, content);
            QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
            check(image);
        }
    }

    @ParameterizedTest
    @CsvSource({"zlib, 64k", "zlib, 512", "zlib, 2M", "zstd, 64k", "zstd, 4k", "zstd, 2M"})
    void compressedClustersAreReadAndBecomeOthersWhenWritten(String type, String cluster)
            throws IOException {
        byte[] content = fill(raw, 4 * MEBIBYTE, 3);
        String options = "compression_type=" + type + ",cluster_size=" + cluster;
        QemuImg.ok("convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, raw, image);

        try (BlockBackend disk = open(image)) {
            assertThat(read(disk, 0, content.length)).isEqualTo(content);
            new DiskModel(disk, content).doSome(100, new Random(4));
        }

        Files.write(raw, content);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
        check(image);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compat=0.10", "compat=1.1,cluster_size=4k"})
    void snapshotsStayAsTheyWere(String options) throws IOException {
        byte[] content = fill(raw, 2 * MEBIBYTE, 5);
        byte[] before = content.clone();
        QemuImg.ok("convert", "-f", "raw", "-O", "qcow2", "-o", options, raw, image);
        QemuImg.ok("snapshot", "-c", "one", image);

        try (BlockBackend disk = open(image)) {
            new DiskModel(disk, content).doSome(200, new Random(6));
        }
        Files.write(raw, content);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
        check(image);

        QemuImg.ok("snapshot", "-a", "one", image);
        Files.write(raw, before);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
        try (BlockBackend disk = open(image)) {
            new DiskModel(disk, before).doSome(200, new Random(7));
        }
        QemuImg.ok("snapshot", "-d", "one", image);
        check(image);
        Files.write(raw, before);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
    }

    @ParameterizedTest
    @CsvSource({"raw, compat=1.1", "qcow2, compat=1.1", "qcow2, compat=0.10"})
    void whatAnImageHasNotIsItsBackingFiles(String format, String options) throws IOException {
        // The backing file is shorter than the image, and not whole clusters.
        byte[] content = Arrays.copyOf(fill(raw, MEBIBYTE + 8192, 8), 2 * MEBIBYTE);
        Path base = directory.resolve("base");
        QemuImg.ok("convert", "-f", "raw", "-O", format, raw, base);
        byte[] baseBefore = Files.readAllBytes(base);
        Path middle = directory.resolve("middle");
        QemuImg.ok("create", "-f", "qcow2", "-b", "base", "-F", format, middle, "2M");
        QemuImg.ok(
                "create", "-f", "qcow2", "-o", options, "-b", "middle", "-F", "qcow2", image, "2M");

        try (BlockBackend disk = open(image)) {
            assertThat(read(disk, 0, content.length)).isEqualTo(content);
            new DiskModel(disk, content).doSome(200, new Random(9));
        }

        Files.write(raw, content);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
        check(image);
        assertThat(Files.readAllBytes(base)).isEqualTo(baseBefore);
    }

    @Test
    void requestsOfManyThreadsAtATimeDoNotDisturbEachOther() throws Exception {
        int threads = 8;
        int share = 2 * MEBIBYTE;
        QemuImg.ok("create", "-f", "qcow2", "-o", "cluster_size=4k", image, "16M");
        byte[] content = new byte[threads * share];
        try (BlockBackend disk = open(image)) {
            Thread[] workers = new Thread[threads];
            Throwable[] trouble = new Throwable[threads];
            for (int i = 0; i < threads; i++) {
                int mine = i;
                workers[i] =
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        hammer(disk, content, mine, threads);
                                    } catch (Throwable e) {
                                        trouble[mine] = e;
                                    }
                                });
            }
            for (Thread worker : workers) {
                worker.join();
            }
            assertThat(trouble).containsOnlyNulls();
            assertThat(read(disk, 0, content.length)).isEqualTo(content);
        }
        Files.write(raw, content);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
        check(image);
    }

    /** Every thread has every eighth sector for its own, so that all meet in every cluster. */
    private static void hammer(BlockBackend disk, byte[] content, int mine, int threads) {
        Random random = new Random(mine);
        int stripes = content.length / 512 / threads;
        byte[] sector = new byte[512];
        for (int i = 0; i < 3000; i++) {
            int at = (random.nextInt(stripes) / 16 * threads + mine) * 512;
            if (random.nextInt(40) == 0) {
                disk.flush();
            } else if (random.nextInt(4) == 0) {
                disk.read(at, sector, 0, 512);
                assertThat(sector).isEqualTo(Arrays.copyOfRange(content, at, at + 512));
            } else {
                random.nextBytes(sector);
                disk.write(at, sector, 0, 512);
                System.arraycopy(sector, 0, content, at, 512);
            }
        }
    }

    @Test
    void spaceThatIsDiscardedIsUsedAgain() throws IOException {
        QemuImg.ok("create", "-f", "qcow2", image, "64M");
        byte[] data = new byte[8 * MEBIBYTE];
        new Random(10).nextBytes(data);
        try (BlockBackend disk = open(image)) {
            for (int round = 0; round < 8; round++) {
                disk.write((long) round * data.length, data, 0, data.length);
                disk.flush();
                disk.discard((long) round * data.length, data.length);
                disk.flush();
            }
        }
        assertThat(Files.size(image)).isLessThan(10 * MEBIBYTE);
        check(image);
    }

    @Test
    void anImageWithLazyRefcountsThatWasNotClosedIsRepairedWhenItIsOpened() throws IOException {
        byte[] content = fill(raw, 4 * MEBIBYTE, 11);
        QemuImg.ok("create", "-f", "qcow2", "-o", "lazy_refcounts=on", image, "4M");
        Process qemu =
                new ProcessBuilder("qemu-io", "-f", "qcow2", image.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        qemu.getOutputStream()
                .write(("write -s " + raw + " 0 4M\nflush\nabort\n").getBytes(US_ASCII));
        qemu.getOutputStream().close();
        qemu.onExit().join();
        assertThat(QemuImg.run("check", image).status()).isNotZero();

        try (BlockBackend disk = openToRead(image)) {
            assertThat(read(disk, 0, content.length)).isEqualTo(content);
        }
        assertThat(QemuImg.run("check", image).status()).isNotZero();
        try (BlockBackend disk = open(image)) {
            assertThat(read(disk, 0, content.length)).isEqualTo(content);
            new DiskModel(disk, content).doSome(100, new Random(12));
        }

        check(image);
        Files.write(raw, content);
        QemuImg.ok("compare", "-f", "raw", "-F", "qcow2", raw, image);
    }

    private void patch(long offset, long value) throws IOException {
        byte[] bytes = Files.readAllBytes(image);
        java.nio.ByteBuffer.wrap(bytes).putLong((int) offset, value);
        Files.write(image, bytes);
    }

    @Test
    void aCorruptImageIsOnlyRead() throws IOException {
        QemuImg.ok("create", "-f", "qcow2", image, "1M");
        patch(72, 2);

        openToRead(image).close();
        assertThatThrownBy(() -> open(image)).hasMessageContaining("marked as corrupt");
    }

    @Test
    void featuresThatWeHaveNotAreRefusedByName() throws IOException {
        QemuImg.ok("create", "-f", "qcow2", image, "1M");
        patch(72, 1L << 9);
        assertThatThrownBy(() -> openToRead(image))
                .hasMessage(
                        image
                                + " cannot be used: it needs the feature \"of bit 9\", which is not"
                                + " supported.");

        QemuImg.ok("create", "-f", "qcow2", "-o", "extended_l2=on", image, "1M");
        assertThatThrownBy(() -> open(image)).hasMessageContaining("\"extended L2 entries\"");

        Path data = directory.resolve("data");
        QemuImg.ok("create", "-f", "qcow2", "-o", "data_file=" + data, image, "1M");
        assertThatThrownBy(() -> open(image)).hasMessageContaining("\"external data file\"");
    }

    @Test
    void aChainOfBackingFilesThatNeverEndsIsRefused() {
        Path other = directory.resolve("other.qcow2");
        QemuImg.ok("create", "-f", "qcow2", other, "1M");
        QemuImg.ok("create", "-f", "qcow2", "-b", other, "-F", "qcow2", image, "1M");
        QemuImg.ok("rebase", "-u", "-f", "qcow2", "-b", image, "-F", "qcow2", other);

        assertThatThrownBy(() -> open(image)).hasMessageContaining("its own backing file");
    }

    @Test
    void aBackingFileThatIsNotThereIsNamed() throws IOException {
        Path base = directory.resolve("base");
        QemuImg.ok("create", "-f", "raw", base, "1M");
        QemuImg.ok("create", "-f", "qcow2", "-b", base, "-F", "raw", image);
        Files.delete(base);

        assertThatThrownBy(() -> open(image))
                .hasMessage(
                        "The backing file of "
                                + image
                                + " cannot be used: There is no "
                                + base
                                + ".");
        QemuImg.ok("rebase", "-u", "-f", "qcow2", "-b", "nbd://x/y", "-F", "raw", image);
        assertThatThrownBy(() -> open(image)).hasMessageContaining("not a plain file");
    }

    @Test
    void bitmapsAreMarkedInvalidByWriting() {
        QemuImg.ok("create", "-f", "qcow2", image, "1M");
        QemuImg.ok("bitmap", "--add", image, "bitmap");
        assertThat(QemuImg.ok("info", image)).contains("name: bitmap");

        open(image).close();

        assertThat(QemuImg.ok("info", image)).doesNotContain("name: bitmap");
        assertThat(QemuImg.run("check", "-r", "leaks", image).status()).isZero();
    }

    @Test
    void qemuAndWeRefuseEachOther() {
        QemuImg.ok("create", "-f", "qcow2", image, "1M");
        try (BlockBackend _ = open(image)) {
            assertThat(QemuImg.run("bench", "-w", "-c", "1", image).output()).contains("lock");
            assertThatThrownBy(() -> open(image)).hasMessageContaining("in use");
        }
    }
}
