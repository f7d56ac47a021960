package dev.lungo.host.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawImageTest {
    private static final int MEBIBYTE = 1 << 20;

    @TempDir Path directory;
    private Path file;

    @BeforeEach
    void fillTheFile() throws IOException {
        file = directory.resolve("disk.img");
        byte[] content = new byte[MEBIBYTE + 100]; // not whole sectors
        Arrays.fill(content, (byte) 0x11);
        Files.write(file, content);
    }

    private BlockBackend open(boolean readOnly) {
        return Disks.open(file, Optional.empty(), readOnly);
    }

    private static byte[] bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] read(BlockBackend disk, long offset, int count) {
        byte[] bytes = new byte[count];
        disk.read(offset, bytes, 0, count);
        return bytes;
    }

    @Test
    void whatIsWrittenIsInTheFileAtTheSameOffset() throws IOException {
        byte[] data = bytes(300 << 10, 0x22); // more than one piece of the host's

        try (BlockBackend disk = open(false)) {
            disk.write(512, data, 0, data.length);
            disk.flush();

            assertThat(read(disk, 512, data.length)).isEqualTo(data);
        }
        byte[] content = Files.readAllBytes(file);
        assertThat(content).hasSize(MEBIBYTE + 100);
        assertThat(Arrays.copyOfRange(content, 512, 512 + data.length)).isEqualTo(data);
        assertThat(content[511]).isEqualTo((byte) 0x11);
        assertThat(content[512 + data.length]).isEqualTo((byte) 0x11);
    }

    @Test
    void theLastSectorEndsInZeroesWhereTheFileEndsInIt() {
        try (BlockBackend disk = open(true)) {
            assertThat(disk.bytes()).isEqualTo(MEBIBYTE + 512);
            byte[] last = read(disk, MEBIBYTE, 512);
            assertThat(Arrays.copyOf(last, 100)).isEqualTo(bytes(100, 0x11));
            assertThat(Arrays.copyOfRange(last, 100, 512)).isEqualTo(bytes(412, 0));
        }
    }

    @Test
    void zeroesAndHolesReadAsZeroesAndHolesTakeNoSpace() throws IOException {
        try (BlockBackend disk = open(false)) {
            long before = blocks();

            disk.writeZeroes(4096, 8192, /* mayUnmap= */ false);
            disk.discard(64 << 10, 512 << 10);
            disk.writeZeroes(700 << 10, 512, /* mayUnmap= */ true);

            assertThat(read(disk, 4096, 8192)).isEqualTo(bytes(8192, 0));
            assertThat(read(disk, 64 << 10, 512 << 10)).isEqualTo(bytes(512 << 10, 0));
            assertThat(read(disk, 700 << 10, 512)).isEqualTo(bytes(512, 0));
            assertThat(read(disk, (700 << 10) + 512, 512)).isEqualTo(bytes(512, 0x11));
            disk.flush();
            assertThat(blocks()).isLessThanOrEqualTo(before - 512);
        }
        assertThat(Files.size(file)).isEqualTo(MEBIBYTE + 100);
    }

    /** In KiB: what stat(1) says, which java.nio does not. */
    private long blocks() throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip())
                / 2;
    }

    @Test
    void aReadOnlyDiskIsNotWritten() {
        try (BlockBackend disk = open(true)) {
            assertThat(disk.isReadOnly()).isTrue();
            assertThatThrownBy(() -> disk.write(0, new byte[512], 0, 512))
                    .isInstanceOf(BackendException.class)
                    .hasMessage("The disk is read-only.");
            assertThatThrownBy(() -> disk.discard(0, 512)).isInstanceOf(BackendException.class);
        }
    }

    @Test
    void requestsBeyondTheEndAreRefused() {
        try (BlockBackend disk = open(false)) {
            assertThatThrownBy(() -> read(disk, disk.bytes() - 512, 1024))
                    .isInstanceOf(BackendException.class);
            assertThatThrownBy(() -> disk.writeZeroes(Long.MAX_VALUE, 512, true))
                    .isInstanceOf(BackendException.class);
        }
    }

    @Test
    void twoMachinesOnOneImageAreRefusedUntilTheFirstIsGone() {
        try (BlockBackend _ = open(false)) {
            assertThatThrownBy(() -> open(false))
                    .hasMessage(
                            file
                                    + " is in use by another machine; stop that one, or give both"
                                    + " readonly=on.");
            assertThatThrownBy(() -> open(true)).hasMessageContaining("is in use");
        }
        open(false).close();
    }

    @Test
    void machinesThatOnlyReadShareAnImageButNotWithOneThatWrites() {
        try (BlockBackend _ = open(true);
                BlockBackend _ = open(true)) {
            assertThatThrownBy(() -> open(false)).hasMessageContaining("is in use");
        }
    }

    @Test
    void qemuAndWeRefuseEachOther() throws IOException, InterruptedException {
        QemuImg.assumePresent();
        try (BlockBackend _ = open(false)) {
            assertThat(QemuImg.run("bench", "-w", "-c", "1", "-f", "raw", file).output())
                    .contains("lock");
        }
        try (BlockBackend _ = open(true)) {
            assertThat(QemuImg.run("bench", "-w", "-c", "1", "-f", "raw", file).output())
                    .contains("lock");
            QemuImg.ok("compare", "-f", "raw", "-F", "raw", file, file);
        }
        Path socket = directory.resolve("socket");
        Path said = directory.resolve("said");
        Process qemu =
                new ProcessBuilder(
                                "qemu-nbd",
                                "-t",
                                "-f",
                                "raw",
                                "-k",
                                socket.toString(),
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        String export = "nbd+unix:///?socket=" + socket;
        while (qemu.isAlive() && QemuImg.run("info", export).status() != 0) {
            Thread.sleep(1); // it answers once it has the lock
        }
        assertThat(qemu.isAlive()).as(Files.readString(said)).isTrue();
        try {
            assertThatThrownBy(() -> open(true)).hasMessageContaining("is in use");
        } finally {
            qemu.destroyForcibly().waitFor();
        }
        open(false).close();
    }

    @Test
    void anImageWhoseFormatWasRecognisedDoesNotBecomeAnotherFormatsByWhatTheGuestWrites() {
        byte[] sector = bytes(512, 0);
        System.arraycopy(new byte[] {'Q', 'F', 'I', (byte) 0xFB}, 0, sector, 0, 4);

        try (BlockBackend disk = open(false)) {
            assertThatThrownBy(() -> disk.write(0, sector, 0, 512))
                    .hasMessageContaining("format=raw");
        }
        try (BlockBackend disk = Disks.open(file, Optional.of(ImageFormat.RAW), false)) {
            disk.write(0, sector, 0, 512);
        }
    }

    @Test
    void whatIsNoFileIsRefusedInASentence() {
        assertThatThrownBy(() -> Disks.open(directory, Optional.empty(), false))
                .hasMessage(directory + " is neither a file nor a block device.");
        assertThatThrownBy(() -> Disks.open(directory.resolve("x"), Optional.empty(), false))
                .hasMessage("There is no " + directory.resolve("x") + ".");
        assertThatThrownBy(() -> Disks.open(Path.of("/dev/zero"), Optional.empty(), true))
                .hasMessageContaining("neither");
    }
}
