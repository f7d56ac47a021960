package dev.lungo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.firmware.Board.Medium;
import dev.lungo.host.disk.ImageFormat;
import dev.lungo.host.net.UserNetwork.Forward;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What {@code --disk}, {@code --net} and {@code --console} say. */
class TargetsTest {
    @Test
    void aDiskHasOptionsBehindItsName() {
        assertThat(DiskTarget.disk("a.img"))
                .isEqualTo(
                        new DiskTarget(
                                "--disk",
                                "a.img",
                                Medium.HARD_DISK,
                                Optional.empty(),
                                false,
                                false,
                                "",
                                false));
        assertThat(
                        DiskTarget.disk(
                                "b,format=qcow2,snapshot=on,readonly=off,serial=S 1,ring=packed"))
                .isEqualTo(
                        new DiskTarget(
                                "--disk",
                                "b",
                                Medium.HARD_DISK,
                                Optional.of(ImageFormat.QCOW2),
                                true,
                                false,
                                "S 1",
                                true));
    }

    @Test
    void twoCommasStandForOneInAName() {
        assertThat(DiskTarget.disk("a,,b.img,serial=c,,d").file()).isEqualTo("a,b.img");
        assertThat(DiskTarget.disk("a,,b.img,serial=c,,d").serial()).isEqualTo("c,d");
    }

    @Test
    void aCdIsARawImageThatIsOnlyRead() {
        DiskTarget cd = DiskTarget.cdrom("debian.iso");
        assertThat(cd.medium()).isEqualTo(Medium.CDROM);
        assertThat(cd.readOnly()).isTrue();
        assertThat(cd.format()).contains(ImageFormat.RAW);
    }

    @Test
    void otherDisksAreRefused() {
        for (String each :
                List.of(
                        "a,format=vmdk",
                        "a,cache=none",
                        "a,snapshot",
                        "a,snapshot=maybe",
                        "a,serial=longer than twenty bytes",
                        "a,ring=round",
                        "a,readonly=on,readonly=on")) {
            assertThatThrownBy(() -> DiskTarget.disk(each))
                    .isInstanceOf(Refusal.class)
                    .hasMessageStartingWith("--disk");
        }
    }

    @Test
    void networksAreOfFourKinds() {
        assertThat(NetTarget.parse("none")).isEmpty();
        assertThat(NetTarget.parse("tap:tap0").orElseThrow().name()).isEqualTo("tap0");
        assertThat(NetTarget.parse("switch:lab,ring=packed").orElseThrow().packed()).isTrue();
        NetTarget user =
                NetTarget.parse(
                                "user,forward=tcp:8080:80,forward=udp:5353:53,mac=02:00:00:00:00:0A")
                        .orElseThrow();
        assertThat(user.forwards())
                .containsExactly(
                        new Forward(Forward.Protocol.TCP, 8080, 80),
                        new Forward(Forward.Protocol.UDP, 5353, 53));
        assertThat(user.mac()).isEqualTo(OptionalLong.of(0x0200_0000_000AL));
    }

    @Test
    void otherNetworksAreRefused() {
        for (String each :
                List.of(
                        "",
                        "user:x",
                        "tap",
                        "tap:",
                        "none,mac=02:00:00:00:00:01",
                        "switch:a,forward=tcp:1:2",
                        "user,forward=tcp:0:80",
                        "user,forward=tcp:80",
                        "user,mac=01:00:00:00:00:01",
                        "user,mac=2",
                        "user,x=y")) {
            assertThatThrownBy(() -> NetTarget.parse(each))
                    .isInstanceOf(Refusal.class)
                    .hasMessageStartingWith("--net");
        }
    }

    @Test
    void consolesAreOfFourKinds() {
        assertThat(ConsoleTarget.parse("stdio")).isEqualTo(new ConsoleTarget.Stdio());
        assertThat(ConsoleTarget.parse("file:a:b")).isEqualTo(new ConsoleTarget.ToFile("a:b"));
        assertThat(ConsoleTarget.parse("unix:s")).isEqualTo(new ConsoleTarget.Unix("s"));
        assertThat(ConsoleTarget.parse("pty")).isEqualTo(new ConsoleTarget.Pty());
        for (String each : List.of("", "file:", "unix", "pty:x", "vc")) {
            assertThatThrownBy(() -> ConsoleTarget.parse(each)).isInstanceOf(Refusal.class);
        }
    }
}
