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

        Thread.sleep(20);

        assertThat(clock.nanos()).isEqualTo(stoppedAt);
        clock.resume();
        assertThat(clock.nanos() - stoppedAt).isBetween(0L, 15 * MILLISECOND);
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
