package dev.lungo.host.disk;

import dev.lungo.host.Descriptor;
import dev.lungo.host.HostException;
import dev.lungo.machine.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** A file or a block device of the host, with the lock on it. */
final class HostFile implements Storage {
    private static final byte[] ZEROES = new byte[64 << 10];
    private static final int S_IFMT = 0xF000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFBLK = 0x6000;

    private final Descriptor file;
    private final boolean isDevice;
    private final AtomicLong end;

    /** Set when a flush has failed: what the host has dropped then, no later flush brings back. */
    private volatile boolean lost;

    private HostFile(Descriptor file, boolean isDevice) {
        this.file = file;
        this.isDevice = isDevice;
        end = new AtomicLong(file.size());
    }

    /**
     * Opens and locks a file that an image is in.
     *
     * @throws BackendException when there is none, or another machine has it
     */
    static HostFile open(Path path, boolean readOnly) {
        int type = type(path);
        if (type != S_IFREG && type != S_IFBLK) {
            throw new BackendException(path + " is neither a file nor a block device.");
        }
        return answer(() -> {
            int access = readOnly ? Descriptor.O_RDONLY : Descriptor.O_RDWR;
            Descriptor file = Descriptor.open(path.toString(), access | Descriptor.O_NONBLOCK, 0);
            try {
                ImageLock.take(file, readOnly);
                return new HostFile(file, type == S_IFBLK);
            } catch (RuntimeException e) {
                file.close();
                throw e;
            }
        });
    }

    /** A new file without a name, which nobody else can open, and which goes with the process. */
    static HostFile temporary(Path directory) {
        return answer(() -> {
            try {
                return temporary(directory, Descriptor.O_TMPFILE);
            } catch (HostException _) { // not every file system can do it
                Path named = createTemporary(directory);
                try {
                    return temporary(named, 0);
                } finally {
                    boolean _ = named.toFile().delete();
                }
            }
        });
    }

    private static HostFile temporary(Path path, int flags) {
        int access = flags | Descriptor.O_RDWR;
        return new HostFile(Descriptor.open(path.toString(), access, 0600), /* isDevice= */ false);
    }

    private static Path createTemporary(Path directory) {
        try {
            return Files.createTempFile(directory, "lungo", ".overlay");
        } catch (IOException e) {
            throw new BackendException(
                    "What is written to the disk needs a temporary file, and none can be made in "
                            + directory
                            + "; TMPDIR names another directory.",
                    e);
        }
    }

    private static int type(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:mode") & S_IFMT;
        } catch (NoSuchFileException _) {
            throw new BackendException("There is no " + path + ".");
        } catch (IOException e) {
            throw new BackendException(path + " cannot be looked at: " + e.getMessage() + ".", e);
        }
    }

    private static <T> T answer(Supplier<T> request) {
        try {
            return request.get();
        } catch (HostException e) {
            String sentence = e.getMessage();
            throw new BackendException(
                    Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1) + ".", e);
        }
    }

    private static void perform(Runnable request) {
        answer(() -> {
            request.run();
            return "";
        });
    }

    @Override
    public long bytes() {
        return end.get();
    }

    @Override
    public void read(long offset, byte[] into, int at, int bytes) {
        int got = answer(() -> file.readAt(offset, into, at, bytes));
        if (got < bytes) {
            Arrays.fill(into, at + got, at + bytes, (byte) 0);
        }
    }

    @Override
    public void write(long offset, byte[] from, int at, int bytes) {
        try {
            perform(() -> file.writeAt(offset, from, at, bytes));
        } catch (BackendException e) {
            reach(answer(file::size)); // some of it may be there
            throw e;
        }
        reach(offset + bytes);
    }

    private void reach(long newEnd) {
        if (newEnd > end.get()) {
            end.accumulateAndGet(newEnd, Math::max);
        }
    }

    @Override
    public void flush() {
        if (!lost) {
            try {
                perform(file::sync);
                return;
            } catch (BackendException e) {
                lost = true;
                throw e;
            }
        }
        throw new BackendException(
                "Writing back " + file + " has failed before, and what was lost is not known.");
    }

    @Override
    public void punch(long offset, long bytes) {
        int mode = Descriptor.PUNCH_HOLE | Descriptor.KEEP_SIZE;
        if (!answer(() -> file.allocate(mode, offset, bytes))) {
            writeZeroes(offset, isDevice ? bytes : Math.min(bytes, bytes() - offset));
        }
    }

    @Override
    public void zero(long offset, long bytes) {
        if (answer(() -> file.allocate(Descriptor.ZERO_RANGE, offset, bytes))) {
            reach(offset + bytes);
        } else {
            writeZeroes(offset, bytes);
        }
    }

    private void writeZeroes(long offset, long bytes) {
        for (long done = 0; done < bytes; done += ZEROES.length) {
            write(offset + done, ZEROES, 0, (int) Math.min(ZEROES.length, bytes - done));
        }
    }

    @Override
    public void close() {
        file.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
