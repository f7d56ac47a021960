package dev.lungo.cli;

import static java.util.Locale.ROOT;

import dev.lungo.boot.BootFile;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
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
            throw new Refusal(option + ": " + name + " cannot be read" + why(e));
        } catch (OutOfMemoryError _) {
            throw new Refusal(option + ": " + name + " is larger than can be loaded");
        }
    }

    static Path path(String option, String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException _) {
            throw new Refusal(option + ": \"" + name + "\" is not a file name");
        }
    }

    /** The reason, to be appended to a sentence. */
    static String why(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> ": no such file or directory";
            case AccessDeniedException _ -> ": permission denied";
            case FileNotFoundException _ -> {
                String message = String.valueOf(e.getMessage());
                int reason = message.lastIndexOf('(') + 1;
                yield ": " + message.substring(reason, message.length() - 1).toLowerCase(ROOT);
            }
            default -> {
                String message = String.valueOf(e.getMessage());
                yield ": " + message.substring(message.lastIndexOf(": ") + 1).strip();
            }
        };
    }
}
