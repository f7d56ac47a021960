package dev.lungo.metal.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CbfsTest {
    private static final long FLASH = 0xFFF0_0000L;

    @TempDir private Path directory;
    private final SparseMemory memory = new SparseMemory();

    @Test
    void filesThatCbfstoolHasAddedAreFoundAndExpanded() throws Exception {
        byte[] text = "append = console=ttyS0\n".repeat(500).getBytes(US_ASCII);
        Path rom = directory.resolve("rom");
        Path file = Files.write(directory.resolve("file"), text);
        cbfstool(rom, "create", "-m", "x86", "-s", "0x40000");
        cbfstool(rom, "add", "-t", "raw", "-n", "first", "-f", file);
        cbfstool(rom, "add", "-t", "raw", "-n", "lungo.conf", "-f", file, "-c", "LZMA");
        cbfstool(rom, "add", "-t", "raw", "-n", "lungo", "-f", file, "-c", "LZ4");
        Cbfs cbfs = new Cbfs(memory.put(FLASH, Files.readAllBytes(rom)));

        for (String name : new String[] {"first", "lungo.conf", "lungo"}) {
            Compressed content = requireNonNull(cbfs.find(name), name).content();
            content.expand(new Window(memory, "the RAM", 0x10_0000, content.bytes()));

            assertThat(content.bytes()).as(name).isEqualTo(text.length);
            assertThat(memory.bytes(0x10_0000, text.length)).as(name).isEqualTo(text);
        }
        assertThat(cbfs.find("lung")).isNull();
        assertThat(cbfs.find("lungo.")).isNull();
    }

    private static void cbfstool(Object... arguments) throws Exception {
        Tools.run("coreboot-utils", "/usr/sbin/cbfstool", arguments);
    }

    @Test
    void aFileThatEndsBeyondTheArchiveIsNone() {
        Cbfs cbfs = new Cbfs(memory.put(FLASH, archive(1000, 40)));

        assertThat(cbfs.find("name")).isNull();
    }

    @Test
    void whatIsNoFileIsPassedOver() {
        byte[] archive = new byte[256];
        byte[] file = archive(10, 40);
        System.arraycopy(file, 0, archive, 128, file.length);

        assertThat(new Cbfs(memory.put(FLASH, archive)).find("name")).isNotNull();
    }

    @Test
    void damagedArchivesAreSearchedToTheirEndAndNotBeyond() {
        byte[] good = new byte[1024];
        for (int at = 0; at < good.length; at += 128) {
            byte[] file = archive(20, at % 256 == 0 ? 40 : 24 + 16);
            System.arraycopy(file, 0, good, at, file.length);
        }
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            byte[] bad = good.clone();
            for (int i = 0; i < 12; i++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
                bad[random.nextInt(8) * 128 + 8 + random.nextInt(16)] = (byte) random.nextInt();
            }
            Window archive = memory.put(FLASH, bad);

            Cbfs.File file = new Cbfs(archive).find("name");

            if (file != null) {
                Window stored = file.content().stored();
                assertThat(stored.start()).isBetween(archive.start(), archive.end());
                assertThat(stored.end()).isBetween(stored.start(), archive.end());
            }
        }
    }

    /** One file called name, in 100 bytes. */
    private static byte[] archive(int length, int offset) {
        byte[] archive = new byte[100];
        ByteBuffer.wrap(archive)
                .put("LARCHIVE".getBytes(US_ASCII))
                .putInt(length)
                .putInt(0x50)
                .putInt(0)
                .putInt(offset)
                .put("name".getBytes(US_ASCII));
        return archive;
    }
}
