package dev.lungo.cli.debian;

import dev.lungo.host.ExitHook;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A directory for what is being made. It is removed when it is closed, and when the process is told
 * to end, together with those that had to be made to hold it and have nothing else in them.
 */
final class Scratch implements AutoCloseable {
    private final Path directory;
    private final ExitHook atExit = new ExitHook("lungo-scratch", this::abandon);

    /** Those that were not there, the innermost first. */
    private final Deque<Path> made = new ArrayDeque<>();

    private boolean ending;

    private Scratch(Path directory) {
        this.directory = directory;
    }

    /** In a directory that is made if it is not there. */
    static Scratch in(Path parent) throws IOException {
        Scratch scratch = new Scratch(parent.resolve("making-" + UUID.randomUUID()));
        if (!scratch.atExit.add()) {
            awaitEnd();
        }
        scratch.make();
        return scratch;
    }

    Path directory() {
        return directory;
    }

    private synchronized void make() throws IOException {
        if (ending) {
            awaitEnd();
        }
        for (Path each = directory; each != null && !Files.exists(each); each = each.getParent()) {
            made.addLast(each);
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            atExit.remove();
            remove();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (!atExit.remove()) {
            awaitEnd(); // the other thread removes it, and what fails because of that is not told
        }
        remove();
    }

    /** Ends the processes that write into it, too. */
    private synchronized void abandon() {
        ending = true;
        List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
        children.forEach(ProcessHandle::destroyForcibly);
        children.forEach(each -> each.onExit().join());
        try {
            remove();
        } catch (IOException _) {
            // nobody is left to be told
        }
    }

    private static void awaitEnd() {
        while (true) {
            LockSupport.park();
        }
    }

    private void remove() throws IOException {
        while (Files.exists(directory)) { // something may have been written to it meanwhile
            List<Path> files;
            try (Stream<Path> all = Files.walk(directory)) {
                files = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : files) {
                removeIfEmpty(each);
            }
        }
        for (Path each : made) {
            removeIfEmpty(each);
        }
    }

    private static void removeIfEmpty(Path file) throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (DirectoryNotEmptyException _) {
            // to be kept
        }
    }
}
