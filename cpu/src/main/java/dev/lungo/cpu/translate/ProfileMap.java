package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells perf(1) what translated code is: the file /tmp/perf-PID.map, a line for each piece of code,
 * which is written when the piece is made. The JVM can write that file as well, which then has to
 * be named differently.
 *
 * <p>Specification: Linux, tools/perf/Documentation/jit-interface.txt.
 */
final class ProfileMap {
    private static @Nullable ProfileMap ofProcess;

    private final Writer lines;

    private ProfileMap(Writer lines) {
        this.lines = lines;
    }

    /**
     * The process's.
     *
     * @throws UncheckedIOException if it cannot be made
     */
    static synchronized ProfileMap open() {
        if (ofProcess == null) {
            Path file = Path.of("/tmp/perf-" + ProcessHandle.current().pid() + ".map");
            try {
                ofProcess = new ProfileMap(Files.newBufferedWriter(file));
            } catch (IOException e) {
                throw new UncheckedIOException("the map for perf cannot be made", e);
            }
        }
        return ofProcess;
    }

    /** Names host code by the guest's, at the linear address where it was met. */
    void add(Unit unit, long bytes, long linear) {
        String name =
                "guest:%x %d-bit %s, physical %x"
                        .formatted(
                                linear,
                                16 << (unit.mode & Mode.CODE),
                                (unit.mode & Mode.USER) != 0 ? "user" : "supervisor",
                                unit.physical);
        add(unit.entry, bytes, name);
    }

    synchronized void add(long host, long bytes, String name) {
        try {
            lines.write(String.format(Locale.ROOT, "%x %x %s%n", host, bytes, name));
            lines.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the map for perf cannot be written", e);
        }
    }
}
