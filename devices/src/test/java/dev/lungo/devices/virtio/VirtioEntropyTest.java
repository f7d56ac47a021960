package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestDriver.Used;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VirtioEntropyTest {
    @Test
    void fillsBuffersButNotWithoutBound() {
        TestDriver driver =
                new TestDriver(
                        true,
                        0,
                        (function, made) ->
                                new VirtioEntropy(
                                        function,
                                        bytes -> Arrays.fill(bytes, (byte) 0x33),
                                        made.tasks::add));
        driver.start();
        driver.add(0, writable(BUFFERS, 10), writable(BUFFERS + 0x100, 6));
        driver.add(0, writable(BUFFERS, 1 << 20));
        driver.notify(0);
        driver.work();
        assertThat(driver.used(0)).extracting(Used::written).containsExactly(16, 4096);
        assertThat(driver.memory.get(BUFFERS + 0x100, 6)).containsOnly(0x33);
    }
}
