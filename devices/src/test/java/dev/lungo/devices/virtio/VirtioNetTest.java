package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.readable;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestDriver.Used;
import dev.lungo.isa.Width;
import dev.lungo.machine.NetBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class VirtioNetTest {
    private static final long MRG_RXBUF = 1 << 15;
    private static final long CTRL_VQ = 1 << 17;
    private static final long MQ = 1 << 22;
    private static final long OURS = 0x0200_0000_0001L;
    private static final int HEADER = 12;
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;

    private final List<byte[]> sent = new ArrayList<>();
    private final AtomicReference<NetBackend.Receiver> receiver = new AtomicReference<>();

    private final NetBackend network =
            new NetBackend() {
                @Override
                public void send(byte[] frame, int at, int bytes) {
                    sent.add(Arrays.copyOfRange(frame, at, at + bytes));
                }

                @Override
                public void onReceive(Receiver newReceiver) {
                    receiver.set(newReceiver);
                }

                @Override
                public void close() {}
            };

    private TestDriver driver(long features, int pairs) {
        TestDriver driver =
                new TestDriver(
                        false,
                        features,
                        (function, made) ->
                                new VirtioNet(function, network, OURS, pairs, made.tasks::add));
        return driver.start();
    }

    /** A frame to this address, with a number in its last byte. */
    private static byte[] frame(long destination, int bytes, int number) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < 6; i++) {
            frame[i] = (byte) (destination >>> 8 * (5 - i));
        }
        frame[bytes - 1] = (byte) number;
        return frame;
    }

    private void arrives(byte[] frame) {
        receiver.get().receive(frame, 0, frame.length);
    }

    @Test
    void hasAnAddress() {
        TestDriver driver = driver(0, 1);
        assertThat(driver.config(0, Width.DWORD)).isEqualTo(2);
        assertThat(driver.config(4, Width.WORD)).isEqualTo(0x0100);
        assertThat(driver.config(6, Width.WORD)).as("link up").isEqualTo(1);
    }

    @Test
    void sendsFramesWithoutTheirHeaders() {
        TestDriver driver = driver(0, 1);
        byte[] frame = frame(OURS, 60, 9);
        driver.memory.write(BUFFERS + HEADER, frame);
        driver.add(TRANSMIT, readable(BUFFERS, HEADER), readable(BUFFERS + HEADER, 60));
        driver.notify(TRANSMIT);
        driver.work();
        assertThat(sent).containsExactly(frame);
        assertThat(driver.used(TRANSMIT)).extracting(Used::written).containsExactly(0);
    }

    @Test
    void aFrameArrivesInOneBuffer() {
        TestDriver driver = driver(0, 1);
        driver.add(RECEIVE, writable(BUFFERS, 2000));
        arrives(frame(OURS, 100, 7));
        assertThat(driver.used(RECEIVE)).extracting(Used::written).containsExactly(112);
        assertThat(driver.memory.getShort(BUFFERS + 10)).as("num_buffers").isEqualTo((short) 1);
        assertThat(driver.memory.getByte(BUFFERS + 111)).isEqualTo((byte) 7);
    }

    @Test
    void aFrameArrivesInSeveralBuffersIfTheDriverMergesThem() {
        TestDriver driver = driver(MRG_RXBUF, 1);
        for (int i = 0; i < 3; i++) {
            driver.add(RECEIVE, writable(BUFFERS + 0x100L * i, 64));
        }
        arrives(frame(OURS, 100, 7)); // 112 bytes with the header
        assertThat(driver.used(RECEIVE)).extracting(Used::written).containsExactly(64, 48);
        assertThat(driver.memory.getShort(BUFFERS + 10)).isEqualTo((short) 2);
        assertThat(driver.memory.getByte(BUFFERS + 0x100 + 47)).isEqualTo((byte) 7);
    }

    @Test
    void aFrameThatFindsNoRoomIsDroppedAndTakesNoBuffer() {
        for (long features : new long[] {0, MRG_RXBUF}) {
            TestDriver driver = driver(features, 1);
            driver.add(RECEIVE, writable(BUFFERS, 64));
            arrives(frame(OURS, 100, 7));
            assertThat(driver.used(RECEIVE)).isEmpty();
            arrives(frame(OURS, 52, 8));
            assertThat(driver.used(RECEIVE)).extracting(Used::written).containsExactly(64);
        }
    }

    @Test
    void framesForOthersAreNotWantedUnlessAskedFor() {
        TestDriver driver = driver(CTRL_VQ, 1);
        for (int i = 0; i < 4; i++) {
            driver.add(RECEIVE, writable(BUFFERS + 0x100L * i, 128));
        }
        arrives(frame(OURS + 1, 60, 1));
        assertThat(driver.used(RECEIVE)).isEmpty();
        arrives(frame(0xFFFF_FFFF_FFFFL, 60, 2));
        arrives(frame(0x3333_0000_0001L, 60, 3));
        assertThat(driver.used(RECEIVE)).hasSize(2);

        assertThat(command(driver, 2, 0, 0, 1)).as("promiscuous").isZero();
        arrives(frame(OURS + 1, 60, 4));
        assertThat(driver.used(RECEIVE)).hasSize(1);
    }

    private static int command(TestDriver driver, int queue, int... bytes) {
        long at = BUFFERS + 0x8000;
        for (int i = 0; i < bytes.length; i++) {
            driver.memory.putByte(at + i, (byte) bytes[i]);
        }
        driver.memory.putByte(at + 0x100, (byte) 0xEE);
        driver.add(queue, readable(at, bytes.length), writable(at + 0x100, 1));
        driver.notify(queue);
        return driver.memory.getByte(at + 0x100);
    }

    @Test
    void theDriverChangesTheAddress() {
        TestDriver driver = driver(CTRL_VQ, 1);
        assertThat(command(driver, 2, 1, 1, 2, 0, 0, 0, 0, 5)).isZero();
        assertThat(driver.config(4, Width.WORD)).isEqualTo(0x0500);
        driver.add(RECEIVE, writable(BUFFERS, 128));
        arrives(frame(OURS, 60, 1));
        assertThat(driver.used(RECEIVE)).isEmpty();
        arrives(frame(0x0200_0000_0005L, 60, 1));
        assertThat(driver.used(RECEIVE)).hasSize(1);
    }

    @Test
    void commandsThatCannotBeAreErrors() {
        TestDriver driver = driver(CTRL_VQ | MQ, 2);
        int control = 4;
        assertThat(command(driver, control, 9, 9, 0)).isEqualTo(1);
        assertThat(command(driver, control, 0)).isEqualTo(1);
        assertThat(command(driver, control, 1, 1, 2, 0)).isEqualTo(1);
        assertThat(command(driver, control, 4, 0, 3, 0)).as("three pairs").isEqualTo(1);
        assertThat(command(driver, control, 4, 0, 0, 0)).as("no pair").isEqualTo(1);
    }

    @Test
    void connectionsKeepToTheirQueue() {
        TestDriver driver = driver(CTRL_VQ | MQ, 2);
        assertThat(driver.config(8, Width.WORD)).as("max_virtqueue_pairs").isEqualTo(2);
        assertThat(command(driver, 4, 4, 0, 2, 0)).isZero();
        for (int i = 0; i < 4; i++) {
            driver.add(0, writable(BUFFERS + 0x100L * i, 128));
        }
        for (int i = 4; i < 8; i++) {
            driver.add(2, writable(BUFFERS + 0x100L * i, 128));
        }
        byte[] one = frame(OURS, 80, 0);
        byte[] other = frame(OURS, 80, 0);
        other[37] = 1; // a port
        arrives(one);
        arrives(one);
        arrives(other);
        assertThat(List.of(driver.used(0).size(), driver.used(2).size()))
                .containsExactlyInAnyOrder(2, 1);
    }

    private static int u16(byte[] frame, int at) {
        return (frame[at] & 0xFF) << 8 | (frame[at + 1] & 0xFF);
    }

    private static int checksum(byte[] frame, int from, int to, int initial) {
        int sum = initial;
        for (int i = from; i < to; i += 2) {
            sum += i + 1 < to ? u16(frame, i) : (frame[i] & 0xFF) << 8;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return sum;
    }

    /** An IPv4 header at 14 and a TCP header at 34, with so much data, as a driver leaves it. */
    private byte[] tcp(int data) {
        byte[] frame = frame(OURS, 54 + data, 0);
        frame[12] = 8;
        frame[14] = 0x45;
        frame[16] = (byte) (40 + data >> 8);
        frame[17] = (byte) (40 + data);
        frame[18] = 0x12; // identification
        frame[23] = 6;
        frame[26] = 10;
        frame[30] = 10;
        frame[33] = 2;
        frame[41] = 100; // sequence number
        frame[46] = 0x50;
        frame[47] = 0x18; // ACK, PSH
        for (int i = 0; i < data; i++) {
            frame[54 + i] = (byte) i;
        }
        int pseudo = checksum(frame, 26, 34, 6 + 20 + data);
        frame[50] = (byte) (pseudo >> 8);
        frame[51] = (byte) pseudo;
        return frame;
    }

    private void send(TestDriver driver, int flags, int gso, int mss, byte[] frame) {
        driver.memory.putInt(BUFFERS, gso << 8 | flags);
        driver.memory.putShort(BUFFERS + 4, (short) mss);
        driver.memory.putShort(BUFFERS + 6, (short) 34); // csum_start
        driver.memory.putShort(BUFFERS + 8, (short) 16); // csum_offset
        driver.memory.write(BUFFERS + HEADER, frame);
        driver.add(TRANSMIT, readable(BUFFERS, HEADER + frame.length));
        driver.notify(TRANSMIT);
        driver.work();
    }

    private static void assertTcpChecksum(byte[] frame) {
        int length = frame.length - 34;
        int pseudo = checksum(frame, 26, 34, 6 + length);
        assertThat(checksum(frame, 34, frame.length, pseudo)).isEqualTo(0xFFFF);
    }

    @Test
    void completesChecksums() {
        send(driver(1, 1), 1, 0, 0, tcp(101));
        assertThat(sent).hasSize(1);
        assertTcpChecksum(sent.getFirst());
    }

    @Test
    void cutsTcpIntoSegments() {
        send(driver(1 | 1 << 11, 1), 1, 1, 400, tcp(1000));

        assertThat(sent).extracting(frame -> frame.length).containsExactly(454, 454, 254);
        int at = 0;
        for (byte[] frame : sent) {
            assertThat(u16(frame, 16)).as("IP length").isEqualTo(frame.length - 14);
            assertThat(checksum(frame, 14, 34, 0)).as("IP checksum").isEqualTo(0xFFFF);
            assertThat(u16(frame, 40)).as("sequence").isEqualTo(100 + at);
            assertThat(frame[54]).isEqualTo((byte) at);
            assertTcpChecksum(frame);
            at += frame.length - 54;
        }
        assertThat(sent)
                .extracting(frame -> u16(frame, 18))
                .containsExactly(0x1200, 0x1201, 0x1202);
        assertThat(sent).extracting(frame -> frame[47] & 8).as("PSH").containsExactly(0, 0, 8);
    }

    @Test
    void whatDoesNotFitTogetherIsDropped() {
        TestDriver driver = driver(1 | 1 << 11, 1);
        send(driver, 1, 0, 0, Arrays.copyOf(tcp(0), 40)); // csum_start is beyond its end
        send(driver, 1, 1, 0, tcp(100)); // no segment size
        send(driver, 0, 1, 100, tcp(100)); // no checksum
        send(driver, 1, 3, 100, tcp(100)); // UDP fragmentation, which is not offered
        byte[] longHeader = tcp(0);
        longHeader[46] = (byte) 0xF0;
        send(driver, 1, 1, 100, longHeader);
        assertThat(sent).isEmpty();
        assertThat(driver.used(TRANSMIT)).hasSize(5);
    }
}
