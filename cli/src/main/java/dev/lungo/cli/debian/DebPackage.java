package dev.lungo.cli.debian;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Reads a file out of a Debian binary package: an ar archive, whose member data.tar.xz has the
 * files. deb(5). Left out: the other compressions that dpkg knows.
 */
final class DebPackage {
    private DebPackage() {}

    /** The first regular file whose path, which begins with "./", matches. */
    static Optional<byte[]> read(Path deb, Pattern path) throws IOException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(deb));
                ArArchiveInputStream members = new ArArchiveInputStream(file)) {
            for (ArArchiveEntry member = members.getNextEntry();
                    member != null;
                    member = members.getNextEntry()) {
                if (member.getName().startsWith("data.tar")) {
                    return find(uncompress(member.getName(), members), path);
                }
            }
            throw new IOException(deb.getFileName() + " is not a Debian package");
        }
    }

    private static InputStream uncompress(String name, InputStream member) throws IOException {
        return switch (name) {
            case "data.tar" -> member;
            case "data.tar.xz" -> new XZInputStream(member);
            default -> throw new IOException(name + " has a compression that is not supported");
        };
    }

    private static Optional<byte[]> find(InputStream data, Pattern path) throws IOException {
        try (TarArchiveInputStream files = new TarArchiveInputStream(data)) {
            for (TarArchiveEntry entry = files.getNextEntry();
                    entry != null;
                    entry = files.getNextEntry()) {
                if (entry.isFile() && path.matcher(entry.getName()).matches()) {
                    return Optional.of(files.readAllBytes());
                }
            }
            return Optional.empty();
        }
    }
}
