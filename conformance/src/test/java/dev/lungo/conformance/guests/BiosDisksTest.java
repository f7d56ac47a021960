package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks that others made, from the BIOS's first instruction to power-off. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BiosDisksTest {
    @TempDir private Path directory;

    /** GRUB lets the kernel call the BIOS itself; ISOLINUX is booted by El Torito. */
    @ParameterizedTest
    @ValueSource(strings = {"bios-grub16.img", "bios-isolinux.iso"})
    void linuxBootsToItsMarkerAndPowersOff(String disk) throws Exception {
        bootsToItsMarkerAndPowersOff(disk);
    }

    /** The other loaders, if {@code -Dlungo.disks=true}. */
    @ParameterizedTest
    @EnabledIfSystemProperty(named = "lungo.disks", matches = "true")
    @ValueSource(strings = {"bios-grub.img", "bios-syslinux.img"})
    void linuxBootsByOtherLoaders(String disk) throws Exception {
        bootsToItsMarkerAndPowersOff(disk);
    }

    @ParameterizedTest
    @EnabledIfSystemProperty(named = "lungo.disks", matches = "true")
    @CsvSource({"bios-grub.img, 4, native", "bios-syslinux.img, 1, interpreter"})
    void linuxBootsOnOtherMachines(String disk, String cpus, String tier) throws Exception {
        bootsToItsMarkerAndPowersOff(disk, "--cpus", cpus, "--tier", tier);
    }

    @Test
    void grubGivesAMultibootKernelItsMemoryMap() throws Exception {
        try (Lungo lungo = boot("bios-mb2.img")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("by GRUB", "LUNGO-GUEST-OK multiboot2");
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lungo.disks", matches = "true")
    void aQcow2ImageBootsAsARawOne() throws Exception {
        Path qemuImg = Path.of("/usr/bin/qemu-img");
        assumeTrue(Files.exists(qemuImg), "not run: no qemu-img");
        Path image = directory.resolve("disk.qcow2");
        int converted =
                new ProcessBuilder(
                                qemuImg.toString(),
                                "convert",
                                "-O",
                                "qcow2",
                                Lungo.guest("bios-grub.img"),
                                image.toString())
                        .start()
                        .waitFor();
        assertThat(converted).isZero();

        try (Lungo lungo = Lungo.run("--disk", image.toString(), "--timeout", "280")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("LUNGO-GUEST-OK");
        }
    }

    private static void bootsToItsMarkerAndPowersOff(String disk, String... more) throws Exception {
        try (Lungo lungo = boot(disk, more)) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output())
                    .contains("LUNGO-GUEST-OK", "x86/PAT: Configuration [0-7]: WB  WC  UC- UC")
                    .doesNotContain("TROUBLE");
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    private static Lungo boot(String disk, String... more) throws IOException {
        boolean disc = disk.endsWith(".iso");
        List<String> arguments = new ArrayList<>();
        arguments.add(disc ? "--cdrom" : "--disk");
        arguments.add(Lungo.guest(disk) + (disc ? "" : ",snapshot=on"));
        arguments.addAll(List.of("--firmware", "bios", "--timeout", "280"));
        arguments.addAll(List.of(more));
        return Lungo.run(arguments.toArray(new String[0]));
    }
}
