package dev.lungo.toolchain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.toolchain.image.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Image files, as others' tools read them. */
class ImagesTest {
    private static final Path GCC = Path.of("/usr/bin/gcc");

    @TempDir private Path directory;

    @BeforeEach
    void needsACompiler() {
        assumeTrue(Files.exists(GCC), "gcc is missing; package gcc");
    }

    private MetalBuild smallProgram(Target target) throws IOException {
        return new Program(directory)
                .source(
                        "Main",
                        """
                        public class Main {
                            static native int twice(int x);
                            @dev.lungo.metal.ExitPath static int half(int x) { return x / 2; }
                            public static void main(String[] args) {
                                System.out.println("twice " + twice(21));
                            }
                        }
                        """)
                .nativeFile(
                        "main.c",
                        "int Main_half(int); int Main_twice(int x) { return Main_half(4 * x); }")
                .build(target, "Main");
    }

    @Test
    void twoBuildsOfAPeImageAreTheSameByteForByte() throws Exception {
        MetalBuild build = smallProgram(Target.EFI);

        byte[] first = build.build();

        assertThat(build.build()).isEqualTo(first);
        assertThat(said("objdump", "-p", file("lungo.efi", first)))
                .contains("PE32+", "EFI application", "reloc");
    }

    @Test
    void readelfSeesAProgramForThe386WithANoteForPvh() throws Exception {
        String file = file("lungo.elf", smallProgram(Target.MULTIBOOT).build());

        assertThat(said("readelf", "-hlnW", file))
                .contains("ELF32", "Intel 80386", "LOAD", "NOTE", "Xen")
                .doesNotContain("Warning", "Error");
    }

    @ParameterizedTest
    @EnumSource
    void cbfstoolFindsPayloadAndConfigurationInAnArchive(Compression compression) throws Exception {
        assumeTrue(
                Files.exists(Path.of("/usr/sbin/cbfstool")),
                "cbfstool is missing; package coreboot-utils");
        byte[] next = "a program that repeats itself".repeat(1000).getBytes(UTF_8);
        byte[] archive =
                smallProgram(Target.COREBOOT)
                        .withConfig("log = errors")
                        .buildCbfs(compression, new TreeMap<>(Map.of("realpayload", next)));
        String file = file("lungo.cbfs", archive);
        String payload = directory.resolve("payload.elf").toString();
        Path other = directory.resolve("next");

        assertThat(said("cbfstool", file, "print"))
                .contains("fallback/payload", "simple elf", "lungo.conf", "realpayload", "raw");
        said("cbfstool", file, "extract", "-m", "x86", "-n", "fallback/payload", "-f", payload);
        assertThat(said("readelf", "-lW", payload)).contains("LOAD", "0x00101000");
        said("cbfstool", file, "extract", "-n", "realpayload", "-f", other.toString());
        assertThat(other).hasBinaryContent(next);
    }

    private String file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content).toString();
    }

    private static String said(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
