package dev.lungo.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.RunLoop;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link RunLoop} with several processors on real threads. */
@Timeout(60)
class ProcessorThreadsTest {
    private static final VmExit HALT = new VmExit.Halt();
    private static final VmExit KICKED = new VmExit.Kicked();

    private final HostClock clock = new HostClock();
    private final HostLoop host = new HostLoop(clock);
    private final List<Cpu> cpus = new ArrayList<>();
    private final List<Timers> timers = new ArrayList<>();

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void eachProcessorHasAThreadOfItsOwnAndTheFirstTheCallers() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        AtomicInteger left = new AtomicInteger(3);
        RunLoop[] loop = new RunLoop[1];
        for (int i = 0; i < 3; i++) {
            cpu(() -> {
                threads.add(Thread.currentThread());
                if (left.decrementAndGet() == 0) {
                    loop[0].end();
                }
                return HALT;
            });
        }

        loop[0] = loop();
        loop[0].run();

        assertThat(threads).hasSize(3).contains(Thread.currentThread());
    }

    @Test
    void noSignalToAProcessorThatHaltsIsLost() {
        int rounds = 20_000;
        AtomicInteger ball = new AtomicInteger();
        RunLoop[] loop = new RunLoop[1];
        for (int i = 0; i < 2; i++) {
            int self = i;
            cpu(() -> {
                int now = ball.get();
                if (now >= rounds) {
                    loop[0].end();
                } else if (now % 2 == self) {
                    ball.incrementAndGet();
                    loop[0].signals(1 - self).interrupt();
                }
                return HALT;
            });
        }

        loop[0] = loop();
        loop[0].run();

        assertThat(ball).hasValue(rounds);
    }

    @Test
    void whatIsPostedRunsWhileNoProcessorDoes() throws InterruptedException {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            Cpu[] self = new Cpu[1];
            self[0] =
                    cpu(() -> {
                        running.incrementAndGet();
                        while (!self[0].kicked.getAndSet(false)) {
                            Thread.onSpinWait();
                        }
                        running.decrementAndGet();
                        return KICKED;
                    });
        }
        RunLoop loop = loop();
        Thread poster =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 200; i++) {
                                loop.post(() -> {
                                    together.addAndGet(running.get());
                                    done.incrementAndGet();
                                });
                                LockSupport.parkNanos(100_000);
                            }
                            loop.post(loop::end);
                        });

        loop.run();

        poster.join();
        assertThat(done).hasValue(200);
        assertThat(together).hasValue(0);
    }

    @Test
    void aTimerOfASleepingProcessorWakesItWhoeverSetsIt() {
        RunLoop[] loop = new RunLoop[1];
        AtomicBoolean set = new AtomicBoolean();
        Object owner = new Object();
        cpu(() -> {
            if (!set.getAndSet(true)) {
                LockSupport.parkNanos(20_000_000); // let the other fall asleep
                synchronized (owner) {
                    timers.get(1).create(owner, () -> loop[0].end()).at(clock.nanos() + 1_000_000);
                }
            }
            return HALT;
        });
        cpu(() -> HALT);

        loop[0] = loop();
        loop[0].run();

        assertThat(set).isTrue();
    }

    /** It does not say that time passes: only its being kicked does. */
    @Test
    void aTimerComesInAProcessorThatLoopsWithoutCallingAnybody() {
        RunLoop[] loop = new RunLoop[1];
        Cpu[] self = new Cpu[1];
        self[0] =
                cpu(() -> {
                    clock.begin();
                    while (!self[0].kicked.getAndSet(false)) {
                        Thread.onSpinWait();
                    }
                    clock.rest();
                    return KICKED;
                });
        long start = clock.nanos();
        timers.getFirst().create(this, () -> loop[0].end()).at(start + 20_000_000);

        loop[0] = loop();
        loop[0].run();

        assertThat(clock.nanos() - start).isGreaterThanOrEqualTo(20_000_000);
    }

    @Test
    void anErrorOnAnyThreadEndsTheMachineAndComesToTheCaller() {
        cpu(() -> HALT);
        cpu(() -> {
            throw new IllegalStateException("an error of ours");
        });

        assertThatThrownBy(loop()::run).hasMessage("an error of ours");
    }

    private Cpu cpu(java.util.function.Supplier<VmExit> run) {
        Cpu cpu = new Cpu(run);
        cpus.add(cpu);
        timers.add(new Timers(clock));
        return cpu;
    }

    private RunLoop loop() {
        return new RunLoop(List.copyOf(cpus), timers, host, _ -> {});
    }

    /** A processor that is a piece of Java. */
    private static final class Cpu implements VirtualCpu, VirtualCpu.Signals {
        private final java.util.function.Supplier<VmExit> run;
        private final AtomicBoolean kicked = new AtomicBoolean();

        Cpu(java.util.function.Supplier<VmExit> run) {
            this.run = run;
        }

        @Override
        public VmExit run() {
            return run.get();
        }

        @Override
        public void kick() {
            kicked.set(true);
        }

        @Override
        public Signals signals() {
            return this;
        }

        @Override
        public void interrupt() {}

        @Override
        public void nmi() {}

        @Override
        public void init() {}

        @Override
        public void startup(int vector) {}

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
