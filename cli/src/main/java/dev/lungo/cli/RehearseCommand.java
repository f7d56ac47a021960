package dev.lungo.cli;

import dev.lungo.cli.rehearsal.RehearsalKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Boots a guest that is made for it, as {@code run} would. The build does so once and records what
 * the JVM loads, and which methods are busy: the AOT cache that later runs start from.
 */
final class RehearseCommand {
    private RehearseCommand() {}

    /** On each tier: the exit status. */
    static int execute() {
        int status = run("native", 12, 8);
        return status != ExitStatus.OK ? status : run("interpreter", 1, 1);
    }

    private static int run(String tier, int copies, int rounds) {
        try {
            Path kernel = Files.createTempFile("lungo", ".kernel");
            try {
                Files.write(kernel, RehearsalKernel.image(copies, rounds));
                // spotless:off
                return Main.execute(
                        "run", "--kernel", kernel.toString(), "--memory", "256M", "--tier", tier, "--timeout", "60");
                // spotless:on
            } finally {
                Files.delete(kernel);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary kernel cannot be written", e);
        }
    }
}
