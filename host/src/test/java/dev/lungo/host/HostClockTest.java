package dev.lungo.host;

import static org.assertj.core.api.Assertions.assertThat;

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
        clock.beat();
        long before = clock.nanos();

        Thread.sleep(50);

        assertThat(clock.nanos() - before).isBetween(0L, HostClock.MOST_AHEAD_NANOS);
        clock.beat();
        assertThat(clock.nanos() - before).isLessThan(50 * MILLISECOND);
    }

    @Test
    void showsTimeInWhichTheGuestHadNothingToRun() throws InterruptedException {
        HostClock clock = new HostClock();
        clock.beat();
        clock.rest();
        long before = clock.nanos();

        Thread.sleep(50);

        clock.beat();
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
}
