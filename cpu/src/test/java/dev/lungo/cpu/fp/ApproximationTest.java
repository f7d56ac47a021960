package dev.lungo.cpu.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.host.ExecutableMemory;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApproximationTest {
    private static final double BOUND = 1.5 * 0x1p-12;

    static boolean hostRunsOurCode() {
        return ExecutableMemory.isSupported();
    }

    @Test
    void reciprocalsStayWithinTheArchitectedError() {
        var random = new Random(1);
        for (int i = 0; i < 1_000_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt(0x0080_0000, 0x7E80_0000));

            float reciprocal = Float.intBitsToFloat(reciprocal(x));

            assertThat(Math.abs(reciprocal * (double) x - 1)).isLessThanOrEqualTo(BOUND);
        }
    }

    @Test
    void reciprocalSquareRootsStayWithinTheArchitectedError() {
        var random = new Random(2);
        for (int i = 0; i < 1_000_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt(0x0080_0000, 0x7F80_0000));

            int root = Approximation.reciprocalSquareRoot(Float.floatToRawIntBits(x));

            double product = Float.intBitsToFloat(root) * Math.sqrt(x);
            assertThat(Math.abs(product - 1)).isLessThanOrEqualTo(BOUND);
        }
    }

    /** Zeros, denormals, infinities, NaNs, and what has a tiny or no result. */
    @ParameterizedTest
    @EnabledIf("hostRunsOurCode")
    @ValueSource(
            ints = {
                0,
                1,
                0x7FFFFF,
                0x7F800000,
                0x7F800001,
                0x7FC12345,
                0x7F7FFFFF,
                0x7F000000,
                0x7E900000
            })
    void specialValuesGiveWhatTheHostGives(int magnitude) {
        try (var rcpss = new HostFpu("F3 0F 53 C0");
                var rsqrtss = new HostFpu("F3 0F 52 C0")) {
            for (int x : new int[] {magnitude, magnitude | 0x8000_0000}) {
                rcpss.xmm(0, x, 0);
                rcpss.run();
                rsqrtss.xmm(0, x, 0);
                rsqrtss.run();

                assertThat(Approximation.reciprocal(x)).isEqualTo((int) rcpss.xmmLow(0));
                if (x < 0 || magnitude < 0x0080_0000 || magnitude >= 0x7F80_0000) {
                    assertThat(Approximation.reciprocalSquareRoot(x))
                            .isEqualTo((int) rsqrtss.xmmLow(0));
                }
            }
        }
    }

    private static int reciprocal(float x) {
        return Approximation.reciprocal(Float.floatToRawIntBits(x));
    }
}
