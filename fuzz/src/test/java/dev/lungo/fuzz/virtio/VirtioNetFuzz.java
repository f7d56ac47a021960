package dev.lungo.fuzz.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.devices.virtio.VirtioNet;
import dev.lungo.fuzz.SeededInputs;
import dev.lungo.machine.NetBackend;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any driver of a virtio network adapter. */
class VirtioNetFuzz {
    private static final int MOST_FRAME_BYTES = 18 + (64 << 10);

    /** A network on which frames arrive when the input says so. */
    private static final class Network implements NetBackend {
        private Receiver receiver = (_, _, _) -> {};

        @Override
        public void send(byte[] frame, int at, int bytes) {
            assertThat(bytes).isBetween(0, MOST_FRAME_BYTES);
            assertThat(at + bytes).isLessThanOrEqualTo(frame.length);
        }

        @Override
        public void onReceive(Receiver newReceiver) {
            receiver = newReceiver;
        }

        @Override
        public void close() {}
    }

    @MethodSource("seeds")
    @FuzzTest
    void everyDriverIsSurvived(byte[] input) {
        Network network = new Network();
        HostileDriver.play(
                input,
                (function, workers) ->
                        new VirtioNet(function, network, 0x0200_0000_0001L, 2, workers),
                value -> {
                    byte[] frame = new byte[value & 0x3FFF];
                    if (frame.length > 0) {
                        frame[0] = (byte) (value >>> 16);
                    }
                    network.receiver.receive(frame, 0, frame.length);
                });
    }

    @Test
    void randomDriversAreSurvived() {
        SeededInputs.made(3000, HostileDriver::randomSteps, this::everyDriverIsSurvived);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, HostileDriver::randomSteps);
    }
}
