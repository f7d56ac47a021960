package dev.lungo.metal.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What xz and lz4 have compressed, and what they would not. */
class CompressedTest {
    private static final int LZMA = 1;
    private static final int LZ4 = 2;
    private static final long FILE = 0x10_0000;
    private static final long OUT = 0x80_0000;

    @TempDir private Path directory;
    private final SparseMemory memory = new SparseMemory();

    @Test
    void whatXzHasCompressedIsExpandedAndZerosAreBehindIt() throws Exception {
        byte[] content = content();

        for (String options : new String[] {"-9", "-0", "--lzma1=lc=1,pb=0", "--lzma1=lc=0,lp=2"}) {
            expand(LZMA, lzma(content, options), content.length + 10);

            assertThat(memory.bytes(OUT, content.length)).as(options).isEqualTo(content);
            assertThat(memory.bytes(OUT + content.length, 10)).containsOnly(0);
        }
    }

    @Test
    void whatLz4HasCompressedIsExpanded() throws Exception {
        byte[] content = content();

        for (String options : new String[] {"-1", "-9", "-B4", "-BD", "-BX"}) {
            expand(LZ4, lz4(content, options), content.length);

            assertThat(memory.bytes(OUT, content.length)).as(options).isEqualTo(content);
        }
    }

    @Test
    void moreThanFitsIsRefused() throws Exception {
        byte[] content = content();
        byte[] lzma = lzma(content, "-9");
        byte[] lz4 = lz4(content, "-9");

        assertThatThrownBy(() -> expand(LZMA, lzma, content.length - 1))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> expand(LZ4, lz4, content.length - 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("beyond its end");
    }

    @Test
    void damagedStreamsAreRefusedOrExpandedToSomethingElse() throws Exception {
        byte[] content = content();

        damage(LZMA, lzma(content, "-9"), content.length);
        damage(LZ4, lz4(content, "-9"), content.length);
    }

    private void damage(int algorithm, byte[] good, int bytes) {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bad = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bad[random.nextInt(seed % 2 == 0 ? 40 : bad.length)] = (byte) random.nextInt();
            }
            try {
                expand(algorithm, bad, bytes);
            } catch (IllegalStateException refused) {
                assertThat(refused).hasMessageStartingWith("the ");
            }
        }
    }

    @Test
    void anUnknownMethodIsNamed() {
        assertThatThrownBy(() -> expand(3, new byte[100], 100))
                .hasMessage("the file is compressed by a method that is neither LZMA nor LZ4");
    }

    private void expand(int algorithm, byte[] stored, int bytes) {
        Window in = memory.put(FILE, stored);
        new Compressed(in, algorithm, bytes).expand(new Window(memory, "the RAM", OUT, bytes));
    }

    /** Some of it repeats, some does not. */
    private static byte[] content() {
        byte[] content = new byte[50_000];
        Random random = new Random(1);
        for (int i = 0; i < content.length; i++) {
            boolean repeats = i > 3000 && i % 700 < 500;
            content[i] = repeats ? content[i - 2503] : (byte) (random.nextInt() & 0x3F);
        }
        return content;
    }

    private byte[] lzma(byte[] content, String options) throws Exception {
        Path file = Files.write(directory.resolve("content"), content);
        Tools.run("xz-utils", "/usr/bin/xz", "-k", "-f", "--format=lzma", options, file);
        return Files.readAllBytes(directory.resolve("content.lzma"));
    }

    private byte[] lz4(byte[] content, String options) throws Exception {
        Path file = Files.write(directory.resolve("content"), content);
        Path to = directory.resolve("content.lz4");
        Tools.run("lz4", "/usr/bin/lz4", "-f", options, file, to);
        return Files.readAllBytes(to);
    }
}
