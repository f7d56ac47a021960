package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootFile;
import dev.lungo.cpu.SoftEngine;
import dev.lungo.host.HostMemory;
import dev.lungo.machine.Tracer;
import dev.lungo.pc.MachineSpec;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import dev.lungo.pc.Outcome;
import dev.lungo.pc.Pc;
import dev.lungo.pc.Platform;
import dev.lungo.pc.Start;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any program that accesses ports and device memory, on a whole PC: the machine ends for a reason
 * that there is, or goes on until it is told to end.
 *
 * <p>An input is a byte for the number of processors, what a reset and a triple fault do, and then
 * eight bytes for each of the steps that {@link GuestProgram} knows.
 */
class PcFuzz {
    private static final long MEMORY_BYTES = 4 << 20;

    private static final Watchdog WATCHDOG = new Watchdog();

    private final SoftEngine engine = new SoftEngine();

    @MethodSource("seeds")
    @FuzzTest
    void everyProgramEnds(byte[] input) {
        if (input.length == 0) {
            return;
        }
        try (HostMemory memory = new HostMemory(MEMORY_BYTES)) {
            assertThat(run(spec(input), memory)).isNotNull();
        }
    }

    private Outcome run(MachineSpec spec, HostMemory memory) {
        SimulatedHost host = new SimulatedHost();
        Platform platform =
                new Platform(memory, memory::clear, host, () -> 0, host, _ -> {}, Tracer.NONE);
        Pc pc = new Pc(spec, engine, platform);
        host.onEnd(() -> pc.end(new Outcome.TimedOut()));
        pc.post(() -> pc.sendToSerial(new byte[40], () -> {}));

        WATCHDOG.begin(pc.cpus().getFirst());
        try {
            return pc.run();
        } finally {
            WATCHDOG.end();
        }
    }

    @Test
    void randomProgramsEnd() {
        SeededInputs.made(500, PcFuzz::randomSteps, this::everyProgramEnds);
    }

    /** Without them the fuzzer would begin with programs of a step or two. */
    static List<byte[]> seeds() {
        return SeededInputs.first(20, PcFuzz::randomSteps);
    }

    private static byte[] randomSteps(Random random) {
        byte[] input = new byte[1 + 8 * random.nextInt(60)];
        random.nextBytes(input);
        return input;
    }

    private static MachineSpec spec(byte[] input) {
        byte[] kernel = GuestProgram.kernel(ByteBuffer.wrap(input, 1, input.length - 1).slice());
        return new MachineSpec(
                MEMORY_BYTES,
                1, // more would have threads, and no run could be repeated
                "x86-64-v2",
                new Start.Kernel(new BootFile("program", kernel), List.of(), ""),
                (input[0] & 2) != 0 ? OnReset.END : OnReset.REBOOT,
                (input[0] & 4) != 0 ? OnShutdown.CRASH : OnShutdown.RESET);
    }
}
