package dev.lungo.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file to be written while a machine runs. Until {@link #begin} it is as it was; {@link #abandon}
 * leaves it so, and takes it away if it was not there.
 */
final class OutputFile {
    private final Path path;
    private final FileChannel channel;
    private final boolean isNew;

    private OutputFile(Path path, FileChannel channel, boolean isNew) {
        this.path = path;
        this.channel = channel;
        this.isNew = isNew;
    }

    /**
     * @param option names it in messages
     */
    static OutputFile open(String option, String name) {
        Path path = InputFile.path(option, name);
        boolean isNew = !Files.exists(path);
        try {
            return new OutputFile(
                    path,
                    FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                    isNew);
        } catch (IOException e) {
            throw new Refusal(option + ": " + name + " cannot be written" + Reason.of(e));
        }
    }

    /** What is written to it is in the file at once. */
    OutputStream stream() {
        return Channels.newOutputStream(channel);
    }

    /** Empties it. */
    void begin() {
        try {
            if (Files.isRegularFile(path)) {
                channel.truncate(0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be emptied", e);
        }
    }

    void abandon() {
        try {
            channel.close();
            if (isNew) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be removed", e);
        }
    }
}
