package dev.lungo.cli.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.Images;
import dev.lungo.cpu.SoftEngine;
import dev.lungo.fuzz.SeededInputs;
import dev.lungo.host.HostClock;
import dev.lungo.host.HostMemory;
import dev.lungo.machine.RunLoopHost;
import dev.lungo.machine.Tracer;
import dev.lungo.pc.MachineSpec;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import dev.lungo.pc.Pc;
import dev.lungo.pc.Platform;
import dev.lungo.pc.Start;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any line typed into the monitor is a command, or is answered: nothing ends the machine. */
class MonitorFuzz {
    private static final long MEMORY_BYTES = 4 << 20;

    private final HostClock clock = new HostClock();
    private final HostMemory memory = new HostMemory(MEMORY_BYTES);
    private final Monitor monitor =
            new Monitor(pc(), memory, clock, new PrintStream(PrintStream.nullOutputStream()));

    /** Does at once what is posted: the machine does not run meanwhile. */
    private static final class Host implements RunLoopHost {
        @Override
        public void post(Runnable action) {
            action.run();
        }

        @Override
        public @Nullable Runnable poll() {
            return null;
        }

        @Override
        public void start(int cpu, Runnable body) {
            throw new UnsupportedOperationException("one processor, on one thread");
        }

        @Override
        public void sleepUntil(int cpu, long nanos) {}

        @Override
        public void wake(int cpu) {}

        @Override
        public void alarm(int cpu, long nanos, Runnable ring) {}
    }

    private Pc pc() {
        byte[] kernel = Images.elf32(1 << 20, 1 << 20, 1 << 20, header()).toBytes();
        MachineSpec spec =
                new MachineSpec(
                        MEMORY_BYTES,
                        2,
                        "x86-64-v2",
                        new Start.Kernel(new BootFile("kernel", kernel), List.of(), ""),
                        OnReset.REBOOT,
                        OnShutdown.CRASH);
        Platform platform =
                new Platform(
                        memory, memory::clear, clock, () -> 0, new Host(), _ -> {}, Tracer.NONE);
        return new Pc(spec, new SoftEngine(), platform);
    }

    private static byte[] header() {
        return Images.multiboot(3).toBytes();
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyLineIsAnswered(byte[] line) {
        assertThat(monitor.execute(new String(line, UTF_8))).isNotNull();
    }

    @Test
    void changedCommandsAreAnswered() {
        SeededInputs.changed(5_000, seeds(), this::anyLineIsAnswered);
    }

    static List<byte[]> seeds() {
        return Stream.of(
                        "registers",
                        "x/16 rip",
                        "x/4096 0xffffffff",
                        "xp/9 0xfffffffffffffff8",
                        "disassemble/30 1048576",
                        "d",
                        "cpu 1",
                        "cpu",
                        "cpu 4294967296",
                        "stop",
                        "continue",
                        "help",
                        "quit")
                .map(text -> text.getBytes(UTF_8))
                .toList();
    }
}
