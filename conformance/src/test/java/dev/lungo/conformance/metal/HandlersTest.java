package dev.lungo.conformance.metal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.metal.examples.PortGuard;
import dev.lungo.toolchain.Target;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What handlers are called for, and what that costs, on QEMU's AMD-V. */
@Timeout(300)
class HandlersTest {
    @TempDir private Path directory;

    @Test
    void handlersAreCalledAndTheGuestNoticesNothing() throws Exception {
        String said = run(AllHandlers.class.getName(), "handlers");

        assertThat(said)
                .contains("add to the page: C\r", "movaps to the page: 1122334455667788\r")
                .contains("xadd gave: C\r", "xadd left: F\r", "writes so far: 4\r")
                .contains("rep stosb to the page: 5A5A5A5A5A5A5A5A\r", "writes of rep stosb: 10\r")
                .contains("kept from the page: 0\r", "xchg got: 0\r", "xchg left: 0\r")
                .contains("TF as pushed: 0\r", "ud2 came from: 0\r", "ud2 was: 6\r")
                .contains("int came from: 2\r", "int was: 30\r")
                .contains("rdmsr came from: 0\r", "rdmsr was: 6\r", "out came from: 0\r")
                .contains("rep outsb came from: 0\r", "rep outsb leaves: 2\r")
                .contains("microcode: FFFFFFFF\r")
                .contains("outsb leaves: 0\r", "outsb went: A\r", "elements out: D2\r")
                .contains("insw backwards: 444455556666\r", "insd: 77777777\r")
                .contains("insd faults at: 7000000FFE\r", "insd fault is: E\r", "insd leaves: 5\r")
                .contains("last of them: 51\r", "interrupts seen: 1\r", "in service: 0\r")
                .contains("traps: 7\r", "TF afterwards: 0\r", "timer: 1\r")
                .contains("NMIs: 3\r", "NMIs before the IRET of another: 0\r")
                .contains("left with: 0\r", "carry: 1\r", "R15: 5A5A\r", "still below: 0\r")
                .contains("FS base: 12345000\r", "EFER: 400\r", "VMXE: 0\r")
                .contains("interrupt alone: 31\r", "page alone: 7\r", "finished");
    }

    @Test
    void initIsForTheProcessorsOfItsLogicalDestination() throws Exception {
        Path image = MetalMachine.build(directory, Target.MULTIBOOT, Optional.empty());
        Path kernel = MetalMachine.assemble(directory, "logical");

        String said = MetalMachine.boot(directory, image, kernel.toString(), 2);

        assertThat(said)
                .contains("starts by its ID: 1\r", "starts after INIT for another: 1\r")
                .contains("starts after INIT for it: 2\r", "finished");
    }

    @Test
    void anExitCostsLessThanThreeHundredInstructions() throws Exception {
        String said = run(PortGuard.class.getName(), "cost", "-icount", "shift=0");

        assertThat(count(said, "instructions for CPUID: ")).isBetween(100, 300);
        assertThat(count(said, "instructions for a port: ")).isBetween(100, 300);
    }

    private String run(String hypervisor, String guest, String... options) throws Exception {
        Path image = MetalMachine.build(directory, Target.MULTIBOOT, Optional.of(hypervisor));
        Path kernel = MetalMachine.assemble(directory, guest);
        return MetalMachine.boot(directory, image, kernel.toString(), 1, options);
    }

    private static int count(String said, String what) {
        Matcher matcher = Pattern.compile(Pattern.quote(what) + "([0-9A-F]+)").matcher(said);
        assertThat(matcher.find()).as(said).isTrue();
        return Integer.parseInt(matcher.group(1), 16);
    }
}
