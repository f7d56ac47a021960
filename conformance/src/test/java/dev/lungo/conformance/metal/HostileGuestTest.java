package dev.lungo.conformance.metal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.toolchain.Target;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest that wants out, under the shipped hypervisor on QEMU's AMD-V. */
@Timeout(180)
class HostileGuestTest {
    private static final String GP = ": #0D";
    private static final String UD = ": #06";

    @TempDir private Path directory;

    @Test
    void aHostileGuestNeitherStopsTheHypervisorNorSeesIt() throws Exception {
        Path image = MetalMachine.build(directory, Target.MULTIBOOT, Optional.empty());
        Path kernel = MetalMachine.assemble(directory, "hostile");

        String said = MetalMachine.boot(directory, image, kernel);

        assertThat(said)
                .contains("our CPUID leaf: 1", "CPUID has VMX: 0", "CPUID has SVM: 0")
                .contains("microcode revision all ones: 1", "load microcode: ok")
                .contains("rdmsr VM_CR" + GP, "wrmsr VM_HSAVE_PA" + GP, "EFER.SVME" + GP)
                .contains("vmrun" + UD, "stgi" + UD, "skinit" + UD, "vmxon" + UD, "invept" + UD)
                .contains("invd: ok", "xsetbv 3: ok", "xsetbv reserved" + GP)
                .contains("CR0.PE cleared" + GP, "CR4 reserved bit" + GP, "CR4.VMXE" + GP)
                .contains("read at 500 GiB: ok", "reserved range: 1")
                .containsPattern("read first byte: .*\\R?#0D")
                .containsPattern("write last byte: .*\\R?#0D")
                .contains(
                        "10000 NMIs taken: 1",
                        "call to leave" + UD,
                        "storm survived: 1",
                        "hostile: done");
    }
}
