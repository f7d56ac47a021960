package dev.lungo.conformance.metal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.cli.debian.CpioWriter;
import dev.lungo.toolchain.LogReaderTool;
import dev.lungo.toolchain.Target;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Linux with several processors, started by a multiboot loader, on QEMU's AMD-V. */
@Timeout(240)
class LinuxUnderMetalTest {
    private static final String INIT =
            """
            #!/bin/sh
            /bin/busybox --install -s
            mount -t proc proc /proc
            echo "processors: $(grep -c ^processor /proc/cpuinfo)"
            echo "with SVM: $(grep -cw svm /proc/cpuinfo)"
            echo "microcode: $(sed -n 's/^microcode.*: //p' /proc/cpuinfo | head -1)"
            echo "log: $(/lungo-log | tail -1)"
            poweroff -f
            """;

    @TempDir private Path directory;

    @Test
    void linuxHasAllProcessorsAndReadsTheLogOfWhatIsBelow() throws Exception {
        Path image = MetalMachine.build(directory, Target.MULTIBOOT, Optional.empty());
        Path initramfs = directory.resolve("initramfs");
        Files.write(initramfs, Files.readAllBytes(guest("initramfs.cpio.gz")));
        Files.write(initramfs, ourPart(), StandardOpenOption.APPEND);
        String kernel = guest("vmlinuz-cloud") + " console=ttyS0 panic=-1 quiet rdinit=/lungo-init";

        String said = MetalMachine.boot(directory, image, kernel + "," + initramfs, 4);

        assertThat(said)
                .contains("processors: 4", "with SVM: 0", "microcode: 0xffffffff")
                .containsPattern("log: lungo: .*processors under it: 4h");
    }

    private byte[] ourPart() throws Exception {
        Path reader = directory.resolve("lungo-log");
        PrintWriter said = new PrintWriter(new StringWriter());
        assertThat(new LogReaderTool().run(said, said, "-o", reader.toString())).isZero();
        byte[] archive =
                new CpioWriter()
                        .executable("lungo-log", Files.readAllBytes(reader))
                        .executable("lungo-init", INIT.getBytes(US_ASCII))
                        .finish();
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(archive);
        }
        return compressed.toByteArray();
    }

    private static Path guest(String name) {
        String guests = System.getenv("LUNGO_GUESTS");
        assumeTrue(guests != null, "LUNGO_GUESTS does not name a directory of guests");
        Path file = Path.of(String.valueOf(guests), name);
        assumeTrue(Files.exists(file), () -> file + " is missing");
        return file;
    }
}
