package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Tools;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees of UEFI. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UefiTest {
    @TempDir Path directory;

    @Test
    void aDiskWithAnEfiSystemPartitionBootsWithoutAnyOptionToItsMarker() throws Exception {
        String disk = Lungo.guest("uefi-uki.img") + ",snapshot=on";
        try (Lungo lungo = Lungo.run("--disk", disk, "--cpus", "2", "--timeout", "240")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output())
                    .contains("LUNGO-GUEST-OK", "FACT cpus 2", "efi: EFI v2.100 by Lungo")
                    .doesNotContain("TROUBLE");
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    /** Tables, timers that interrupt, other processors: the same on every engine. */
    @ParameterizedTest
    @ValueSource(strings = {"soft", "kvm"})
    void anApplicationIsServedAndCalledBack(String engine) throws Exception {
        Lungo.assumeEngine(engine);
        String disk = Lungo.guest("uefi-walk.img") + ",format=raw,snapshot=on";
        try (Lungo lungo =
                Lungo.run(
                        "--disk",
                        disk,
                        "--firmware",
                        "uefi",
                        "--engine",
                        engine,
                        "--cpus",
                        "2",
                        "--timeout",
                        "60")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("walk").endsWith("LUNGO-GUEST-OK efi\r\n");
        }
    }

    /** El Torito's entry for UEFI is a FAT volume: nothing says that this is to be UEFI. */
    @Test
    void aDiscWithAnEntryForUefiBootsWithoutAnyOption() throws Exception {
        Path image = Path.of(Lungo.guest("uefi-walk.img"));
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.copy(image, root.resolve("efi.img"));
        Path disc = directory.resolve("disc.iso");
        Tools.run(
                directory,
                "",
                "xorriso",
                "-as",
                "mkisofs",
                "-quiet",
                "-o",
                disc.toString(),
                "-e",
                "efi.img",
                "-no-emul-boot",
                root.toString());
        try (Lungo lungo = Lungo.run("--cdrom", disc.toString(), "--timeout", "60")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("walk").endsWith("LUNGO-GUEST-OK efi\r\n");
        }
    }

    @Test
    void whoseDiskHasNothingToStartIsToldWhatWasLookedFor() throws Exception {
        Path disk = directory.resolve("empty");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(1 << 20);
        }
        try (Lungo lungo = Lungo.run("--disk", disk + ",format=raw", "--firmware", "uefi")) {
            assertThat(lungo.status()).isNotZero();
            assertThat(lungo.standardError())
                    .contains("there is nothing to start: no disk has a file system");
            assertThat(Files.exists(directory.resolve("empty.variables"))).isFalse();
        }
    }

    @Test
    void secureBootWithoutAPlatformKeyIsRefusedInOneSentence() throws Exception {
        Path disk = Files.write(directory.resolve("disk"), new byte[1 << 20]);
        try (Lungo lungo =
                Lungo.run("--disk", disk + ",format=raw", "--firmware", "uefi", "--secure-boot")) {
            assertThat(lungo.status()).isEqualTo(2);
            assertThat(lungo.standardError()).contains("--key PK=F");
        }
    }
}
