package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.readable;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestDriver.Used;
import dev.lungo.isa.Width;
import dev.lungo.machine.ConsoleBackend;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VirtioConsoleTest {
    private static final long MULTIPORT = 1 << 1;

    private static final class Far implements ConsoleBackend {
        final ByteArrayOutputStream shown = new ByteArrayOutputStream();
        @Nullable Receiver receiver;
        int taken;

        void type(String text) {
            if (receiver != null) {
                receiver.receive(text.getBytes(US_ASCII), () -> taken++);
            }
        }

        @Override
        public void write(byte[] from, int at, int bytes) {
            shown.write(from, at, bytes);
        }

        @Override
        public void onReceive(Receiver newReceiver) {
            receiver = newReceiver;
        }

        @Override
        public void close() {}
    }

    private final Far first = new Far();
    private final Far second = new Far();

    private TestDriver driver(long features) {
        TestDriver driver =
                new TestDriver(
                        false,
                        features,
                        (function, made) ->
                                new VirtioConsole(
                                        function, List.of(first, second), made.tasks::add));
        return driver.start();
    }

    private static void write(TestDriver driver, int queue, String text) {
        driver.memory.write(BUFFERS, text.getBytes(US_ASCII));
        driver.add(queue, readable(BUFFERS, text.length()));
        driver.notify(queue);
        driver.work();
    }

    @Test
    void aDriverOfOnePortWritesAndReads() {
        TestDriver driver = driver(0);
        write(driver, 1, "hello");
        assertThat(first.shown).hasToString("hello");

        first.type("abcdef");
        assertThat(first.taken).isZero();
        driver.add(0, writable(BUFFERS, 4));
        driver.notify(0);
        driver.add(0, writable(BUFFERS + 4, 4));
        driver.notify(0);
        assertThat(driver.used(0)).extracting(Used::written).containsExactly(4, 2);
        assertThat(driver.memory.get(BUFFERS, 6)).asString(US_ASCII).isEqualTo("abcdef");
        assertThat(first.taken).isEqualTo(1);
    }

    private static void control(TestDriver driver, int id, int event, int value) {
        driver.memory.putInt(BUFFERS, id);
        driver.memory.putInt(BUFFERS + 4, value << 16 | event);
        driver.add(3, readable(BUFFERS, 8));
        driver.notify(3);
    }

    @Test
    void portsAreAddedAndOpened() {
        TestDriver driver = driver(MULTIPORT);
        assertThat(driver.config(4, Width.DWORD)).as("max_nr_ports").isEqualTo(2);
        for (int i = 0; i < 4; i++) {
            driver.add(2, writable(BUFFERS + 0x100 + 0x10L * i, 8));
        }
        control(driver, 0, 0, 1); // DEVICE_READY
        control(driver, 1, 3, 1); // PORT_READY
        assertThat(driver.used(2)).hasSize(4);
        assertThat(driver.memory.getLong(BUFFERS + 0x100)).isEqualTo(0x0001_0001_0000_0000L);
        assertThat(driver.memory.getLong(BUFFERS + 0x110)).isEqualTo(0x0001_0001_0000_0001L);
        assertThat(driver.memory.getLong(BUFFERS + 0x120)).isEqualTo(0x0001_0004_0000_0001L);
        assertThat(driver.memory.getLong(BUFFERS + 0x130)).isEqualTo(0x0001_0006_0000_0001L);

        second.type("x");
        driver.add(4, writable(BUFFERS + 0x200, 4));
        driver.notify(4);
        assertThat(driver.used(4)).as("not open yet").isEmpty();
        control(driver, 1, 6, 1); // PORT_OPEN
        assertThat(driver.used(4)).hasSize(1);
        write(driver, 5, "second");
        assertThat(second.shown).hasToString("second");
    }
}
