package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens disks, and the images that images are based on. */
public final class Disks {
    private static final int MAX_CHAIN = 64;

    private Disks() {}

    /**
     * Opens the disk that an image is.
     *
     * @param format recognised by the content if it is not named
     * @throws BackendException if that cannot be, in one sentence that says why
     */
    public static BlockBackend open(Path path, Optional<ImageFormat> format, boolean readOnly) {
        return open(path, format, readOnly, new ArrayList<>());
    }

    /**
     * Opens the disk that an image is, which is only read: what is written is kept in a temporary
     * file, and is gone with the process. Other machines can have the image in the same way.
     *
     * @param format recognised by the content if it is not named
     * @throws BackendException if that cannot be, in one sentence that says why
     */
    public static BlockBackend openSnapshot(Path path, Optional<ImageFormat> format) {
        BlockBackend base = open(path, format, /* readOnly= */ true);
        try {
            String directory = System.getenv().getOrDefault("TMPDIR", "/var/tmp");
            return new Overlay(base, HostFile.temporary(Path.of(directory)));
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /**
     * @param chain the files that this one is the backing file of
     */
    private static BlockBackend open(
            Path path, Optional<ImageFormat> format, boolean readOnly, List<Path> chain) {
        Path real = real(path);
        if (chain.contains(real)) {
            throw new BackendException(real + " is its own backing file, by way of others.");
        }
        chain.add(real);
        if (chain.size() > MAX_CHAIN) {
            throw new BackendException(
                    chain.getFirst() + " is based on more than " + MAX_CHAIN + " images.");
        }
        HostFile file = HostFile.open(path, readOnly);
        try {
            return switch (format.orElseGet(() -> probe(file))) {
                case RAW -> new RawImage(file, readOnly, format.isEmpty());
                case QCOW2 -> openQcow2(file, path, readOnly, chain);
            };
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path.toAbsolutePath(); // opening it says what is wrong with it
        }
    }

    private static ImageFormat probe(Storage storage) {
        byte[] beginning = new byte[ImageFormat.PROBE_BYTES];
        storage.read(0, beginning, 0, beginning.length);
        return ImageFormat.of(beginning, 0, beginning.length);
    }

    private static BlockBackend openQcow2(
            HostFile file, Path path, boolean readOnly, List<Path> chain) {
        Qcow2Header header = Qcow2Header.read(file);
        BlockBackend backing = openBacking(header, path, chain);
        try {
            return readOnly
                    ? Qcow2Image.toRead(file, header, backing)
                    : Qcow2Image.toWrite(file, header, backing);
        } catch (RuntimeException e) {
            if (backing != null) {
                backing.close();
            }
            throw e;
        }
    }

    private static @Nullable BlockBackend openBacking(
            Qcow2Header header, Path path, List<Path> chain) {
        if (header.backingFile().isEmpty()) {
            return null;
        }
        String name = header.backingFile().get();
        if (name.startsWith("file:")) {
            name = name.substring("file:".length());
        } else if (name.matches("[a-z0-9+-]+:.*") || name.contains("\0")) {
            throw new BackendException(
                    path + " has a backing file that is not a plain file: " + name + ".");
        }
        Optional<ImageFormat> format = header.backingFormat().map(it -> backingFormat(path, it));
        // A relative name is relative to the image that has it.
        Path backing = path.toAbsolutePath().resolveSibling(name);
        try {
            return open(backing, format, /* readOnly= */ true, chain);
        } catch (BackendException e) {
            String prefix = "The backing file of " + path + " cannot be used: ";
            String sentence = e.getMessage();
            throw chain.size() > 2 || sentence.startsWith("The backing file of")
                    ? e
                    : new BackendException(prefix + sentence, e);
        }
    }

    private static ImageFormat backingFormat(Path path, String name) {
        return ImageFormat.named(name)
                .orElseThrow(() ->
                        new BackendException(
                                path
                                        + " has a backing file of format \""
                                        + name
                                        + "\", which is not supported."));
    }
}
