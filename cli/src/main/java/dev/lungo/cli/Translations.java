package dev.lungo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lungo.boot.BootFile;
import dev.lungo.cli.debian.DebianGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Where translated code is kept from one run to the next: a file for each kernel and processor
 * model, the ones used last.
 */
final class Translations {
    private static final int MOST_FILES = 8;

    /** To tell kernels apart; those that are not share a file, which does no harm. */
    private static final int ENOUGH_BYTES = 64 << 10;

    private Translations() {}

    /**
     * The file to use, or none.
     *
     * @param wanted what the option says: a file, or "none"
     * @param guest what {@code identify} gave
     */
    static Optional<Path> file(Optional<String> wanted, long guest, String model) {
        if (wanted.isPresent()) {
            String name = wanted.get();
            return name.equals("none")
                    ? Optional.empty()
                    : Optional.of(InputFile.path("--translations", name));
        }
        try {
            Path directory = DebianGuest.cache(System.getenv()).resolve("translations");
            if (!Files.exists(directory)) {
                Files.createDirectories(directory);
            }
            Path file = directory.resolve(model + "-" + Long.toHexString(guest));
            return Optional.of(file);
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // without, everything is translated anew
        }
    }

    /** A number that another kernel will not have. */
    static long identify(BootFile kernel) {
        CRC32 crc = new CRC32();
        crc.update(kernel.copy(0, Math.min(kernel.length(), ENOUGH_BYTES)));
        return crc.getValue() << 32 | kernel.length();
    }

    /** A number for what is started from these: whatever is on them, it is seldom changed. */
    static long identify(List<DiskTarget> disks) {
        CRC32 crc = new CRC32();
        for (DiskTarget each : disks) {
            crc.update(Path.of(each.file()).toAbsolutePath().toString().getBytes(UTF_8));
        }
        return crc.getValue();
    }

    /** A file has been used: of those beside it, the ones used last are kept. */
    static void keepLatest(Path used) {
        if (!Files.exists(used)) {
            return;
        }
        try (Stream<Path> files = Files.list(used.getParent())) {
            Files.setLastModifiedTime(used, FileTime.fromMillis(System.currentTimeMillis()));
            files.sorted(Comparator.comparing(Translations::usedAt).reversed())
                    .skip(MOST_FILES)
                    .forEach(Translations::delete);
        } catch (IOException e) {
            // then next time
        }
    }

    private static FileTime usedAt(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // then next time
        }
    }
}
