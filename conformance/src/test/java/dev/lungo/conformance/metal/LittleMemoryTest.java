package dev.lungo.conformance.metal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.toolchain.Target;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A multiboot loader's machine whose memory the hypervisor would not fit in. */
@Timeout(180)
class LittleMemoryTest {
    @TempDir private Path directory;

    @Test
    void whereMemoryIsTooLittleTheKernelRunsAlone() throws Exception {
        Path image = MetalMachine.buildGreedy(directory, Target.MULTIBOOT);
        Path kernel = MetalMachine.assemble(directory, "plain");

        String said = MetalMachine.boot(directory, image, kernel);

        assertThat(said)
                .contains(
                        "lungo: there is too little memory below 4 GiB for the hypervisor; the"
                                + " machine goes on without the hypervisor")
                .contains("Lungo Metal is below: 0", "finished");
    }
}
