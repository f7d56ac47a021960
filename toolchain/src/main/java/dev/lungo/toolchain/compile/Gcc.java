package dev.lungo.toolchain.compile;

import dev.lungo.toolchain.ToolchainException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** gcc and ld, run in the directory where the image is made. */
final class Gcc {
    private static final List<String> COMPILE =
            List.of(
                    "gcc",
                    "-std=gnu11",
                    "-O2",
                    "-w",
                    "-ffreestanding",
                    "-fwrapv", // Java's integers wrap around
                    "-ffp-contract=off", // and its floating point rounds each operation
                    "-fno-strict-aliasing",
                    "-fno-delete-null-pointer-checks",
                    "-fno-stack-protector",
                    "-fcf-protection=none",
                    "-fno-asynchronous-unwind-tables",
                    "-fno-ident",
                    "-fpie", // the image moves
                    "-mno-red-zone", // interrupts come on the same stack
                    "-ffunction-sections",
                    "-fdata-sections",
                    "-nostdinc");

    private final Path directory;
    private final List<String> common = new ArrayList<>(COMPILE);
    private final List<String> objects = new ArrayList<>();

    /**
     * @param options include paths and definitions for every file
     */
    Gcc(Path directory, List<String> options) {
        this.directory = directory;
        common.addAll(List.of("-isystem", run(List.of("gcc", "-print-file-name=include")).strip()));
        common.addAll(options);
    }

    /** Compiles one C or assembly file, named relative to the directory. */
    void compile(String source) {
        String object = "object" + objects.size() + ".o";
        List<String> command = new ArrayList<>(common);
        command.addAll(List.of("-c", source, "-o", object));
        run(command);
        objects.add(object);
    }

    /** Links all that was compiled; relocations stay in the file for who moves the image. */
    void link(String script, String entry, String output) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "ld",
                                "-nostdlib",
                                "-static",
                                "--gc-sections",
                                "--emit-relocs",
                                "--build-id=none",
                                "-z",
                                "noexecstack",
                                "-z",
                                "max-page-size=4096",
                                "-T",
                                script,
                                "-e",
                                entry,
                                "-o",
                                output));
        command.addAll(objects);
        run(command);
    }

    /** NAME.S to a static executable NAME for Linux, without a library. */
    static void assembleProgram(Path directory, String name) {
        run(directory, List.of("gcc", "-c", name + ".S", "-o", name + ".o"));
        run(directory, List.of("ld", "-static", "-s", "--build-id=none", "-o", name, name + ".o"));
    }

    private String run(List<String> command) {
        return run(directory, command);
    }

    static String run(Path directory, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.directory(directory.toFile()).start();
            process.getOutputStream().close();
            byte[] said = process.getInputStream().readAllBytes();
            String output = new String(said, StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new ToolchainException(command.getFirst() + " failed: " + firstError(output));
            }
            return output;
        } catch (IOException e) {
            throw new ToolchainException(
                    "an image is made with "
                            + command.getFirst()
                            + ", which is not there: install the packages gcc and binutils",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolchainException("interrupted", e);
        }
    }

    private static String firstError(String output) {
        return output.lines()
                .filter(line -> line.contains("error:") || line.contains("undefined reference"))
                .findFirst()
                .orElse(output.strip());
    }
}
