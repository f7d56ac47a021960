package dev.lungo.cli;

import dev.lungo.boot.BootFile;
import dev.lungo.cli.debian.DebianGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
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
     */
    static Optional<Path> file(Optional<String> wanted, BootFile kernel, String model) {
        if (wanted.isPresent()) {
            String name = wanted.get();
            return name.equals("none")
                    ? Optional.empty()
                    : Optional.of(InputFile.path("--translations", name));
        }
        CRC32 crc = new CRC32();
        crc.update(kernel.copy(0, Math.min(kernel.length(), ENOUGH_BYTES)));
        try {
            Path directory = DebianGuest.cache(System.getenv()).resolve("translations");
            if (!Files.exists(directory)) {
                Files.createDirectories(directory);
            }
            String guest = Long.toHexString(crc.getValue() << 32 | kernel.length());
            Path file = directory.resolve(model + "-" + guest);
            return Optional.of(file);
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // without, everything is translated anew
        }
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
