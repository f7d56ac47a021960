package dev.lungo.fuzz.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.devices.virtio.VirtioBalloon;
import dev.lungo.fuzz.SeededInputs;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any driver of a virtio balloon. */
class VirtioBalloonFuzz {
    private static final long MEMORY_BYTES = 1 << 20;
    private static final long PAGE = 4096;

    @MethodSource("seeds")
    @FuzzTest
    void everyDriverIsSurvived(byte[] input) {
        AtomicReference<@Nullable VirtioBalloon> made = new AtomicReference<>();
        HostileDriver.play(
                input,
                (function, workers) -> {
                    VirtioBalloon balloon =
                            new VirtioBalloon(function, VirtioBalloonFuzz::check, 0, workers);
                    made.set(balloon);
                    return balloon;
                },
                value -> made.get().setWanted((long) value << 12));
    }

    private static void check(long guestPhysical, long bytes) {
        assertThat(guestPhysical % PAGE).isZero();
        assertThat(bytes % PAGE).isZero();
        assertThat(guestPhysical + bytes).isLessThanOrEqualTo(MEMORY_BYTES);
    }

    @Test
    void randomDriversAreSurvived() {
        SeededInputs.made(3000, HostileDriver::randomSteps, this::everyDriverIsSurvived);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, HostileDriver::randomSteps);
    }
}
