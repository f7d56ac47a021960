package dev.lungo.cli;

import dev.lungo.boot.BootFile;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A file that the command names. */
final class InputFile {
    private InputFile() {}

    /**
     * Reads all of it.
     *
     * @param option names it in messages
     */
    static BootFile read(String option, String name) {
        Path path = path(option, name);
        if (Files.isDirectory(path)) {
            throw new Refusal(option + ": " + name + " is a directory");
        }
        // Not by a channel: that would keep a buffer as large as the file.
        try (FileInputStream file = new FileInputStream(path.toFile())) {
            return new BootFile(path.getFileName().toString(), file.readAllBytes());
        } catch (IOException e) {
            throw new Refusal(option + ": " + name + " cannot be read" + Reason.of(e));
        } catch (OutOfMemoryError _) {
            throw new Refusal(option + ": " + name + " is larger than can be loaded");
        }
    }

    static Path path(String option, String name) {
        if (name.isEmpty()) {
            throw new Refusal(option + " needs the name of a file, not \"\"");
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException _) {
            throw new Refusal(option + ": \"" + name + "\" is not a file name");
        }
    }
}
