package dev.lungo.conformance.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.conformance.BareCpu;
import dev.lungo.cpu.SoftEngine;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The test386.asm suite: the environment variable LUNGO_TEST386 names a directory with test386.bin,
 * assembled to print to port E9h, and the reference for its output.
 */
class Test386Test {
    private static final int ROM = 0xF0000;
    private static final int POST_PORT = 0x190;
    private static final int OUTPUT_PORT = 0xE9;

    /** What the suite writes to the diagnostic port when all is done. */
    private static final int PASSED = 0xFF;

    private final StringBuilder output = new StringBuilder();
    private int post;

    private static List<String> tiers() {
        return new SoftEngine().tiers();
    }

    private static Path directory() {
        String directory = System.getenv("LUNGO_TEST386");
        assumeTrue(directory != null, "LUNGO_TEST386 does not name the assembled test386 suite");
        return Path.of(directory);
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void test386PassesAndPrintsWhatItsReferenceHas(String tier) throws IOException {
        Path directory = directory();
        BareCpu machine = new BareCpu(4 << 20, tier);
        machine.memory.write(ROM, Files.readAllBytes(directory.resolve("test386.bin")));
        machine.ports.map(POST_PORT, 1, sink(value -> post = value));
        machine.ports.map(OUTPUT_PORT, 1, sink(value -> output.append((char) value)));
        machine.cpu.load(resetInRom());

        VmExit exit = runFor(60_000, machine.cpu);

        CpuRegisters at = new CpuRegisters();
        machine.cpu.save(at);
        assertThat(post)
                .as("POST code, ended by %s at %x:%x", exit, at.segments[1].selector(), at.rip)
                .isEqualTo(PASSED);
        String reference =
                Files.readString(
                        directory.resolve("test386-EE-reference.txt"), StandardCharsets.US_ASCII);
        assertThat(output.toString()).isEqualTo(reference);
    }

    private static VmExit runFor(long milliseconds, VirtualCpu cpu) {
        Timer timer = new Timer(true);
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        cpu.kick();
                    }
                },
                milliseconds);
        VmExit exit = cpu.run();
        timer.cancel();
        return exit;
    }

    /** As after a reset, with the ROM below 1 MiB alone. */
    private static CpuRegisters resetInRom() {
        CpuRegisters registers = new CpuRegisters();
        java.util.Arrays.fill(registers.segments, new SegmentState(0, 0, 0xFFFF, 0x93));
        registers.segments[1] = new SegmentState(0xF000, ROM, 0xFFFF, 0x93);
        registers.rip = 0xFFF0;
        registers.idtLimit = 0x3FF;
        registers.cr0 = 0x6000_0010L;
        registers.gpr[2] = 0x306;
        return registers;
    }

    private static PortDevice sink(java.util.function.IntConsumer consumer) {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return 0xFF;
            }

            @Override
            public void write(int offset, int value) {
                consumer.accept(value);
            }
        };
    }
}
