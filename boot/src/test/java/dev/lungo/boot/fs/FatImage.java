package dev.lungo.boot.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Tools;
import dev.lungo.boot.disk.ArrayDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A FAT volume that mkfs.vfat has made. */
final class FatImage {
    static final FileTime NOW = new FileTime(2026, 11, 21, 20, 15, 33, 250_000_000);

    /** What mkfs.vfat is told, and how large the disk is. */
    enum Kind {
        FLOPPY(1440 << 10, "-F 12"),
        FAT12_ONE_FAT(2 << 20, "-F 12 -f 1 -s 1"),
        FAT16(8 << 20, "-F 16 -s 1"),
        FAT16_LARGE_SECTORS(32 << 20, "-F 16 -S 2048"),
        FAT32(40 << 20, "-F 32 -s 1"),
        FAT32_LARGER_CLUSTERS(72 << 20, "-F 32 -s 2");

        final int bytes;
        final String options;

        Kind(int bytes, String options) {
            this.bytes = bytes;
            this.options = options;
        }
    }

    final Path directory;
    ArrayDisk disk;

    FatImage(Path directory, Kind kind) {
        this.directory = directory;
        disk = new ArrayDisk(new byte[kind.bytes], false);
        save();
        List<String> command = new ArrayList<>(List.of("mkfs.vfat", "-n", "TEST"));
        command.addAll(List.of(kind.options.split(" ")));
        command.add("disk");
        tool("", command.toArray(String[]::new));
    }

    /** Runs something on the image, and takes what it has become. */
    String tool(String input, String... command) {
        save();
        String said = Tools.run(directory, input, command);
        try {
            disk = ArrayDisk.of(Files.readAllBytes(directory.resolve("disk")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return said;
    }

    Volume open() {
        return open(disk);
    }

    static Volume open(ArrayDisk disk) {
        return Volumes.open(disk, () -> NOW).orElseThrow();
    }

    void save() {
        try {
            Files.write(directory.resolve("disk"), disk.content());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That fsck.fat finds nothing to complain of. */
    void check() {
        save();
        Tools.Result result = Tools.result(directory, "", "fsck.fat", "-n", "disk");
        assertThat(result.status()).as(result.said()).isZero();
    }

    static byte[] content(FileNode file) {
        byte[] content = new byte[(int) file.info().bytes()];
        assertThat(file.read(0, content, 0, content.length)).isEqualTo(content.length);
        return content;
    }

    static List<String> list(FileNode directory) {
        List<String> names = new ArrayList<>();
        long position = 0;
        while (true) {
            var entry = directory.entry(position);
            if (entry.isEmpty()) {
                return names;
            }
            names.add(entry.get().info().name());
            position = entry.get().next();
        }
    }
}
