package dev.lungo.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** A program of a few lines, compiled into a directory of its own. */
final class Program {
    private static final String EXIT_PATH =
            """
            package dev.lungo.metal;
            public @interface ExitPath {}
            """
                    .replace(
                            "public",
                            "@java.lang.annotation.Retention("
                                    + "java.lang.annotation.RetentionPolicy.RUNTIME) public");

    private final Path directory;
    private final List<String> sources = new ArrayList<>();

    Program(Path directory) throws IOException {
        this.directory = directory;
        source("ExitPath", EXIT_PATH);
    }

    /** Adds a source file of one class. */
    Program source(String name, String text) throws IOException {
        Path file = directory.resolve(name + ".java");
        Files.writeString(file, text);
        sources.add(file.toString());
        return this;
    }

    /** Adds a C file. */
    Program nativeFile(String name, String text) throws IOException {
        Path file = directory.resolve("META-INF/lungo/native").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    /** Compiles, and is what makes an image of it. */
    MetalBuild build(Target target, String mainClass) {
        List<String> arguments = new ArrayList<>(List.of("-d", directory.toString()));
        arguments.addAll(sources);
        int status =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(System.out, System.err, arguments.toArray(String[]::new));
        assertThat(status).isZero();
        return MetalBuild.of(target, mainClass, List.of(directory));
    }
}
