package dev.lungo.conformance.guests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code run debian} with a package manager that does what the test wants, or is missing. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class RunDebianTest {
    private static final String INSTEAD =
            "pass a kernel of your own with --kernel, and an initrd with --initrd\n";

    private static final String KNOWS_A_KERNEL =
            "echo '  Depends: linux-image-6.1.0-1-cloud-amd64'";

    /** Writes 42 / 2 to the debug exit port: status 43. */
    private static final String KERNEL = "B015" + "E6F4" + "F4";

    @TempDir private Path directory;

    @Test
    void withoutAptItSaysWhatToPassInstead() throws Exception {
        try (Lungo lungo = runDebian()) {
            assertThat(lungo.status()).isEqualTo(2);
            assertThat(lungo.standardError())
                    .isEqualTo(
                            "lungo: this machine has no apt-cache to fetch the Debian guest with; "
                                    + INSTEAD);
            assertThat(cached()).isEmpty();
        }
    }

    @Test
    void whenSourcesCannotBeReachedItSaysSoAndWhatToPassInstead() throws Exception {
        command("apt-cache", KNOWS_A_KERNEL);
        command(
                "apt-get",
                """
                case $3 in --print-uris) exit;; esac
                : > half.deb
                echo 'Err:1 http://deb.debian.org bookworm/main amd64'
                echo 'E: Failed to fetch http://deb.debian.org/x.deb  Connection refused' >&2
                exit 100
                """);

        try (Lungo lungo = runDebian()) {
            assertThat(lungo.status()).isEqualTo(2);
            assertThat(lungo.standardError())
                    .isEqualTo(
                            "lungo: apt could not fetch linux-image-6.1.0-1-cloud-amd64 (Failed to"
                                    + " fetch http://deb.debian.org/x.deb  Connection refused);"
                                    + " see to its sources with \"apt-get update\", or "
                                    + INSTEAD);
            assertThat(cached()).isEmpty();
        }
    }

    @Test
    void whenAptKnowsNoSuchKernelItSaysSoAndWhatToPassInstead() throws Exception {
        command("apt-cache", "echo 'E: No packages found' >&2; exit 100");

        try (Lungo lungo = runDebian()) {
            assertThat(lungo.status()).isEqualTo(2);
            assertThat(lungo.standardError())
                    .isEqualTo(
                            "lungo: apt could not find linux-image-cloud-amd64 (No packages found);"
                                    + " see to its sources with \"apt-get update\", or "
                                    + INSTEAD);
            assertThat(cached()).isEmpty();
        }
    }

    @Test
    void whenTheCacheCannotBeWrittenItSaysWhereElseItMayBe() throws Exception {
        Files.createFile(directory.resolve("cache")); // not a directory

        try (Lungo lungo = runDebian()) {
            assertThat(lungo.status()).isEqualTo(2);
            assertThat(lungo.standardError())
                    .isEqualTo(
                            "lungo: the Debian guest cannot be made in "
                                    + directory.resolve("cache/lungo/debian")
                                    + ": not a directory; set XDG_CACHE_HOME to another place, or "
                                    + INSTEAD);
        }
    }

    @Test
    void anInterruptedDownloadLeavesNothingBehindAndNobodyAtWork() throws Exception {
        command("apt-cache", KNOWS_A_KERNEL);
        command(
                "apt-get",
                """
                case $3 in --print-uris) exit;; esac
                echo half > $3_6.1_amd64.deb
                /bin/sleep 50
                """);

        try (Lungo lungo = runDebian()) {
            while (cached().stream().noneMatch(file -> file.endsWith("_amd64.deb"))) {
                Thread.sleep(20);
            }
            List<ProcessHandle> children = lungo.children();
            lungo.terminate();

            assertThat(lungo.status()).isEqualTo(128 + 15); // SIGTERM
            assertThat(lungo.standardError()).isEmpty();
            assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
            assertThat(cached()).isEmpty();
        }
    }

    @Test
    void whatWasFetchedOnceIsBootedWithoutAptFromThenOn() throws Exception {
        command("apt-cache", KNOWS_A_KERNEL);
        command(
                "apt-get",
                """
                case $3 in
                    --print-uris) echo "'http://deb.debian.org/x' $4_1_amd64.deb 5 SHA256:0";;
                    *) /bin/cp %s/$3.deb $3_1_amd64.deb;;
                esac
                """
                        .formatted(directory));
        deb("linux-image-6.1.0-1-cloud-amd64", "./boot/vmlinuz-6.1", SmallGuest.bytes(KERNEL));
        deb("busybox-static", "./bin/busybox", "a shell".getBytes(US_ASCII));

        try (Lungo lungo = runDebian()) {
            assertThat(lungo.status()).isEqualTo(43);
            assertThat(lungo.standardError()).isEmpty();
        }
        Files.delete(directory.resolve("bin/apt-get"));
        try (Lungo lungo = runDebian()) {
            assertThat(lungo.status()).isEqualTo(43);
        }

        assertThat(cached())
                .containsExactly(
                        "lungo",
                        "lungo/debian",
                        "lungo/debian/initramfs.cpio.gz",
                        "lungo/debian/vmlinuz",
                        "lungo/translations");
    }

    private Lungo runDebian() throws IOException {
        return Lungo.run(
                Map.of(
                        "PATH",
                        directory.resolve("bin").toString(),
                        "XDG_CACHE_HOME",
                        directory.resolve("cache").toString()),
                "debian");
    }

    /** A command in PATH, which has no others. */
    private void command(String name, String script) throws IOException {
        Path file = Files.createDirectories(directory.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> cached() throws IOException {
        Path cache = directory.resolve("cache");
        if (!Files.exists(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(cache)) {
            return files.skip(1).map(file -> cache.relativize(file).toString()).sorted().toList();
        }
    }

    private void deb(String name, String path, byte[] content) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(data)) {
            TarArchiveEntry entry = new TarArchiveEntry(path);
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        try (OutputStream file = Files.newOutputStream(directory.resolve(name + ".deb"));
                ArArchiveOutputStream ar = new ArArchiveOutputStream(file)) {
            ar.putArchiveEntry(new ArArchiveEntry("data.tar", data.size()));
            ar.write(data.toByteArray());
            ar.closeArchiveEntry();
        }
    }
}
