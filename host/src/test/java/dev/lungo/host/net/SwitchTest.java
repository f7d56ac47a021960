package dev.lungo.host.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.NetBackend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SwitchTest {
    private static final int EVERYBODY = 0xFF;

    /** A machine with the locally administered address 02:02:02:02:02:n. */
    private static final class Host {
        private final int number;
        private final NetBackend port;
        private final LinkedBlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

        Host(Switch network, int number) {
            this.number = number;
            port = network.plug();
            port.onReceive(
                    (frame, at, bytes) -> received.add(Arrays.copyOfRange(frame, at, at + bytes)));
        }

        byte[] send(int to, int bytes) {
            byte[] frame = new byte[bytes];
            Arrays.fill(frame, 0, 6, (byte) (to == EVERYBODY ? 0xFF : 0x02));
            frame[5] = (byte) to;
            Arrays.fill(frame, 6, 11, (byte) 0x02);
            frame[11] = (byte) number;
            port.send(frame, 0, bytes);
            return frame;
        }

        byte[] next() throws InterruptedException {
            byte[] frame = received.poll(10, TimeUnit.SECONDS);
            assertThat(frame).isNotNull();
            return frame;
        }
    }

    private final Switch network = new Switch();
    private Host one;
    private Host two;
    private Host three;

    @BeforeEach
    void plugThemIn() {
        one = new Host(network, 1);
        two = new Host(network, 2);
        three = new Host(network, 3);
    }

    @AfterEach
    void unplugThem() {
        one.port.close();
        two.port.close();
        three.port.close();
    }

    @Test
    void aBroadcastReachesAllButTheOneWhoSentIt() throws InterruptedException {
        byte[] frame = one.send(EVERYBODY, 60);

        assertThat(two.next()).isEqualTo(frame);
        assertThat(three.next()).isEqualTo(frame);
        assertThat(one.received).isEmpty();
    }

    @Test
    void whoHasSpokenGetsHisFramesAloneAndWhoHasNotIsLookedForEverywhere()
            throws InterruptedException {
        byte[] lookedFor = one.send(2, 60);
        assertThat(two.next()).isEqualTo(lookedFor);
        assertThat(three.next()).isEqualTo(lookedFor);
        byte[] answer = two.send(1, 60);
        assertThat(one.next()).isEqualTo(answer);

        byte[] alone = one.send(2, 1514);
        byte[] last = one.send(EVERYBODY, 60);

        assertThat(two.next()).isEqualTo(alone);
        assertThat(three.next()).isEqualTo(last); // and not what was for the second
    }

    @Test
    void aMachineThatTakesNothingHoldsUpNobody() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        two.port.onReceive((_, _, _) -> {
            try {
                stuck.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });

        for (int i = 0; i < 10_000; i++) {
            one.send(EVERYBODY, 60);
            if (i % 500 == 0) {
                three.next();
            }
        }

        stuck.countDown();
    }

    @Test
    void hostileFramesAreDropped() throws InterruptedException {
        one.port.send(new byte[5], 0, 5);
        one.port.send(new byte[100_000], 0, 100_000);
        for (int source = 0; source < 100_000; source++) { // more than is learnt
            byte[] frame = new byte[14];
            frame[0] = 2;
            frame[5] = 1;
            frame[6] = 2;
            frame[10] = (byte) (source >> 8);
            frame[11] = (byte) source;
            frame[9] = (byte) (source >> 16);
            one.port.send(frame, 0, 14);
        }
        two.port.close();
        three.send(EVERYBODY, 60);
        assertThat(one.next()).hasSize(60);
    }

    @Test
    void switchesOfOneNameAreJoinedAndWhenTheFirstGoesTheOthersStay(@TempDir Path directory)
            throws Exception {
        Switch second = new Switch();
        Switch third = new Switch();
        Trunk first = Trunk.join(network, directory, "lan");
        try (Trunk _ = Trunk.join(second, directory, "lan");
                Trunk _ = Trunk.join(third, directory, "lan")) {
            Host four = new Host(second, 4);
            Host five = new Host(third, 5);
            awaitPath(one, four);
            awaitPath(four, five);
            byte[] answer = five.send(1, 1514);
            byte[] received = one.next();
            while (received.length != answer.length) {
                received = one.next();
            }
            assertThat(received).isEqualTo(answer);

            first.close();

            awaitPath(four, five);
            four.port.close();
            five.port.close();
        }
    }

    /** Until frames come through; what was sent before has no way, and is lost. */
    private static void awaitPath(Host from, Host to) throws InterruptedException {
        to.received.clear();
        byte[] frame;
        do {
            from.send(EVERYBODY, 60);
            frame = to.received.poll(20, TimeUnit.MILLISECONDS);
        } while (frame == null);
    }

    @Test
    void aNameThatIsNoFilesIsRefused() {
        assertThatThrownBy(() -> Switch.named("../lan")).hasMessageContaining("\"../lan\"");
    }
}
