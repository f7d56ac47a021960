package dev.lungo.fuzz.virtio;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.devices.virtio.VirtioBlock;
import dev.lungo.fuzz.SeededInputs;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any driver of a virtio disk. */
class VirtioBlockFuzz {
    /** A disk that fails now and then. Arrays say when something is not on it. */
    private static final class SmallDisk implements BlockBackend {
        private final byte[] content = new byte[64 << 10];
        private boolean fails;

        private void check() {
            if (fails) {
                throw new BackendException("the disk fails");
            }
        }

        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void read(long offset, byte[] into, int at, int bytes) {
            check();
            System.arraycopy(content, Math.toIntExact(offset), into, at, bytes);
        }

        @Override
        public void write(long offset, byte[] from, int at, int bytes) {
            check();
            System.arraycopy(from, at, content, Math.toIntExact(offset), bytes);
        }

        @Override
        public void flush() {
            check();
        }

        @Override
        public void discard(long offset, long bytes) {
            writeZeroes(offset, bytes, /* mayUnmap= */ true);
        }

        @Override
        public void writeZeroes(long offset, long bytes, boolean mayUnmap) {
            check();
            int from = Math.toIntExact(offset);
            Arrays.fill(content, from, from + Math.toIntExact(bytes), (byte) 0);
        }

        @Override
        public void close() {}
    }

    @MethodSource("seeds")
    @FuzzTest
    void everyDriverIsSurvived(byte[] input) {
        SmallDisk disk = new SmallDisk();
        HostileDriver.play(
                input,
                (function, workers) ->
                        new VirtioBlock(function, disk, "serial", 2, workers, _ -> {}),
                value -> disk.fails = (value & 1) != 0);
    }

    @Test
    void randomDriversAreSurvived() {
        SeededInputs.made(3000, HostileDriver::randomSteps, this::everyDriverIsSurvived);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, HostileDriver::randomSteps);
    }
}
