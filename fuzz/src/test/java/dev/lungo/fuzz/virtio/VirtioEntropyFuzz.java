package dev.lungo.fuzz.virtio;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.devices.virtio.VirtioEntropy;
import dev.lungo.fuzz.SeededInputs;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any driver of a virtio entropy device. */
class VirtioEntropyFuzz {
    @MethodSource("seeds")
    @FuzzTest
    void everyDriverIsSurvived(byte[] input) {
        HostileDriver.play(
                input,
                (function, workers) -> new VirtioEntropy(function, _ -> {}, workers),
                _ -> {});
    }

    @Test
    void randomDriversAreSurvived() {
        SeededInputs.made(3000, HostileDriver::randomSteps, this::everyDriverIsSurvived);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, HostileDriver::randomSteps);
    }
}
