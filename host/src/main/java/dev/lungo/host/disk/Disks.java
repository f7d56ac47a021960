package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.nio.file.Path;
import java.util.Optional;

/** Opens disks. */
public final class Disks {
    private Disks() {}

    /**
     * Opens the disk that an image is.
     *
     * @param format recognised by the content if it is not named
     * @throws BackendException if that cannot be, in one sentence that says why
     */
    public static BlockBackend open(Path path, Optional<ImageFormat> format, boolean readOnly) {
        HostFile file = HostFile.open(path, readOnly);
        try {
            ImageFormat actual = format.orElseGet(() -> probe(file));
            return switch (actual) {
                case RAW -> new RawImage(file, readOnly, format.isEmpty());
                case QCOW2 -> throw new BackendException(path + " is a qcow2 image.");
            };
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ImageFormat probe(Storage storage) {
        byte[] beginning = new byte[ImageFormat.PROBE_BYTES];
        storage.read(0, beginning, 0, beginning.length);
        return ImageFormat.of(beginning, 0, beginning.length);
    }
}
