package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunLoopTest {
    private static final VmExit HALT = new VmExit.Halt();
    private static final VmExit KICKED = new VmExit.Kicked();
    private static final Supplier<VmExit> SERVICE = VmExit.ServiceCall::new;

    private final List<String> log = new ArrayList<>();
    private final TestHost host = new TestHost();
    private final Timers timers = new Timers(() -> host.now);

    @Test
    void aSleepingProcessorIsPassedOverUntilItIsSignalled() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", () -> HALT);
        RunLoop loop = loop(cpu);
        Timers.Timer timer = timers.create(this, loop.signals(0)::interrupt);
        timer.at(500);
        cpu.then(() -> {
            loop.end();
            return HALT;
        });

        loop.run();

        assertThat(log)
                .containsExactly(
                        "cpu0", "sleep until 500", "cpu0 interrupt", "cpu0", "cpu0 kicked");
    }

    @Test
    void whatATimerDoesMaySendASleepingProcessorElsewhere() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", () -> HALT);
        RunLoop loop = loop(cpu);
        timers.create(this, () -> log.add("due")).at(500);
        cpu.then(() -> {
            loop.end();
            return HALT;
        });

        loop.run();

        assertThat(log).containsExactly("cpu0", "sleep until 500", "due", "cpu0", "cpu0 kicked");
    }

    @Test
    void theAlarmIsTheEarlierOfDeadlineAndEndOfTheTurn() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", () -> KICKED);
        RunLoop loop = loop(cpu);
        cpu.then(() -> {
            timers.create(this, () -> {}).at(600_000);
            return KICKED;
        });
        cpu.then(() -> {
            loop.end();
            return HALT;
        });

        loop.run();

        assertThat(host.alarms)
                .containsExactly(1_000_000L, 1_000_000L, 600_000L, 600_000L, Timers.NEVER);
    }

    @Test
    void aProcessorThatSleepsItselfHasTurnsWithoutEndButForDeadlines() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", () -> KICKED);
        cpu.sleepsItself = true;
        RunLoop loop = loop(cpu);
        cpu.then(() -> {
            timers.create(this, () -> {}).at(600_000_000);
            loop.end();
            return KICKED;
        });

        loop.run();

        assertThat(host.alarms)
                .containsExactly(Timers.NEVER, Timers.NEVER, 600_000_000L, Timers.NEVER);
    }

    @Test
    void aTimerSetWhileAProcessorRunsMovesTheAlarmForward() {
        Timers.Timer timer = timers.create(this, () -> {});
        ScriptedCpu cpu =
                new ScriptedCpu(
                        "cpu0",
                        () -> {
                            timer.at(700);
                            return KICKED;
                        });
        RunLoop loop = loop(cpu);
        cpu.then(() -> {
            loop.end();
            return HALT;
        });

        loop.run();

        assertThat(host.alarms).containsExactly(1_000_000L, 700L, 700L, Timers.NEVER);
    }

    @Test
    void whatIsPostedIsDoneBetweenTurnsAndKicksTheOneThatRuns() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", () -> KICKED);
        RunLoop loop = loop(cpu);
        cpu.script.clear();
        cpu.then(() -> {
            loop.post(() -> log.add("posted"));
            log.add("still running");
            return KICKED;
        });
        cpu.then(() -> {
            loop.end();
            return KICKED;
        });

        loop.run();

        assertThat(log)
                .containsExactly(
                        "cpu0", "cpu0 kicked", "still running", "posted", "cpu0", "cpu0 kicked");
    }

    @Test
    void nothingRunsWhileStopped() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", () -> KICKED);
        RunLoop loop = loop(cpu);
        timers.create(this, () -> log.add("timer")).at(0);
        cpu.then(() -> {
            loop.end();
            return KICKED;
        });
        loop.stop();
        host.whenNextAsleep =
                () -> {
                    assertThat(loop.isStopped()).isTrue();
                    loop.post(loop::proceed);
                };

        loop.run();

        assertThat(log)
                .containsExactly(
                        "sleep until never", "cpu0 kicked", "timer", "cpu0", "cpu0", "cpu0 kicked");
    }

    @Test
    void aShutdownIsReportedWithItsProcessor() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", VmExit.Shutdown::new);
        List<RunLoop> self = new ArrayList<>();
        RunLoop loop =
                new RunLoop(
                        List.of(cpu),
                        List.of(timers),
                        host,
                        index -> {
                            log.add("shutdown of " + index);
                            self.getFirst().end();
                        });
        self.add(loop);

        loop.run();

        assertThat(log).containsExactly("cpu0", "shutdown of 0", "cpu0 kicked");
    }

    @Test
    void aServiceCallsTheGuestAndIsCalledMeanwhile() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", SERVICE);
        List<Runnable> services = new ArrayList<>();
        RunLoop loop = serving(cpu, services);
        boolean[] returned = new boolean[1];
        services.add(() -> {
            log.add("service");
            loop.runUntil(0, () -> returned[0]);
            log.add("goes on");
        });
        services.add(() -> returned[0] = true);
        cpu.then(() -> HALT);
        cpu.then(SERVICE);
        cpu.then(() -> {
            loop.end();
            return HALT;
        });
        host.whenNextAsleep = loop.signals(0)::interrupt;

        loop.run();

        assertThat(log)
                .containsExactly(
                        "cpu0",
                        "service",
                        "cpu0",
                        "sleep until never",
                        "cpu0 interrupt",
                        "cpu0",
                        "goes on",
                        "cpu0",
                        "cpu0 kicked");
    }

    @Test
    void aServiceUnderWayIsGivenUpWhenTheMachineIsReset() {
        ScriptedCpu cpu = new ScriptedCpu("cpu0", SERVICE);
        List<Runnable> services = new ArrayList<>();
        RunLoop loop = serving(cpu, services);
        services.add(() -> {
            loop.runUntil(0, () -> false);
            log.add("never");
        });
        cpu.then(() -> {
            loop.post(loop::restart);
            return KICKED;
        });
        cpu.then(() -> {
            loop.end();
            return HALT;
        });

        loop.run();

        assertThat(log).doesNotContain("never").endsWith("cpu0", "cpu0 kicked");
    }

    private RunLoop serving(ScriptedCpu cpu, List<Runnable> services) {
        return new RunLoop(
                List.of(cpu),
                List.of(timers),
                host,
                new RunLoop.Listener() {
                    @Override
                    public void shutdown(int index) {}

                    @Override
                    public void serviceCall(int index) {
                        services.removeFirst().run();
                    }
                });
    }

    private RunLoop loop(ScriptedCpu cpu) {
        return new RunLoop(
                List.of(cpu), List.of(timers), host, index -> log.add("shutdown of " + index));
    }

    /** A clock that goes on only while the loop sleeps. */
    private final class TestHost implements RunLoopHost {
        private final Deque<Runnable> posted = new ArrayDeque<>();
        private final List<Long> alarms = new ArrayList<>();
        private long now;
        private Runnable whenNextAsleep = () -> {};

        @Override
        public void post(Runnable action) {
            posted.add(action);
        }

        @Override
        public @Nullable Runnable poll() {
            return posted.poll();
        }

        @Override
        public void start(int cpu, Runnable body) {
            throw new UnsupportedOperationException("threads are for another test");
        }

        @Override
        public void sleepUntil(int cpu, long nanos) {
            log.add("sleep until " + (nanos == Timers.NEVER ? "never" : nanos));
            if (nanos != Timers.NEVER) {
                now = nanos;
            }
            whenNextAsleep.run();
        }

        @Override
        public void wake(int cpu) {}

        @Override
        public void alarm(int cpu, long nanos, Runnable ring) {
            alarms.add(nanos);
        }
    }

    /** A processor that does what the script says, a step a turn. */
    private final class ScriptedCpu implements VirtualCpu, VirtualCpu.Signals {
        private final String name;
        private final Deque<Supplier<VmExit>> script = new ArrayDeque<>();
        private boolean sleepsItself;

        ScriptedCpu(String name, Supplier<VmExit> first) {
            this.name = name;
            script.add(first);
        }

        void then(Supplier<VmExit> step) {
            script.add(step);
        }

        @Override
        public VmExit run() {
            log.add(name);
            return script.remove().get();
        }

        @Override
        public boolean sleepsItself() {
            return sleepsItself;
        }

        @Override
        public void kick() {
            log.add(name + " kicked");
        }

        @Override
        public Signals signals() {
            return this;
        }

        @Override
        public void interrupt() {
            log.add(name + " interrupt");
        }

        @Override
        public void nmi() {
            log.add(name + " nmi");
        }

        @Override
        public void init() {
            log.add(name + " init");
        }

        @Override
        public void startup(int vector) {
            log.add(name + " startup " + vector);
        }

        @Override
        public void save(CpuRegisters into) {}

        @Override
        public void load(CpuRegisters from) {}

        @Override
        public void writeMsr(int msr, long value) {}

        @Override
        public void setA20(boolean open) {}

        @Override
        public void reset() {}
    }
}
