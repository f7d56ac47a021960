package dev.lungo.boot.fs;

import static dev.lungo.boot.fs.FatImage.content;
import static dev.lungo.boot.fs.FatImage.list;
import static dev.lungo.boot.fs.FatReadTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Tools;
import dev.lungo.boot.disk.ArrayDisk;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discs made by xorriso. */
class IsoVolumeTest {
    private static final String LONG_NAME = "A NAME with Größe, and longer than thirty-one";

    @TempDir Path directory;

    private final byte[] large = new byte[200_001];

    @BeforeEach
    void makeFiles() throws IOException {
        new Random(1).nextBytes(large);
        Path deep = directory.resolve("files/EFI/BOOT/a/b/c/d/e/f/g/h");
        Files.createDirectories(deep);
        Files.write(deep.resolve("deep.txt"), new byte[] {1, 2, 3});
        Files.write(directory.resolve("files/EFI/BOOT/BOOTX64.EFI"), large);
        Files.write(directory.resolve("files/empty"), new byte[0]);
        Files.write(directory.resolve("files/" + LONG_NAME), large);
        for (int i = 0; i < 100; i++) { // more than one block
            Files.write(directory.resolve("files/EFI/file" + i), new byte[] {(byte) i});
        }
    }

    @Test
    void readsNamesOfRockRidge() throws IOException {
        Volume volume = disc("-R", "-V", "A_LABEL");

        assertThat(volume.label()).isEqualTo("A_LABEL");
        assertThat(list(volume.root())).containsExactlyInAnyOrder("EFI", "empty", LONG_NAME);
        assertThat(content(volume.root().open(LONG_NAME.replace("NAME", "name")))).isEqualTo(large);
        assertThat(content(volume.root().openPath("\\efi\\boot\\a\\b\\c\\d\\e\\f\\g\\h\\deep.txt")))
                .containsExactly(1, 2, 3);
        assertThat(list(volume.root().open("efi"))).hasSize(103).contains(".", "..", "file99");
    }

    @Test
    void readsNamesOfJoliet() throws IOException {
        Volume volume = disc("-J", "--norock", "-joliet-long");

        assertThat(list(volume.root())).containsExactlyInAnyOrder("EFI", "empty", LONG_NAME);
        assertThat(content(volume.root().openPath("EFI\\BOOT\\bootx64.efi"))).isEqualTo(large);
    }

    @Test
    void readsPlainNames() throws IOException {
        Volume volume = disc("--norock");

        assertThat(list(volume.root())).contains("EFI", "EMPTY").hasSize(3);
        assertThat(content(volume.root().openPath("efi\\boot\\bootx64.efi"))).isEqualTo(large);
        byte[] into = new byte[3000];
        FileNode file = volume.root().openPath("efi\\boot\\bootx64.efi");
        assertThat(file.read(199_000, into, 0, 3000)).isEqualTo(1001);
        assertThat(into[1000]).isEqualTo(large[200_000]);
    }

    @Test
    void isReadOnly() throws IOException {
        FileNode root = disc("-R").root();

        assertFails(Reason.WRITE_PROTECTED, () -> root.create("new", 0));
        assertFails(Reason.WRITE_PROTECTED, () -> root.open("empty").delete());
        assertFails(Reason.NOT_FOUND, () -> root.open("nothing"));
        assertFails(Reason.NOT_A_DIRECTORY, () -> root.open("empty").open("x"));
    }

    private Volume disc(String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("xorriso", "-as", "mkisofs", "-quiet", "-o", "disc.iso"));
        command.addAll(List.of(options));
        command.add("files");
        Tools.run(directory, "", command.toArray(String[]::new));
        byte[] disc = Files.readAllBytes(directory.resolve("disc.iso"));
        return Volumes.open(ArrayDisk.of(disc), () -> FatImage.NOW).orElseThrow();
    }
}
