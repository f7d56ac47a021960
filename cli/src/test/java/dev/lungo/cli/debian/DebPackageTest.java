package dev.lungo.cli.debian;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class DebPackageTest {
    @TempDir private Path directory;

    @Test
    void aFileIsFoundByThePatternOfItsPath() throws IOException {
        Path deb = deb("data.tar.xz", xz(tar("./boot/vmlinuz-6.1", "kernel")));

        assertThat(DebPackage.read(deb, Pattern.compile("\\./boot/vmlinuz-.*")))
                .contains("kernel".getBytes(US_ASCII));
        assertThat(DebPackage.read(deb, Pattern.compile("\\./bin/busybox"))).isEmpty();
    }

    @Test
    void aCompressionThatIsNotKnownIsNamed() throws IOException {
        Path deb = deb("data.tar.br", new byte[16]);

        assertThatThrownBy(() -> DebPackage.read(deb, Pattern.compile(".*")))
                .isInstanceOf(IOException.class)
                .hasMessage("data.tar.br has a compression that is not supported");
    }

    private Path deb(String dataName, byte[] data) throws IOException {
        Path deb = directory.resolve("package.deb");
        try (OutputStream file = Files.newOutputStream(deb);
                ArArchiveOutputStream ar = new ArArchiveOutputStream(file)) {
            member(ar, "debian-binary", "2.0\n".getBytes(US_ASCII));
            member(ar, dataName, data);
        }
        return deb;
    }

    private static void member(ArArchiveOutputStream ar, String name, byte[] content)
            throws IOException {
        ar.putArchiveEntry(new ArArchiveEntry(name, content.length));
        ar.write(content);
        ar.closeArchiveEntry();
    }

    private static byte[] tar(String name, String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(content.length());
            tar.putArchiveEntry(entry);
            tar.write(content.getBytes(US_ASCII));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] xz(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(bytes, new LZMA2Options(0))) {
            xz.write(content);
        }
        return bytes.toByteArray();
    }
}
