package dev.lungo.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.Timers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HostLoopTest {
    private static final long MILLISECOND = 1_000_000;

    private final HostClock clock = new HostClock();
    private final HostLoop loop = new HostLoop(clock);

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void theAlarmRingsOnAnotherThreadAtItsTime() throws InterruptedException {
        CountDownLatch rung = new CountDownLatch(1);
        long start = clock.nanos();

        loop.alarm(0, start + 20 * MILLISECOND, rung::countDown);

        assertThat(rung.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.nanos() - start).isGreaterThanOrEqualTo(20 * MILLISECOND);
    }

    @Test
    void anEarlierAlarmTakesThePlaceOfALaterOne() throws InterruptedException {
        CountDownLatch later = new CountDownLatch(1);
        CountDownLatch earlier = new CountDownLatch(1);
        loop.alarm(0, clock.nanos() + 3600_000 * MILLISECOND, later::countDown);

        loop.alarm(0, clock.nanos() + MILLISECOND, earlier::countDown);

        assertThat(earlier.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(later.getCount()).isOne();
    }

    @Test
    void everyAlarmOfAThousandRings() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            CountDownLatch rung = new CountDownLatch(1);

            loop.alarm(0, clock.nanos() + i * 100L, rung::countDown);

            assertThat(rung.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSleepEndsAtItsTimeOrWhenSomethingIsPosted() throws InterruptedException {
        long start = clock.nanos();

        loop.sleepUntil(0, start + MILLISECOND);
        Thread poster = Thread.ofVirtual().start(() -> loop.post(() -> {}));
        while (loop.poll() == null) {
            loop.sleepUntil(0, Timers.NEVER);
        }

        poster.join();
        assertThat(clock.nanos()).isGreaterThanOrEqualTo(start);
    }
}
