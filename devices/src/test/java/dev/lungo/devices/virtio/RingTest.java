package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.readable;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static dev.lungo.devices.virtio.TestDriver.desc;
import static dev.lungo.devices.virtio.TestDriver.deviceArea;
import static dev.lungo.devices.virtio.TestDriver.driverArea;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestDriver.Piece;
import dev.lungo.devices.virtio.TestDriver.Used;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final long EVENTS = 1L << TestDriver.EVENT_IDX;
    private static final int NEEDS_RESET = 0x40;

    private final List<Echo> echoes = new ArrayList<>();

    private TestDriver driver(boolean packed, long features) {
        return new TestDriver(
                        packed,
                        features,
                        (function, _) -> {
                            echoes.add(new Echo(function));
                            return echoes.getLast();
                        })
                .start();
    }

    private List<TestDriver> drivers(long features) {
        return List.of(driver(false, features), driver(true, features));
    }

    @Test
    void buffersOfSeveralPiecesGoAroundTheRing() {
        for (TestDriver driver : drivers(0)) {
            for (int i = 0; i < 50; i++) {
                driver.memory.putLong(BUFFERS, 0x0102_0304_0506_0708L + i);
                int id =
                        driver.add(
                                0,
                                readable(BUFFERS, 3),
                                readable(BUFFERS + 3, 5),
                                writable(BUFFERS + 0x100, 7),
                                writable(BUFFERS + 0x107, 100));
                driver.notify(0);

                assertThat(driver.used(0)).containsExactly(new Used(id, 8));
                assertThat(driver.memory.getLong(BUFFERS + 0x100))
                        .isEqualTo(0x0102_0304_0506_0708L + i);
            }
            assertThat(driver.told).isEmpty();
        }
    }

    @Test
    void buffersAreGivenBackInAnyOrder() {
        for (TestDriver driver : drivers(0)) {
            List<Chain> kept = new ArrayList<>();
            echoOf(driver).kept = kept;
            int first = driver.add(0, writable(BUFFERS, 4));
            int second = driver.add(0, writable(BUFFERS, 4), writable(BUFFERS + 8, 4));
            driver.notify(0);

            Virtqueue queue = driver.function.existing(0);
            driver.function.locked(() -> queue.giveBack(kept.get(1), 2));
            driver.function.locked(() -> queue.giveBack(kept.get(0), 1));

            assertThat(driver.used(0)).containsExactly(new Used(second, 2), new Used(first, 1));
        }
    }

    private Echo echoOf(TestDriver driver) {
        for (Echo each : echoes) {
            if (each.isOf(driver.function)) {
                return each;
            }
        }
        throw new AssertionError();
    }

    @Test
    void withoutEventIndexTheDriverSwitchesInterruptsOff() {
        for (TestDriver driver : drivers(0)) {
            driver.add(0, writable(BUFFERS, 4));
            driver.notify(0);
            assertThat(driver.isr()).isEqualTo(1);

            driver.memory.putShort(driverArea(0), (short) 1); // split: NO_INTERRUPT
            driver.memory.putShort(driverArea(0) + 2L * packedOnly(driver), (short) 1);
            driver.add(0, writable(BUFFERS, 4));
            driver.notify(0);
            assertThat(driver.isr()).isZero();
        }
    }

    private static int packedOnly(TestDriver driver) {
        return driver.isPacked() ? 1 : 0;
    }

    @Test
    void withEventIndexTheDriverIsInterruptedWhereItWants() {
        for (TestDriver driver : drivers(EVENTS)) {
            int asked = driver.isPacked() ? 2 | 1 << 15 : 2; // the third, in the first lap
            if (driver.isPacked()) {
                driver.memory.putShort(driverArea(0), (short) asked);
                driver.memory.putShort(driverArea(0) + 2, (short) 2);
            } else {
                driver.memory.putShort(driverArea(0) + 4 + 2 * TestDriver.RING_SIZE, (short) asked);
            }
            for (int i = 0; i < 8; i++) {
                driver.add(0, writable(BUFFERS, 4));
                driver.notify(0);
                assertThat(driver.isr()).as("buffer %d", i).isEqualTo(i == 2 ? 1 : 0);
            }
        }
    }

    @Test
    void withEventIndexTheDeviceSaysWhatItWaitsFor() {
        TestDriver split = driver(false, EVENTS);
        split.add(0, writable(BUFFERS, 4));
        split.notify(0);
        assertThat(split.memory.getShort(deviceArea(0) + 4 + 8 * TestDriver.RING_SIZE))
                .isEqualTo((short) 1);

        TestDriver packed = driver(true, EVENTS);
        packed.add(0, writable(BUFFERS, 4));
        packed.notify(0);
        assertThat(packed.memory.getInt(deviceArea(0))).isEqualTo(2 << 16 | 1 << 15 | 1);
    }

    @Test
    void indirectTablesAreFollowed() {
        for (TestDriver driver : drivers(1L << TestDriver.INDIRECT_DESC)) {
            long table = BUFFERS + 0x1000;
            driver.memory.putLong(BUFFERS, 77);
            driver.descriptor(table, readable(BUFFERS, 8), driver.isPacked() ? 0 : 1, 1);
            driver.descriptor(table + 16, writable(BUFFERS + 8, 8), 2, 0);
            if (driver.isPacked()) { // flags are two bytes further on
                driver.memory.putInt(table + 12, 0);
                driver.memory.putInt(table + 28, 2 << 16);
            }
            driver.addIndirect(0, table, 32);
            driver.notify(0);

            assertThat(driver.used(0)).extracting(Used::written).containsExactly(8);
            assertThat(driver.memory.getLong(BUFFERS + 8)).isEqualTo(77);
        }
    }

    private static void breaks(TestDriver driver, String reason) {
        driver.notify(0);
        driver.notify(0);

        assertThat(driver.status() & NEEDS_RESET).isNotZero();
        assertThat(driver.told).hasSize(1).first().asString().contains(reason);
        assertThat(driver.isr() & 2).as("configuration change").isNotZero();
        assertThat(driver.used(0)).isEmpty();
        driver.start();
        driver.add(0, writable(BUFFERS, 4));
        driver.notify(0);
        assertThat(driver.used(0)).as("after a reset").hasSize(1);
    }

    @Test
    void aPieceThatIsNotMemoryBreaksTheRing() {
        for (Piece piece :
                List.of(
                        writable(16 << 20, 1),
                        writable((16 << 20) - 4, 5),
                        readable(-1, 1),
                        readable(Long.MIN_VALUE, 4),
                        writable(0, -1))) {
            for (TestDriver driver : drivers(0)) {
                driver.add(0, piece);
                breaks(driver, "not memory");
            }
        }
    }

    @Test
    void aReadablePieceBehindAWritableOneBreaksTheRing() {
        for (TestDriver driver : drivers(0)) {
            driver.add(0, writable(BUFFERS, 4), readable(BUFFERS, 4));
            breaks(driver, "behind");
        }
    }

    @Test
    void loopsBreakTheRing() {
        TestDriver split = driver(false, 0);
        split.descriptor(desc(0), readable(BUFFERS, 4), 1, 1);
        split.descriptor(desc(0) + 16, readable(BUFFERS, 4), 1, 0);
        split.offer(0, 0);
        breaks(split, "loop");

        TestDriver packed = driver(true, 0);
        for (int i = 0; i < TestDriver.RING_SIZE; i++) {
            packed.descriptor(desc(0) + 16L * i, readable(BUFFERS, 4), 0, 1 << 7 | 1);
        }
        breaks(packed, "loop");
    }

    @Test
    void indicesBeyondTheRingBreakIt() {
        TestDriver head = driver(false, 0);
        head.offer(0, TestDriver.RING_SIZE);
        breaks(head, "descriptor 8 of 8");

        TestDriver next = driver(false, 0);
        next.descriptor(desc(0), readable(BUFFERS, 4), 1, 500);
        next.offer(0, 0);
        breaks(next, "descriptor 500 of 8");

        TestDriver index = driver(false, 0);
        index.memory.putShort(driverArea(0) + 2, (short) 9);
        breaks(index, "9 available buffers");
    }

    @Test
    void indirectTablesThatCannotBeBreakTheRing() {
        for (TestDriver driver : drivers(0)) {
            driver.addIndirect(0, BUFFERS, 24);
            breaks(driver, "indirect table of 24 bytes");
        }
        for (TestDriver driver : drivers(0)) {
            driver.addIndirect(0, BUFFERS, 16 * 2000);
            breaks(driver, "indirect table");
        }
        for (TestDriver driver : drivers(0)) {
            driver.addIndirect(0, (16 << 20) - 16, 32);
            breaks(driver, "not memory");
        }
        for (TestDriver driver : drivers(0)) { // a table that names itself
            driver.descriptor(BUFFERS, readable(BUFFERS, 16), 4, driver.isPacked() ? 4 : 0);
            driver.addIndirect(0, BUFFERS, 16);
            driver.notify(0);
            if (!driver.isPacked()) {
                breaks(driver, "indirect descriptor where none may be");
            }
        }
    }

    @Test
    void ringsOutsideMemoryAreRefused() {
        for (TestDriver driver : drivers(0)) {
            driver.negotiate();
            driver.place(0, 16 << 20, driverArea(0), deviceArea(0));
            assertThat(driver.status() & NEEDS_RESET).isNotZero();
            driver.negotiate();
            driver.place(0, desc(0) + 8, driverArea(0), deviceArea(0));
            assertThat(driver.status() & NEEDS_RESET).as("not aligned").isNotZero();
            driver.negotiate();
            driver.place(0, desc(0), driverArea(0), -4L);
            assertThat(driver.status() & NEEDS_RESET).isNotZero();
        }
    }
}
