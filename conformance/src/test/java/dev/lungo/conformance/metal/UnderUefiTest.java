package dev.lungo.conformance.metal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.toolchain.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The hypervisor started by OVMF from one disk, and a loader that returns at once as what is next.
 * Another disk has that loader as its own, which the firmware comes to when the first disk has
 * given up.
 */
@Timeout(180)
class UnderUefiTest {
    private static final String BELOW = "next: Lungo Metal is below";
    private static final String ALONE = "next: nothing is below";

    @TempDir private static Path shared;
    private static Path image = Path.of("");
    private static Path loader = Path.of("");

    @TempDir private Path directory;

    @BeforeAll
    static void build() throws Exception {
        image = MetalMachine.build(shared, Target.EFI, Optional.empty());
        loader = MetalMachine.assemble(shared, "next");
    }

    private String boot(Path image, String configuration, int processors) throws Exception {
        Path own = directory.resolve("own");
        Path other = directory.resolve("other");
        for (Path disk : new Path[] {own, other}) {
            Files.createDirectories(disk.resolve("EFI/BOOT"));
        }
        Files.createDirectories(own.resolve("EFI/lungo"));
        Files.copy(image, own.resolve("EFI/BOOT/BOOTX64.EFI"));
        Files.copy(loader, own.resolve("EFI/lungo/next.efi"));
        Files.writeString(own.resolve("EFI/lungo/lungo.conf"), configuration);
        Files.copy(loader, other.resolve("EFI/BOOT/BOOTX64.EFI"));
        return MetalMachine.bootUefi(directory, own, other, processors, ALONE);
    }

    @Test
    void whenTheNextLoaderReturnsTheFirmwareHasItsMachineBack() throws Exception {
        String said = boot(image, "# nothing", 4);

        assertThat(said)
                .containsSubsequence(
                        "lungo: processors under the hypervisor: 4h",
                        BELOW,
                        "lungo: the next loader has returned, and the hypervisor is out",
                        ALONE);
    }

    @Test
    void anUnknownKeyIsNamedAndTheNextLoaderRunsAlone() throws Exception {
        String said = boot(image, "log = errors\ncolour = red\n", 1);

        assertThat(said)
                .contains(
                        "lungo: line 2 of the configuration has an unknown key: colour; the machine"
                                + " goes on without the hypervisor")
                .doesNotContain(BELOW);
    }

    @Test
    void whereMemoryIsTooLittleTheNextLoaderRunsAlone() throws Exception {
        Path greedy = MetalMachine.buildGreedy(directory, Target.EFI);

        String said = boot(greedy, "# nothing", 1);

        assertThat(said)
                .contains(
                        "lungo: there is too little memory below 4 GiB for the hypervisor; the"
                                + " machine goes on without the hypervisor")
                .doesNotContain(BELOW);
    }
}
