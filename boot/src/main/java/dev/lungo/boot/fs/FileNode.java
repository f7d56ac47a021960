package dev.lungo.boot.fs;

import java.util.Optional;

/**
 * A file or directory that is open. Whoever opens the same one twice has the same node twice, and
 * closes it twice; positions are the caller's. UEFI's EFI_FILE_PROTOCOL (13.5) is this with a
 * position and an open mode.
 *
 * <p>Every method may throw {@link VolumeException}, for the reasons that are listed there.
 */
public interface FileNode {
    /** An entry of a directory, and the position to ask for the one after it. */
    record Entry(FileInfo info, long next) {}

    FileInfo info();

    boolean isRoot();

    /** The directory that it is in. The root is in itself. Not opened by this. */
    FileNode parent();

    /**
     * The first entry at or after a position, which is 0 or one that this has returned. "." and
     * ".." are entries of a directory that is not the root. What is there when entries come and go
     * between two calls is there; the others may be left out or come twice.
     */
    Optional<Entry> entry(long position);

    /** Opens what has this name in the directory, or "." or "..". */
    FileNode open(String name);

    /**
     * Creates and opens a file or, with {@link FileInfo#DIRECTORY} among its attributes, a
     * directory.
     */
    FileNode create(String name, int attributes);

    /**
     * Reads from a file.
     *
     * @return how many bytes: fewer than asked for only at the end, and 0 beyond it
     */
    int read(long offset, byte[] into, int at, int bytes);

    /** Writes to a file, which grows if need be. What is between its end and the offset is zero. */
    void write(long offset, byte[] from, int at, int bytes);

    /** Makes a file longer, by zeros, or shorter. */
    void resize(long bytes);

    /** Sets those of {@link FileInfo#SETTABLE}. */
    void setAttributes(int attributes);

    void setTimes(FileTime created, FileTime accessed, FileTime modified);

    /** Gives it another name, and puts it into a directory of this volume. */
    void move(FileNode directory, String name);

    /** Deletes it. A directory must be empty. What is open of it can only be closed. */
    void delete();

    /** Returns when it is durable. */
    void flush();

    /** Says that one who has opened it no longer needs it. */
    void close();

    default boolean isDirectory() {
        return info().isDirectory();
    }

    /**
     * Opens what a path leads to. Its names are separated by backslashes, one at the beginning
     * stands for the root.
     */
    default FileNode openPath(String path) {
        FileNode at = open(".");
        int from = 0;
        while (path.startsWith("\\") && !at.isRoot()) {
            at = step(at, "..");
        }
        while (from < path.length()) {
            int end = path.indexOf('\\', from);
            end = end < 0 ? path.length() : end;
            if (end > from) {
                at = step(at, path.substring(from, end));
            }
            from = end + 1;
        }
        return at;
    }

    private static FileNode step(FileNode from, String name) {
        try {
            return from.open(name);
        } finally {
            from.close();
        }
    }
}
