package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.readable;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class VirtioBalloonTest {
    private final List<String> givenBack = new ArrayList<>();
    private final AtomicReference<VirtioBalloon> balloon = new AtomicReference<>();
    private final TestDriver driver;

    VirtioBalloonTest() {
        driver =
                new TestDriver(
                        false,
                        1 << 5, // VIRTIO_BALLOON_F_PAGE_REPORTING
                        (function, made) -> {
                            balloon.set(
                                    new VirtioBalloon(
                                            function,
                                            (at, bytes) ->
                                                    givenBack.add(
                                                            Long.toHexString(at) + "+" + bytes),
                                            2 << 20,
                                            made.tasks::add));
                            return balloon.get();
                        });
        driver.start();
    }

    private void send(int queue, TestDriver.Piece piece) {
        driver.add(queue, piece);
        driver.notify(queue);
        driver.work();
        assertThat(driver.used(queue)).hasSize(1);
    }

    @Test
    void pagesInTheBalloonAreGivenBackTogether() {
        int[] pages = {5, 6, 7, 9, 0xFFFF_FFFF, 10};
        for (int i = 0; i < pages.length; i++) {
            driver.memory.putInt(BUFFERS + 4L * i, pages[i]);
        }
        send(0, readable(BUFFERS, 4 * pages.length));
        assertThat(givenBack).containsExactly("5000+12288", "9000+4096", "a000+4096");
    }

    @Test
    void reportedPagesAreGivenBackWherever() {
        send(4, writable(0x30_0000, 0x4000));
        send(2, writable(0x30_0800, 0x2000)); // one whole page
        assertThat(givenBack).containsExactly("300000+16384", "301000+4096");
    }

    @Test
    void theSizeIsWantedAndReported() {
        assertThat(driver.config(0, Width.DWORD)).isEqualTo(512);
        driver.setConfig(4, Width.DWORD, 100);
        assertThat(balloon.get().actualBytes()).isEqualTo(100 * 4096);

        balloon.get().setWanted(4096);
        assertThat(driver.config(0, Width.DWORD)).isEqualTo(1);
        assertThat(driver.isr()).as("configuration change").isEqualTo(2);
    }
}
