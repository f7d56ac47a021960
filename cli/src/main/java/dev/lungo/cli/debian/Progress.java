package dev.lungo.cli.debian;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One line on standard error that says what is being done: rewritten in place on a terminal, else
 * not at all.
 */
final class Progress implements AutoCloseable {
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream out = System.err;
    private final boolean rewritten;

    Progress() {
        Path standardError = Path.of("/proc/self/fd/2");
        rewritten = Files.exists(standardError) && isTerminal(standardError);
    }

    private static boolean isTerminal(Path descriptor) {
        try {
            return descriptor.toRealPath().toString().matches("/dev/(pts/.*|tty.*|console)");
        } catch (java.io.IOException _) {
            return false; // a pipe, a deleted file
        }
    }

    void show(String what) {
        if (rewritten) {
            out.print(CLEAR_LINE + "lungo: " + what);
            out.flush();
        }
    }

    @Override
    public void close() {
        if (rewritten) {
            out.print(CLEAR_LINE);
            out.flush();
        }
    }
}
