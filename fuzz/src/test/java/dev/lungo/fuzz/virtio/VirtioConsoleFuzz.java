package dev.lungo.fuzz.virtio;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.devices.virtio.VirtioConsole;
import dev.lungo.fuzz.SeededInputs;
import dev.lungo.machine.ConsoleBackend;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any driver of a virtio console. */
class VirtioConsoleFuzz {
    /** Somebody who types when the input says so and the last was taken. */
    private static final class Typist implements ConsoleBackend {
        private Receiver receiver = (_, _) -> {};
        private boolean waits;

        void type(int bytes) {
            if (!waits) {
                waits = true;
                receiver.receive(new byte[bytes], () -> waits = false);
            }
        }

        @Override
        public void write(byte[] from, int at, int bytes) {}

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
        List<Typist> typists = List.of(new Typist(), new Typist());
        HostileDriver.play(
                input,
                (function, workers) -> new VirtioConsole(function, List.copyOf(typists), workers),
                value -> typists.get(value & 1).type(value >>> 1 & 0xFFF));
    }

    @Test
    void randomDriversAreSurvived() {
        SeededInputs.made(3000, HostileDriver::randomSteps, this::everyDriverIsSurvived);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, HostileDriver::randomSteps);
    }
}
