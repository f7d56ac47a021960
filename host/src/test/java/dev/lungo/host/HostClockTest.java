package dev.lungo.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HostClockTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void standsStillWhileStopped() throws InterruptedException {
        HostClock clock = new HostClock();
        clock.stop();
        long stoppedAt = clock.nanos();

        Thread.sleep(400);

        assertThat(clock.nanos()).isEqualTo(stoppedAt);
        clock.resume();
        assertThat(clock.nanos() - stoppedAt).isBetween(0L, 300 * MILLISECOND);
    }

    @Test
    void hidesTimeInWhichTheGuestDidNotGetToRun() throws InterruptedException {
        HostClock clock = new HostClock();
        clock.begin();
        long before = clock.nanos();

        Thread.sleep(50);

        assertThat(clock.nanos() - before).isBetween(0L, (long) HostClock.MOST_AHEAD_NANOS);
        clock.beat();
        assertThat(clock.nanos() - before).isLessThan(50 * MILLISECOND);
    }

    @Test
    void showsTimeInWhichTheGuestHadNothingToRun() throws InterruptedException {
        HostClock clock = new HostClock();
        clock.begin();
        clock.rest();
        long before = clock.nanos();

        Thread.sleep(50);

        clock.begin();
        assertThat(clock.nanos() - before).isGreaterThanOrEqualTo(50 * MILLISECOND);
    }

    @Test
    void neverGoesBack() {
        HostClock clock = new HostClock();
        long last = clock.nanos();

        for (int i = 0; i < 1000; i++) {
            clock.stop();
            clock.resume();

            long now = clock.nanos();
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
    }

    @Test
    void showsTimeInWhichAnotherProcessorRan() throws InterruptedException {
        HostClock clock = new HostClock();
        clock.begin(); // one processor that gets no turn
        clock.begin();
        long before = clock.nanos();

        for (int i = 0; i < 50; i++) {
            Thread.sleep(1);
            clock.beat();
        }

        assertThat(clock.nanos() - before).isGreaterThan(30 * MILLISECOND);
    }

    @Test
    void neverGoesBackFromOneThreadToAnother() throws InterruptedException {
        HostClock clock = new HostClock();
        AtomicLong latest = new AtomicLong();
        AtomicInteger backwards = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int turn = 0; turn < 2000; turn++) {
                                    clock.begin();
                                    for (int look = 0; look < 10; look++) {
                                        long before = latest.get();
                                        long now = clock.nanos();
                                        if (now < before) {
                                            backwards.incrementAndGet();
                                        }
                                        latest.accumulateAndGet(now, Math::max);
                                        clock.beat();
                                    }
                                    clock.rest();
                                    if (turn % 100 == 0) {
                                        clock.stop();
                                        clock.resume();
                                    }
                                }
                            }));
        }
        for (Thread each : threads) {
            each.join();
        }

        assertThat(backwards).hasValue(0);
    }
}
