package dev.lungo.boot.fs;

import static dev.lungo.boot.fs.FatImage.content;
import static dev.lungo.boot.fs.FatImage.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.fs.VolumeException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What mtools has put on a volume. */
class FatReadTest {
    @TempDir Path directory;

    @EnumSource
    @ParameterizedTest
    void readsFilesAndDirectories(FatImage.Kind kind) throws IOException {
        FatImage image = new FatImage(directory, kind);
        byte[] large = new byte[300_000];
        new Random(1).nextBytes(large);
        put("large", large);
        image.tool("", "mmd", "-i", "disk", "::/EFI", "::/EFI/BOOT");
        image.tool("", "mcopy", "-i", "disk", "large", "::/EFI/BOOT/bootx64.efi");
        image.tool("", "mcopy", "-i", "disk", "large", "::/Ein langer Name mit Größe.text");

        Volume volume = image.open();

        assertThat(volume.label()).isEqualTo("TEST");
        assertThat(list(volume.root()))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .containsExactly("efi", "ein langer name mit größe.text");
        FileNode boot = volume.root().openPath("\\efi\\boot");
        assertThat(list(boot))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .containsExactly(".", "..", "bootx64.efi");
        assertThat(content(boot.open("BOOTX64.EFI"))).isEqualTo(large);
        assertThat(content(boot.openPath("..\\..\\EINLAN~1.TEX"))).isEqualTo(large);
        assertThat(boot.open("..").info().name()).isEqualToIgnoringCase("efi");
    }

    @Test
    void readsFromTheMiddleAndNotBeyondTheEnd() throws IOException {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT16);
        byte[] content = new byte[5000];
        new Random(1).nextBytes(content);
        put("file", content);
        image.tool("", "mcopy", "-i", "disk", "file", "::");
        FileNode file = image.open().root().open("FILE");
        byte[] into = new byte[3000];

        assertThat(file.read(4000, into, 500, 2000)).isEqualTo(1000);
        assertThat(Arrays.copyOfRange(into, 500, 1500))
                .isEqualTo(Arrays.copyOfRange(content, 4000, 5000));
        assertThat(file.read(511, into, 0, 1026)).isEqualTo(1026);
        assertThat(Arrays.copyOf(into, 1026)).isEqualTo(Arrays.copyOfRange(content, 511, 1537));
        assertThat(file.read(5000, into, 0, 1)).isZero();
    }

    @Test
    void tellsTimesAndAttributes() throws IOException {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT32);
        Path file = put("file.txt", new byte[700]);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-02-29T12:34:56Z")));
        image.tool("", "env", "TZ=UTC", "mcopy", "-m", "-i", "disk", "file.txt", "::");
        image.tool("", "mattrib", "-i", "disk", "+r", "+h", "::file.txt");

        FileInfo info = image.open().root().open("file.txt").info();

        assertThat(info.attributes())
                .isEqualTo(FileInfo.READ_ONLY | FileInfo.HIDDEN | FileInfo.ARCHIVE);
        assertThat(info.bytes()).isEqualTo(700);
        assertThat(info.allocatedBytes()).isEqualTo(1024);
        assertThat(info.times().modified())
                .isEqualTo(new dev.lungo.boot.fs.FileTime(2024, 2, 29, 12, 34, 56, 0));
    }

    @Test
    void tellsHowMuchIsFree() throws IOException {
        for (FatImage.Kind kind : FatImage.Kind.values()) {
            FatImage image = new FatImage(directory, kind);
            put("file", new byte[100_000]);
            Volume empty = image.open();
            image.tool("", "mcopy", "-i", "disk", "file", "::");
            Volume volume = image.open();

            long allocated = volume.root().open("file").info().allocatedBytes();

            assertThat(volume.bytes()).isBetween(kind.bytes * 9L / 10, (long) kind.bytes);
            assertThat(empty.freeBytes() - volume.freeBytes()).isEqualTo(allocated);
        }
    }

    @Test
    void refusesWhatIsNotThere() {
        FatImage image = new FatImage(directory, FatImage.Kind.FLOPPY);
        image.tool("", "mmd", "-i", "disk", "::/dir");
        FileNode root = image.open().root();

        assertFails(Reason.NOT_FOUND, () -> root.open("nothing"));
        assertFails(Reason.NOT_FOUND, () -> root.openPath("\\dir\\nothing\\more"));
        assertFails(Reason.IS_A_DIRECTORY, () -> root.open("dir").read(0, new byte[1], 0, 1));
    }

    @Test
    void aChainThatIsARingComesToAnEnd() throws IOException {
        FatImage image = new FatImage(directory, FatImage.Kind.FLOPPY);
        image.tool("", "mmd", "-i", "disk", "::/dir");
        // Cluster 2 is the directory's; it becomes its own successor, full of files.
        FatGeometry geometry = FatGeometry.read(image.disk).orElseThrow();
        byte[] content = image.disk.content();
        content[(int) geometry.fatOffset() + 3] = 2;
        content[(int) geometry.fatOffset() + 4] &= (byte) 0xF0;
        int cluster = (int) geometry.offsetOf(2);
        for (int at = cluster; at < cluster + geometry.clusterBytes(); at += 32) {
            Arrays.fill(content, at, at + 11, (byte) 'A');
        }

        assertFails(Reason.CORRUPTED, () -> image.open().root().openPath("dir\\nothing"));
    }

    static void assertFails(Reason reason, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        VolumeException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageEndingWith(".");
    }

    private Path put(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }
}
