package dev.lungo.host.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what zstd(1) compresses. */
class ZstdTest {
    private static final String LETTERS = "etaoin shrdlu";

    @TempDir Path directory;

    private byte[] compress(byte[] content, String... options) throws IOException {
        Path file = directory.resolve("content");
        Path compressed = directory.resolve("content.zst");
        Files.write(file, content);
        List<String> command = new ArrayList<>(List.of("zstd", "-q", "-f", "--no-check"));
        command.addAll(List.of(options));
        command.addAll(List.of(file.toString(), "-o", compressed.toString()));
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue())
                    .isZero();
        } catch (IOException _) {
            assumeTrue(false, "zstd is missing: install the package zstd");
        }
        return Files.readAllBytes(compressed);
    }

    /** Of several natures: text, machine code, few symbols, noise, long repetitions. */
    private static List<byte[]> contents() throws IOException {
        Random random = new Random(1);
        List<byte[]> contents = new ArrayList<>();
        for (int size : new int[] {1, 100, 1000, 5000, 65536, 400_000}) {
            byte[] text = new byte[size];
            byte[] few = new byte[size];
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            byte[] repeated = new byte[size];
            byte[] words = new byte[size];
            for (int i = 0; i < size; i++) {
                text[i] = (byte) LETTERS.charAt((int) Math.abs(random.nextGaussian() * 3) % 13);
                few[i] = (byte) Math.max(0, random.nextInt(100) - 96);
                repeated[i] = i < 999 ? noise[i] : repeated[i - 999 + i / 50_000];
                words[i] = (byte) (i % 8 < 5 ? i >> 9 : random.nextInt(20));
            }
            contents.addAll(List.of(text, few, noise, repeated, words, new byte[size]));
        }
        byte[] code = Files.readAllBytes(Path.of("/proc/self/exe"));
        contents.add(code);
        return contents;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-3", "-9", "-19", "--fast=5", "--check"})
    void whatZstdCompressesIsDecompressed(String option) throws Exception {
        for (byte[] content : contents()) {
            byte[] compressed = compress(content, option);
            byte[] trailed = Arrays.copyOf(compressed, compressed.length + 100);
            byte[] decompressed = new byte[content.length];

            Zstd.decompress(trailed, 0, trailed.length, decompressed);

            assertThat(Arrays.equals(decompressed, content)).isTrue();
        }
    }

    @Test
    void whatIsDamagedIsRefusedAndNeverThrowsAnythingElse() throws Exception {
        Random random = new Random(2);
        for (byte[] content : contents().subList(6, 24)) {
            byte[] compressed = compress(content, "-9");
            byte[] into = new byte[content.length];
            for (int i = 0; i < 300; i++) {
                byte[] damaged = compressed.clone();
                for (int j = random.nextInt(3); j >= 0; j--) {
                    damaged[random.nextInt(Math.min(damaged.length, 200))] ^=
                            (byte) (1 << random.nextInt(8));
                }
                int length =
                        random.nextInt(4) == 0 ? random.nextInt(damaged.length) : damaged.length;
                try {
                    Zstd.decompress(damaged, 0, length, into);
                } catch (MalformedException _) {
                    // as it should be
                }
            }
        }
    }

    @Test
    void framesFollowEachOther() throws MalformedException {
        // Two frames of a raw block each, with a skippable frame between.
        byte[] frames =
                HexFormat.of()
                        .parseHex(
                                "28B52FFD2001090000"
                                        + "61"
                                        + "502A4D1802000000FFFF"
                                        + "28B52FFD2001090000"
                                        + "62");
        byte[] into = new byte[2];

        Zstd.decompress(frames, 0, frames.length, into);

        assertThat(into).containsExactly('a', 'b');
        assertThatThrownBy(() -> Zstd.decompress(frames, 0, frames.length, new byte[3]))
                .isInstanceOf(MalformedException.class);
    }
}
