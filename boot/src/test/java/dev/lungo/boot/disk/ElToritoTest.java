package dev.lungo.boot.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Tools;
import dev.lungo.boot.disk.ElTorito.Emulation;
import dev.lungo.boot.disk.ElTorito.Entry;
import dev.lungo.boot.disk.ElTorito.Platform;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discs made by xorriso. */
class ElToritoTest {
    @TempDir Path directory;

    @BeforeEach
    void makeImages() throws IOException {
        Path files = Files.createDirectory(directory.resolve("files"));
        Files.write(files.resolve("bios.img"), filled(5000, 'B'));
        Files.write(files.resolve("floppy.img"), filled(1440 << 10, 'F'));
        Files.write(files.resolve("efi.img"), filled(64 << 10, 'E'));
    }

    @Test
    void readsAnEntryForEachFirmware() throws IOException {
        ArrayDisk disc =
                disc(
                        "-b bios.img -no-emul-boot -boot-load-size 4"
                                + " -eltorito-alt-boot -e efi.img -no-emul-boot");

        ElTorito catalog = ElTorito.read(disc).orElseThrow();

        assertThat(catalog.entries()).hasSize(2);
        Entry bios = catalog.first(Platform.X86).orElseThrow();
        assertThat(bios.emulation()).isEqualTo(Emulation.NONE);
        assertThat(bios.loadSectors()).isEqualTo(4);
        assertThat(contentOf(bios, disc)).containsOnly('B').hasSize(2048);
        Entry efi = catalog.first(Platform.EFI).orElseThrow();
        assertThat(contentOf(efi, disc)).containsOnly('E').hasSize(64 << 10);
    }

    @Test
    void aFloppyHasItsWholeSize() throws IOException {
        ArrayDisk disc = disc("-b floppy.img");

        Entry floppy = ElTorito.read(disc).orElseThrow().first(Platform.X86).orElseThrow();

        assertThat(floppy.emulation()).isEqualTo(Emulation.FLOPPY_1440K);
        assertThat(contentOf(floppy, disc)).containsOnly('F').hasSize(1440 << 10);
    }

    @Test
    void aDiscWithoutBootRecordHasNoCatalog() throws IOException {
        assertThat(ElTorito.read(disc(""))).isEmpty();
        assertThat(ElTorito.read(ArrayDisk.of(new byte[1 << 20]))).isEmpty();
    }

    @Test
    void refusesACatalogThatIsNone() throws IOException {
        ArrayDisk disc = disc("-b bios.img -no-emul-boot -boot-load-size 4");
        int catalog = 2048 * disc.content()[17 * 2048 + 0x47];
        disc.content()[catalog + 4] ^= 1;

        assertThatThrownBy(() -> ElTorito.read(disc))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("boot catalog");
    }

    private ArrayDisk disc(String options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("xorriso", "-as", "mkisofs", "-quiet", "-o", "disc.iso"));
        if (!options.isEmpty()) {
            command.addAll(List.of(options.split(" ")));
        }
        command.add("files");
        Tools.run(directory, "", command.toArray(String[]::new));
        return ArrayDisk.of(Files.readAllBytes(directory.resolve("disc.iso")));
    }

    private static byte[] contentOf(Entry entry, BlockBackend disc) {
        BlockBackend image = entry.of(disc).orElseThrow();
        byte[] content = new byte[(int) image.bytes()];
        image.read(0, content, 0, content.length);
        return content;
    }

    private static byte[] filled(int bytes, char with) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) with);
        return content;
    }
}
