package dev.lungo.cpu.translate;

import dev.lungo.host.Raw;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Translations in a file, for the next machine that runs the same code.
 *
 * <pre>
 * header      longs: "LungoTC1"; who made it; where the code begins and ends, in bytes from the
 *             beginning of code memory; bytes of the catalog; exits; CRC-32 of all that follows
 * code        to be put where it was, from the beginning of code memory
 * catalog     see {@link Catalog}
 * </pre>
 *
 * Its code is run as it is, so that only a file of this user's is read that nobody else can write.
 */
final class TranslationFile {
    private static final long MAGIC = 0x3143_546F_676E_754CL;
    private static final int HEADER_BYTES = 64;
    private static final Set<PosixFilePermission> FOREIGN =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path path;
    private final long maker;

    /**
     * @param model of the processor
     * @param features that the host shares with it, which translations depend on
     */
    TranslationFile(Path path, String model, String features) {
        this.path = path;
        maker = hash(build() + model + features);
    }

    /** What there is beside the code and the catalog. */
    record Extent(int begin, int end, int exits) {}

    /** A file that cannot be used. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String why) {
            super(why);
        }
    }

    boolean exists() {
        return Files.exists(path);
    }

    Path path() {
        return path;
    }

    /**
     * Reads it into code memory, of which {@code begin} bytes are in use, and the catalog.
     *
     * @param code where code memory can be written, a host address
     * @param most so many bytes the code may have
     * @throws Unusable if that cannot be done; both must be cleared then
     */
    Extent load(long code, int begin, int most, Catalog catalog) throws Unusable {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            checkOwner();
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            fill(file, header);
            header.flip();
            if (header.getLong() != MAGIC) {
                throw new Unusable("it is no file of translations");
            }
            if (header.getLong() != maker || header.getLong() != begin) {
                throw new Unusable("another build, processor model or host made it");
            }
            long end = header.getLong();
            long catalogBytes = header.getLong();
            long exits = header.getLong();
            long crc = header.getLong();
            if (end < begin
                    || end > most
                    || catalogBytes < 0
                    || catalogBytes > Catalog.BYTES
                    || exits < 0
                    || exits > end
                    || file.size() != HEADER_BYTES + end - begin + catalogBytes) {
                throw new Unusable("it is damaged");
            }
            ByteBuffer codeBytes = Raw.buffer(code + begin, (int) end - begin);
            ByteBuffer records = Raw.buffer(catalog.address(), (int) catalogBytes);
            fill(file, codeBytes);
            fill(file, records);
            if (crc(codeBytes, records) != crc) {
                throw new Unusable("it is damaged");
            }
            catalog.loaded((int) catalogBytes);
            return new Extent(begin, (int) end, (int) exits);
        } catch (IOException e) {
            throw new Unusable("it cannot be read");
        }
    }

    /** Who can write it can have this user's process run what he likes. */
    private void checkOwner() throws IOException, Unusable {
        PosixFileAttributes file = Files.readAttributes(path, PosixFileAttributes.class);
        Path home = Path.of(System.getProperty("user.home"));
        boolean ours =
                file.owner().getName().equals(System.getProperty("user.name"))
                        || file.owner().equals(Files.getOwner(home));
        for (PosixFilePermission each : FOREIGN) {
            ours &= !file.permissions().contains(each);
        }
        if (!ours || !file.isRegularFile()) {
            throw new Unusable("others can write it");
        }
    }

    private static void fill(FileChannel file, ByteBuffer buffer) throws IOException, Unusable {
        while (buffer.hasRemaining()) {
            if (file.read(buffer) < 0) {
                throw new Unusable("it is damaged");
            }
        }
    }

    private static long crc(ByteBuffer code, ByteBuffer records) {
        CRC32 crc = new CRC32();
        crc.update(code.rewind());
        crc.update(records.rewind());
        return crc.getValue();
    }

    /**
     * Writes it anew, all or nothing.
     *
     * @param code as for {@link #load}; nobody runs it any more
     */
    void save(long code, Extent extent, Catalog catalog) throws IOException {
        catalog.restore(code);
        ByteBuffer codeBytes = Raw.buffer(code + extent.begin, extent.end - extent.begin);
        ByteBuffer records = Raw.buffer(catalog.address(), catalog.bytes());
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC)
                .putLong(maker)
                .putLong(extent.begin)
                .putLong(extent.end)
                .putLong(catalog.bytes())
                .putLong(extent.exits)
                .putLong(crc(codeBytes, records))
                .putLong(0)
                .flip();
        Path directory = path.toAbsolutePath().getParent();
        Path temporary =
                Files.createTempFile(
                        directory,
                        "new",
                        null,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                for (ByteBuffer each : new ByteBuffer[] {header, codeBytes, records}) {
                    each.rewind();
                    while (each.hasRemaining()) {
                        int _ = file.write(each);
                    }
                }
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** What changes whenever the classes do that translate. */
    private static String build() {
        try {
            URI location =
                    TranslationFile.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI();
            Path root = Path.of(location);
            if (Files.isRegularFile(root)) {
                return stamp(root);
            }
            try (Stream<Path> classes = Files.walk(root)) {
                return classes.filter(Files::isRegularFile)
                        .sorted()
                        .map(TranslationFile::stamp)
                        .reduce("", String::concat);
            }
        } catch (IOException | java.net.URISyntaxException e) {
            return "unknown " + System.nanoTime(); // and so of no use to anybody
        }
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return file.getFileName()
                    + " "
                    + attributes.size()
                    + " "
                    + attributes.lastModifiedTime()
                    + "\n";
        } catch (IOException e) {
            return "unknown " + System.nanoTime();
        }
    }

    /** FNV-1a. */
    private static long hash(String text) {
        long hash = 0xCBF2_9CE4_8422_2325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100_0000_01B3L;
        }
        return hash;
    }
}
