package dev.lungo.cli;

import dev.lungo.cli.monitor.CrashReport;
import dev.lungo.cli.monitor.Monitor;
import dev.lungo.cli.trace.Trace;
import dev.lungo.host.HostClock;
import dev.lungo.host.HostLoop;
import dev.lungo.host.HostMemory;
import dev.lungo.host.Terminal;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.pc.MachineSpec;
import dev.lungo.pc.Outcome;
import dev.lungo.pc.Pc;
import dev.lungo.pc.Platform;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** One machine from power-up to its end, with everything of the host's that it is connected to. */
final class Session implements AutoCloseable {
    /** How long a machine that was told to end may take. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /**
     * What a machine is connected to.
     *
     * @param limit how long it may run
     * @param statistics whether the processors tell at the end what they did
     * @param screenFile where what is on the screen at the end goes
     */
    record Settings(
            SerialTarget serial,
            Backends.Settings backends,
            Set<Trace> traces,
            Optional<String> traceFile,
            Optional<Duration> limit,
            boolean statistics,
            Optional<String> screenFile) {}

    private final HostClock clock = new HostClock();
    private final HostMemory memory;
    private final HostLoop loop;

    private Session(MachineSpec spec) {
        memory = HostMemory.ofPc(spec.memoryBytes());
        loop = new HostLoop(clock);
    }

    /**
     * Runs a machine to its end. When it cannot be started, the files that it would write are left
     * as they were.
     *
     * @param remark what standard error is told when it can be
     */
    static Outcome run(
            MachineSpec spec, Engine engine, Settings settings, Optional<String> remark) {
        Outputs outputs = Outputs.open(settings.serial, settings.traces, settings.traceFile);
        try (AtExit atExit = new AtExit();
                outputs;
                Session session = new Session(spec);
                Backends backends = Backends.open(settings.backends, outputs)) {
            Pc pc;
            try {
                pc = session.machine(spec, engine, outputs, backends);
            } catch (RuntimeException e) {
                outputs.abandon();
                throw e;
            }
            outputs.begin();
            atExit.end(pc);
            remark.ifPresent(each -> System.err.println("lungo: " + each));
            return session.run(pc, settings, outputs, backends);
        }
    }

    private Pc machine(MachineSpec spec, Engine engine, Outputs outputs, Backends backends) {
        Pc pc =
                new Pc(
                        spec,
                        engine,
                        new Platform(
                                memory,
                                memory::clear,
                                clock,
                                Session::epochNanos,
                                loop,
                                outputs.serial(),
                                outputs.trace().tracer(),
                                backends.peripherals(memory::giveBack)));
        outputs.trace().watch(pc);
        return pc;
    }

    private Outcome run(Pc pc, Settings settings, Outputs outputs, Backends backends) {
        settings.limit.ifPresent(limit -> endAfter(limit, pc));
        Outcome outcome =
                settings.serial instanceof SerialTarget.Stdio || backends.stdio().isPresent()
                        ? runOnTerminal(pc, backends.stdio())
                        : pc.run();
        outputs.closeSerial();
        if (outcome instanceof Outcome.Crash(int cpu)) {
            System.err.print(CrashReport.of(cpu, pc.cpus().get(cpu), memory));
        }
        settings.screenFile.ifPresent(file -> ScreenFile.write(file, pc.screen()));
        if (settings.statistics) {
            pc.cpus().forEach(each -> System.err.print(each.statistics()));
        }
        pc.cpus().forEach(VirtualCpu::close);
        return outcome;
    }

    private Outcome runOnTerminal(Pc pc, Optional<StreamConsole> virtio) {
        Monitor monitor = new Monitor(pc, memory, clock, System.out);
        Console console = new Console(() -> pc.end(new Outcome.Quit()), monitor, System.out);
        Optional<Terminal> terminal =
                Terminal.present() ? Optional.of(Terminal.raw()) : Optional.empty();
        try {
            Stdin.readTo((bytes, count, more) -> {
                byte[] forGuest = console.type(bytes, count);
                if (virtio.isPresent()) {
                    virtio.get().type(forGuest, more);
                } else {
                    pc.post(() -> pc.sendToSerial(forGuest, more));
                }
            });
            return pc.run();
        } finally {
            terminal.ifPresent(Terminal::close);
        }
    }

    /** A machine that does not end although told to is an error of ours, and the process ends. */
    private static void endAfter(Duration limit, Pc pc) {
        Thread.ofPlatform()
                .daemon()
                .name("lungo-timeout")
                .start(() -> {
                    try {
                        Thread.sleep(limit);
                        pc.end(new Outcome.TimedOut());
                        Thread.sleep(GRACE);
                    } catch (InterruptedException _) {
                        return;
                    }
                    System.err.println("lungo: the engine does not stop");
                    System.exit(ExitStatus.HOST_FAILED);
                });
    }

    private static long epochNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    @Override
    public void close() {
        loop.close();
        memory.close();
    }
}
