package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.readable;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestDriver.Used;
import dev.lungo.isa.Width;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class VirtioBlockTest {
    private static final long FLUSH = 1 << 9;
    private static final long CONFIG_WCE = 1 << 11;
    private static final long HEADER = BUFFERS;
    private static final long DATA = BUFFERS + 0x1000;
    private static final long STATUS = BUFFERS + 0x800;

    private static final int IN = 0;
    private static final int OUT = 1;
    private static final int T_FLUSH = 4;
    private static final int GET_ID = 8;
    private static final int DISCARD = 11;
    private static final int WRITE_ZEROES = 13;

    private static final int OK = 0;
    private static final int IOERR = 1;
    private static final int UNSUPP = 2;

    private final RamDisk disk = new RamDisk();

    private TestDriver driver(boolean packed, long features) {
        TestDriver driver =
                new TestDriver(
                        packed,
                        features,
                        (function, made) ->
                                new VirtioBlock(
                                        function,
                                        disk,
                                        "SN-1",
                                        2,
                                        made.tasks::add,
                                        made.told::add));
        return driver.start();
    }

    private final TestDriver driver = driver(false, FLUSH | CONFIG_WCE);

    private static void putHeader(TestDriver driver, int type, long sector) {
        driver.memory.putInt(HEADER, type);
        driver.memory.putLong(HEADER + 8, sector);
        driver.memory.putByte(STATUS, (byte) 0xEE);
    }

    /** Sends a request with so much data either way; returns its status. */
    private static int request(TestDriver driver, int type, long sector, int out, int in) {
        putHeader(driver, type, sector);
        if (out != 0) {
            driver.add(0, readable(HEADER, 16), readable(DATA, out), writable(STATUS, 1));
        } else if (in != 0) {
            driver.add(0, readable(HEADER, 16), writable(DATA, in), writable(STATUS, 1));
        } else {
            driver.add(0, readable(HEADER, 16), writable(STATUS, 1));
        }
        driver.notify(0);
        driver.work();
        return driver.memory.getByte(STATUS);
    }

    private int request(int type, long sector, int out, int in) {
        return request(driver, type, sector, out, in);
    }

    @Test
    void writesAndReadsSectors() {
        for (boolean packed : new boolean[] {false, true}) {
            TestDriver each = driver(packed, FLUSH);
            byte[] data = new byte[1024];
            Arrays.fill(data, (byte) 0x5A);
            each.memory.write(DATA, data);

            assertThat(request(each, OUT, 3, 1024, 0)).isEqualTo(OK);
            each.memory.write(DATA, new byte[1024]);
            assertThat(request(each, IN, 4, 0, 512)).isEqualTo(OK);

            assertThat(each.used(0)).extracting(Used::written).containsExactly(1, 513);
            assertThat(each.memory.get(DATA, 512)).containsOnly(0x5A);
            assertThat(each.memory.get(DATA + 512, 512)).containsOnly(0);
        }
    }

    @Test
    void whatIsNotOnTheDiskIsAnError() {
        assertThat(request(IN, 127, 0, 1024)).isEqualTo(IOERR);
        assertThat(request(IN, -1, 0, 512)).isEqualTo(IOERR);
        assertThat(request(OUT, 1L << 55, 512, 0)).isEqualTo(IOERR);
        assertThat(request(IN, 0, 0, 100)).as("half a sector").isEqualTo(IOERR);
        assertThat(disk.log).isEmpty();
        assertThat(request(77, 0, 0, 512)).isEqualTo(UNSUPP);
    }

    @Test
    void aFlushReachesTheDisk() {
        request(OUT, 0, 512, 0);
        assertThat(request(T_FLUSH, 0, 0, 0)).isEqualTo(OK);
        assertThat(disk.log).containsExactly("write 0+512", "flush");
    }

    @Test
    void whoDoesNotKnowOfTheCacheFindsNone() {
        request(driver(false, 0), OUT, 0, 512, 0);
        assertThat(disk.log).containsExactly("write 0+512", "flush");
    }

    @Test
    void theDriverSwitchesTheCacheOff() {
        assertThat(driver.config(32, Width.BYTE)).isEqualTo(1);
        driver.setConfig(32, Width.BYTE, 0);
        request(OUT, 0, 512, 0);
        assertThat(disk.log).containsExactly("write 0+512", "flush");
    }

    private void putSegment(long at, long sector, int sectors, int flags) {
        driver.memory.putLong(at, sector);
        driver.memory.putInt(at + 8, sectors);
        driver.memory.putInt(at + 12, flags);
    }

    @Test
    void discardsAndZeroesSegments() {
        putSegment(DATA, 8, 8, 0);
        putSegment(DATA + 16, 32, 1, 0);
        assertThat(request(DISCARD, 0, 32, 0)).isEqualTo(OK);
        assertThat(request(WRITE_ZEROES, 0, 16, 0)).isEqualTo(OK);
        putSegment(DATA, 8, 8, 1);
        assertThat(request(WRITE_ZEROES, 0, 16, 0)).isEqualTo(OK);
        assertThat(disk.log)
                .containsExactly(
                        "discard 4096+4096",
                        "discard 16384+512",
                        "zero 4096+4096",
                        "unmap 4096+4096");
    }

    @Test
    void refusesSegmentsThatCannotBe() {
        putSegment(DATA, 8, 8, 1);
        assertThat(request(DISCARD, 0, 16, 0)).as("unmap").isEqualTo(UNSUPP);
        putSegment(DATA, 8, 8, 2);
        assertThat(request(WRITE_ZEROES, 0, 16, 0)).as("unknown flag").isEqualTo(UNSUPP);
        putSegment(DATA, 0, 8, 0);
        putSegment(DATA + 16, 127, 2, 0);
        assertThat(request(DISCARD, 0, 32, 0)).as("beyond the end").isEqualTo(IOERR);
        assertThat(request(DISCARD, 0, 17, 0)).as("half a segment").isEqualTo(IOERR);
        assertThat(disk.log).isEmpty();
    }

    @Test
    void nothingIsWrittenToAReadOnlyDisk() {
        disk.readOnly = true;
        TestDriver reader = driver(false, FLUSH);
        assertThat(reader.offered() & (1 << 5 | 1 << 13 | 1 << 14)).isEqualTo(1 << 5);
        assertThat(request(reader, OUT, 0, 512, 0)).isEqualTo(IOERR);
        assertThat(request(reader, DISCARD, 0, 16, 0)).isEqualTo(IOERR);
        assertThat(disk.log).isEmpty();
    }

    @Test
    void tellsWhoItIs() {
        assertThat(request(GET_ID, 0, 0, 20)).isEqualTo(OK);
        assertThat(
                        new String(
                                driver.memory.get(DATA, 5),
                                java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("SN-1\0");
        assertThat(driver.config(0, Width.QWORD)).as("capacity").isEqualTo(128);
        assertThat(driver.config(34, Width.WORD)).as("num_queues").isEqualTo(2);
    }

    @Test
    void aBrokenDiskIsAnErrorAndToldOnce() {
        disk.broken = true;
        assertThat(request(IN, 0, 0, 512)).isEqualTo(IOERR);
        assertThat(request(IN, 0, 0, 512)).isEqualTo(IOERR);
        assertThat(driver.told).containsExactly("virtio block device: the disk is broken");
    }

    @Test
    void aRequestWithoutStatusBreaksTheDriver() {
        driver.add(0, readable(HEADER, 16));
        driver.notify(0);
        driver.work();
        assertThat(driver.status() & 0x40).as("DEVICE_NEEDS_RESET").isNotZero();
        assertThat(driver.told).hasSize(1);
    }

    @Test
    void aResetWaitsForTheRequestUnderWay() {
        putHeader(driver, IN, 0);
        driver.add(0, readable(HEADER, 16), writable(DATA, 512), writable(STATUS, 1));
        AtomicReference<Chain> taken = new AtomicReference<>();
        driver.function.locked(() -> taken.set(driver.function.existing(0).take()));

        driver.setStatus(0);

        assertThat(driver.status()).as("not yet").isNotZero();
        driver.function.locked(() -> driver.function.existing(0).giveBack(taken.get(), 513));
        assertThat(driver.status()).isZero();
        assertThat(driver.used(0)).as("after the reset nothing is given back").isEmpty();
    }
}
