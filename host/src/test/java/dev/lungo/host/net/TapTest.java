package dev.lungo.host.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.machine.BackendException;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TapTest {
    private static final String NAME = "lungotest0";

    @Test
    void whatTheHostSendsToTheInterfaceArrivesAndWhatIsSentIsCounted()
            throws IOException, InterruptedException {
        LinkedBlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        Tap opened = null;
        try {
            opened = Tap.open(NAME);
        } catch (BackendException e) {
            assumeTrue(false, e.getMessage());
        }
        try (Tap tap = opened) {
            tap.onReceive(
                    (frame, at, bytes) -> frames.add(Arrays.copyOfRange(frame, at, at + bytes)));
            ip("link", "set", NAME, "up"); // IPv6 then asks who else is there
            byte[] frame = new byte[60];
            Arrays.fill(frame, 0, 6, (byte) 0xFF);
            tap.send(frame, 0, frame.length);

            assertThat(frames.poll(10, TimeUnit.SECONDS)).isNotNull().hasSizeGreaterThan(14);
            assertThat(ip("-s", "link", "show", NAME)).containsPattern("RX:.*\\n\\s+60\\s+1\\s");
        }
    }

    private static String ip(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void anInterfaceThatCannotBeIsRefusedInASentence() {
        assertThatThrownBy(() -> Tap.open("a-name-that-is-too-long"))
                .hasMessageContaining("1 to 15 characters");
        assertThatThrownBy(() -> Tap.open("lo"))
                .hasMessageStartingWith("The network interface lo cannot be used: ");
    }
}
