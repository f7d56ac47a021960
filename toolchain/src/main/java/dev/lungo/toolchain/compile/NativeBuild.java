package dev.lungo.toolchain.compile;

import dev.lungo.toolchain.Target;
import dev.lungo.toolchain.image.LinkedImage;
import dev.lungo.toolchain.semantics.NativeMethods;
import dev.lungo.toolchain.semantics.ProgramClasses;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * From what TeaVM wrote to a linked image: TeaVM's C as one unit, our port of its runtime, and the
 * program's own C and assembly.
 */
public final class NativeBuild {
    private static final String PORT = "/dev/lungo/toolchain/port/";

    // Of TeaVM's runtime, what is for operating systems; the port has its own.
    private static final Set<String> REPLACED =
            Set.of(
                    "date.c",
                    "fiber.c",
                    "file.c",
                    "heapdump.c",
                    "heaptrace.c",
                    "log.c",
                    "memory.c",
                    "time.c",
                    "virtcall.c");

    private static final List<String> HEADERS =
            List.of("math", "setjmp", "stdio", "stdlib", "string", "time", "uchar", "wchar");

    private final Path directory;
    private final Path generated;

    /**
     * @param directory to work in
     * @param generated where in it TeaVM's files are
     */
    public NativeBuild(Path directory, Path generated) {
        this.directory = directory;
        this.generated = generated;
    }

    /** Sizes of the parts of the range after the image itself, in bytes. */
    public record Memory(long stack, long heapAndTables, long pool) {}

    public LinkedImage build(ProgramClasses program, Target target, Memory memory, byte[] config) {
        try {
            return compile(program, target, memory, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LinkedImage compile(ProgramClasses program, Target target, Memory memory, byte[] config)
            throws IOException {
        for (String header : HEADERS) {
            copyPort("include/" + header + ".h", "port/include/" + header + ".h");
        }
        copyPort("Lungo.h", "port/Lungo.h");
        copyPort("Semantics.h", "port/Semantics.h");
        copyPort("place.h", "port/place.h");
        copyPort("hidden.h", "port/hidden.h");
        copyPort("image.ld", "port/image.ld");
        copyPort("definitions.h", directory.relativize(generated) + "/definitions.h");
        for (var header : NativeMethods.headers(program).entrySet()) {
            write("prototypes/" + header.getKey(), header.getValue());
        }
        for (var file : program.nativeFiles().entrySet()) {
            Path to = directory.resolve("native").resolve(file.getKey());
            Files.createDirectories(to.getParent());
            Files.write(to, file.getValue());
        }

        String generatedName = directory.relativize(generated).toString();
        List<String> sources =
                Files.readAllLines(generated.resolve("all.txt")).stream()
                        .filter(source -> !REPLACED.contains(source))
                        .toList();
        Gcc gcc =
                new Gcc(
                        directory,
                        List.of(
                                "-include",
                                "port/hidden.h",
                                "-Iport/include",
                                "-Iport",
                                "-Inative",
                                "-Iprototypes",
                                "-iquote", // it has a string.h
                                generatedName,
                                "-DLUNGO_ROOT_PARTS=" + sources.size(),
                                "-DLUNGO_STACK_BYTES=" + memory.stack + "ull",
                                "-DLUNGO_HEAP_BYTES=" + memory.heapAndTables + "ull",
                                "-DLUNGO_POOL_BYTES=" + memory.pool + "ull"));

        StringBuilder unit = new StringBuilder();
        sources.forEach(source ->
                unit.append("#include \"")
                        .append(generatedName)
                        .append('/')
                        .append(source)
                        .append("\"\n"));
        write("program.c", unit.toString());
        gcc.compile("program.c");
        for (String source : port(target)) {
            copyPort(source, "port/" + source);
            gcc.compile("port/" + source);
        }
        for (String name : program.nativeFiles().keySet()) {
            if (name.endsWith(".c") || name.endsWith(".S")) {
                gcc.compile("native/" + name);
            }
        }
        Files.write(directory.resolve("config"), config);
        write(
                "config.S",
                """
                        .section .lungo.config, "a", @progbits
                        .global lungo_config, lungo_config_end
                lungo_config: .incbin "config"
                lungo_config_end:
                        .section .note.GNU-stack, "", @progbits
                """);
        gcc.compile("config.S");

        gcc.link("port/image.ld", entry(target), "image.elf");
        return LinkedImage.read(Files.readAllBytes(directory.resolve("image.elf")));
    }

    private static List<String> port(Target target) {
        return switch (target) {
            case EFI -> List.of("port.c", "heap.c", "math.c", "enter.S", "place.c", "startefi.c");
            case MULTIBOOT, COREBOOT ->
                    List.of(
                            "port.c",
                            "heap.c",
                            "math.c",
                            "enter.S",
                            "place.c",
                            "start32.c",
                            "start32.S");
        };
    }

    private static String entry(Target target) {
        return switch (target) {
            case EFI -> "lungo_start_efi";
            case MULTIBOOT -> "lungo_start_multiboot";
            case COREBOOT -> "lungo_start_coreboot";
        };
    }

    private void copyPort(String from, String to) throws IOException {
        Path file = directory.resolve(to);
        Files.createDirectories(file.getParent());
        try (InputStream in = NativeBuild.class.getResourceAsStream(PORT + from)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + from);
            }
            Files.write(file, in.readAllBytes());
        }
    }

    private void write(String to, String text) throws IOException {
        Path file = directory.resolve(to);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
