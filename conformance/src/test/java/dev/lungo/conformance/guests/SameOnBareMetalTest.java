package dev.lungo.conformance.guests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.toolchain.MetalBuild;
import dev.lungo.toolchain.Target;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One program, compiled once, on HotSpot and ahead of time on a machine of ours. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SameOnBareMetalTest {
    private static final String PROGRAM = "metal.Differential";

    @TempDir private Path directory;

    @Test
    void aProgramPrintsTheSameOnHotSpotAndOnBareMetal() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/gcc")), "gcc is missing; package gcc");
        compile();
        String hotSpot = onHotSpot();
        Path image = directory.resolve("program.elf");
        Files.write(image, MetalBuild.of(Target.MULTIBOOT, PROGRAM, List.of(directory)).build());

        try (Lungo lungo = Lungo.run("--kernel", image.toString())) {
            boolean finished = lungo.prints(" end\r\n");

            assertThat(finished).as(lungo.output()).isTrue();
            assertThat(lungo.output().replace("\r\n", "\n")).isEqualTo(hotSpot);
        }
    }

    private void compile() throws Exception {
        Path source = directory.resolve("Differential.java");
        String resource = "/" + PROGRAM.replace('.', '/') + ".java";
        try (InputStream in = SameOnBareMetalTest.class.getResourceAsStream(resource)) {
            Files.write(source, Objects.requireNonNull(in).readAllBytes());
        }
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        int status =
                javac.run(System.out, System.err, "-d", directory.toString(), source.toString());
        assertThat(status).isZero();
    }

    private String onHotSpot() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process =
                new ProcessBuilder(java.toString(), "-cp", directory.toString(), PROGRAM)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        return output;
    }
}
