package dev.lungo.host.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.host.net.UserNetwork.Forward;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class UserNetworkTest {
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final byte[] OURS = {2, 0, 0, 0, 0, 1};

    @Test
    void withoutPasstASentenceSaysWhatToInstall() {
        assertThatThrownBy(() -> UserNetwork.start("no-such-passt", List.of()))
                .hasMessage(
                        "User networking needs passt, which is not here: install the package"
                                + " passt.");
    }

    private static void assumePasst() {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/passt")),
                "passt is missing: install the package passt");
    }

    private static byte[] frame(int type, int payloadBytes) {
        byte[] frame = new byte[14 + payloadBytes];
        Arrays.fill(frame, 0, 6, (byte) 0xFF);
        System.arraycopy(OURS, 0, frame, 6, 6);
        ByteBuffer.wrap(frame).putShort(12, (short) type);
        return frame;
    }

    private static boolean is(byte[] frame, int type) {
        return ByteBuffer.wrap(frame).getShort(12) == (short) type;
    }

    private static byte[] await(LinkedBlockingQueue<byte[]> frames, int type)
            throws InterruptedException {
        while (true) {
            byte[] frame = frames.poll(10, TimeUnit.SECONDS);
            assertThat(frame).as("a frame of type " + type).isNotNull();
            if (is(frame, type)) {
                return frame;
            }
        }
    }

    @Test
    void passtAnswersArpAndForwardsAPort() throws IOException, InterruptedException {
        assumePasst();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        LinkedBlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        try (UserNetwork network =
                UserNetwork.start(List.of(new Forward(Forward.Protocol.TCP, port, 80)))) {
            network.onReceive(
                    (frame, at, bytes) -> frames.add(Arrays.copyOfRange(frame, at, at + bytes)));
            byte[] request = frame(ARP, 28);
            ByteBuffer arp = ByteBuffer.wrap(request, 14, 28).slice();
            arp.putShort(0, (short) 1).putShort(2, (short) IPV4).put(4, (byte) 6).put(5, (byte) 4);
            arp.putShort(6, (short) 1).put(8, OURS);
            arp.put(14, new byte[] {10, 1, 2, 3}).put(24, new byte[] {10, 1, 2, 4});

            network.send(request, 0, request.length);

            byte[] answer = await(frames, ARP);
            assertThat(ByteBuffer.wrap(answer).getShort(14 + 6)).isEqualTo((short) 2);
            assertThat(Arrays.copyOfRange(answer, 14 + 24, 14 + 28)).containsExactly(10, 1, 2, 3);
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                byte[] syn = await(frames, IPV4);
                assertThat(syn[14 + 9]).as("TCP").isEqualTo((byte) 6);
                assertThat(ByteBuffer.wrap(syn).getShort(14 + 20 + 2)).isEqualTo((short) 80);
            }
        }
    }

    @Test
    void aForwardThatCannotBeIsRefusedInPasstsWords() throws IOException {
        assumePasst();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Forward forward = new Forward(Forward.Protocol.TCP, taken.getLocalPort(), 80);
            assertThatThrownBy(() -> UserNetwork.start(List.of(forward)).close())
                    .hasMessageStartingWith("passt did not start: ");
        }
    }
}
