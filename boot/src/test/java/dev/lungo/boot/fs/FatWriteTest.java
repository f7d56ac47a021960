package dev.lungo.boot.fs;

import static dev.lungo.boot.fs.FatImage.content;
import static dev.lungo.boot.fs.FatImage.list;
import static dev.lungo.boot.fs.FatReadTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.disk.ArrayDisk;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is what mtools reads, and fsck.fat has nothing against it. */
class FatWriteTest {
    @TempDir Path directory;

    @EnumSource
    @ParameterizedTest
    void manyChangesLeaveWhatTheyShould(FatImage.Kind kind) throws IOException {
        FatImage image = new FatImage(directory, kind);
        Volume volume = image.open();
        Random random = new Random(kind.bytes);
        FatModel model = new FatModel(volume, kind.bytes / 8);

        for (int i = 0; i < 12; i++) {
            for (int change = 0; change < 25; change++) {
                model.change(random);
            }
            volume.flush();
            image.check();
        }

        long free = volume.freeBytes();
        assertThat(image.open().freeBytes()).isEqualTo(free);
        assertThat(FatModel.read(image.open().root())).isEqualTo(model.files());
        assertThat(byMtools(image)).isEqualTo(model.files());
    }

    private Map<String, String> byMtools(FatImage image) throws IOException {
        Path copy = Files.createDirectory(directory.resolve("copy"));
        image.tool("", "mcopy", "-s", "-n", "-i", "disk", "::", "copy");
        Map<String, String> files = new TreeMap<>();
        try (var paths = Files.walk(copy)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = copy.relativize(path).toString().replace('/', '\\');
                if (Files.isDirectory(path) && !name.isEmpty()) {
                    files.put(name, "directory");
                } else if (!name.isEmpty()) {
                    files.put(name, FatModel.digest(Files.readAllBytes(path)));
                }
            }
        }
        return files;
    }

    @Test
    void aDirectoryGrowsAsFarAsItMust() {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT32);
        Volume volume = image.open();
        FileNode dir = volume.root().create("dir", FileInfo.DIRECTORY);

        for (int i = 0; i < 500; i++) {
            dir.create("A rather long name, number " + i, 0).close();
        }

        volume.flush();
        image.check();
        assertThat(list(image.open().root().open("dir"))).hasSize(502);
    }

    @Test
    void theFixedRootDirectoryGetsFull() {
        FatImage image = new FatImage(directory, FatImage.Kind.FLOPPY);
        FileNode root = image.open().root();

        assertFails(
                Reason.FULL,
                () -> {
                    for (int i = 0; i < 1000; i++) {
                        root.create("FILE" + i, 0).close();
                    }
                });
        image.check();
        assertThat(list(root)).hasSize(223); // of 224, and one is the label
    }

    @Test
    void aVolumeGetsFullAndEmptyAgain() {
        FatImage image = new FatImage(directory, FatImage.Kind.FLOPPY);
        Volume volume = image.open();
        long free = volume.freeBytes();
        FileNode file = volume.root().create("file", 0);

        file.resize(free);
        assertThat(volume.freeBytes()).isZero();
        assertFails(Reason.FULL, () -> file.write(free, new byte[1], 0, 1));
        assertFails(Reason.FULL, () -> volume.root().create("dir", FileInfo.DIRECTORY));
        image.check();

        file.delete();
        assertThat(volume.freeBytes()).isEqualTo(free);
        image.check();
    }

    @Test
    void namesKeepTheirLettersAndAreFoundInAnyCase() {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT16);
        FileNode root = image.open().root();

        for (String name :
                new String[] {
                    "PLAIN.TXT",
                    "grub.cfg",
                    "a.b.c.d",
                    ".hidden",
                    "ÄÖ ü",
                    "LongerThanEight",
                    "LongerThanNine",
                    "日本語.txt",
                    "x+y=[z].t",
                    "13 characters"
                }) {
            root.create(name, 0).close();
            assertFails(Reason.EXISTS, () -> root.create(name.toUpperCase(Locale.ROOT), 0));
        }
        root.create("trailing. . ", 0).close();

        image.check();
        assertThat(list(image.open().root()))
                .containsExactly(
                        "PLAIN.TXT",
                        "grub.cfg",
                        "a.b.c.d",
                        ".hidden",
                        "ÄÖ ü",
                        "LongerThanEight",
                        "LongerThanNine",
                        "日本語.txt",
                        "x+y=[z].t",
                        "13 characters",
                        "trailing");
        assertThat(root.open("LONGER~2").info().name()).isEqualTo("LongerThanNine");
        assertThat(root.open("äö Ü").info().name()).isEqualTo("ÄÖ ü");
    }

    @Test
    void refusesNamesThatNoFileCanHave() {
        FileNode root = new FatImage(directory, FatImage.Kind.FAT16).open().root();

        for (String name :
                new String[] {"", ".", "..", "a/b", "a\\b", "a:b", "a*", "\t", "x".repeat(256)}) {
            assertFails(Reason.BAD_NAME, () -> root.create(name, 0));
        }
        root.create("x".repeat(255), 0);
    }

    @Test
    void movesFilesAndDirectories() {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT32);
        Volume volume = image.open();
        FileNode root = volume.root();
        FileNode one = root.create("one", FileInfo.DIRECTORY);
        FileNode two = one.create("two", FileInfo.DIRECTORY);
        FileNode file = two.create("file", 0);
        file.write(0, new byte[] {1, 2, 3}, 0, 3);

        file.move(root, "A new and longer name");
        two.move(root, "TWO");
        assertFails(Reason.ACCESS_DENIED, () -> two.move(two, "inside"));
        assertFails(Reason.EXISTS, () -> two.move(root, "ONE"));
        two.move(root, "two");

        assertThat(two.open("..")).isSameAs(root);
        volume.flush();
        image.check();
        assertThat(list(image.open().root()))
                .containsExactlyInAnyOrder("one", "A new and longer name", "two");
        assertThat(content(image.open().root().open("a NEW and longer name")))
                .containsExactly(1, 2, 3);
        assertThat(content(file)).containsExactly(1, 2, 3);
    }

    @Test
    void whoeverOpensAFileTwiceSeesOneFile() {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT16);
        FileNode root = image.open().root();
        FileNode first = root.create("file", 0);
        FileNode second = root.open("FILE");

        first.write(0, new byte[2000], 0, 2000);

        assertThat(second.info().bytes()).isEqualTo(2000);
        second.delete();
        assertFails(Reason.DELETED, () -> first.read(0, new byte[1], 0, 1));
        root.create("file", 0);
        first.close();
        second.close();
        assertThat(root.open("file").info().bytes()).isZero();
    }

    @Test
    void keepsTimesAndAttributes() {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT16);
        FileNode file = image.open().root().create("file", FileInfo.HIDDEN);
        FileTime other = new FileTime(1999, 12, 31, 23, 59, 58, 0);

        assertThat(file.info().times().created()).isEqualTo(FatImage.NOW);
        file.setTimes(other, FileTime.UNKNOWN, FatImage.NOW);
        file.setAttributes(FileInfo.SYSTEM | FileInfo.READ_ONLY | FileInfo.DIRECTORY);

        FileNode again = image.open().root().open("file");
        assertThat(again.info().times().created()).isEqualTo(other);
        assertThat(again.info().times().accessed()).isEqualTo(FileTime.UNKNOWN);
        assertThat(again.info().times().modified().second()).isEqualTo(32);
        assertThat(again.info().attributes()).isEqualTo(FileInfo.SYSTEM | FileInfo.READ_ONLY);
        assertFails(Reason.ACCESS_DENIED, () -> file.write(0, new byte[1], 0, 1));
    }

    @EnumSource
    @ParameterizedTest
    void aLabelIsAnEntryAndInTheBootSector(FatImage.Kind kind) {
        FatImage image = new FatImage(directory, kind);

        image.open().setLabel("New one");
        image.check();
        assertThat(image.open().label()).isEqualTo("NEW ONE");
        image.open().setLabel("");
        image.check();
        assertThat(image.open().label()).isEmpty();
        image.open().setLabel("AGAIN");
        image.check();
    }

    @Test
    void aReadOnlyDiskIsNotWritten() {
        FatImage image = new FatImage(directory, FatImage.Kind.FAT32);
        image.open().root().create("file", 0);
        Volume volume = FatImage.open(new ArrayDisk(image.disk.content(), true));
        FileNode file = volume.root().open("file");

        assertFails(Reason.WRITE_PROTECTED, () -> file.write(0, new byte[1], 0, 1));
        assertFails(Reason.WRITE_PROTECTED, file::delete);
        assertFails(Reason.WRITE_PROTECTED, () -> file.move(volume.root(), "other"));
        assertFails(Reason.WRITE_PROTECTED, () -> volume.root().create("other", 0));
        assertFails(Reason.WRITE_PROTECTED, () -> volume.setLabel("X"));
    }
}
