package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrequenciesTest {
    @Test
    void nanosIsTheFirstMomentOfATick() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long hz = 1L + random.nextInt(1_000_000_000);
            long ticks = random.nextLong(1L << 40);

            long nanos = Frequencies.nanos(ticks, hz);

            assertThat(Frequencies.ticks(nanos, hz)).isGreaterThanOrEqualTo(ticks);
            if (nanos > 0) {
                assertThat(Frequencies.ticks(nanos - 1, hz)).isLessThan(Math.max(1, ticks));
            }
        }
    }
}
