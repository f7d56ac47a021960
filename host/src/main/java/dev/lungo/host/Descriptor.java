package dev.lungo.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file of the host's, by its descriptor: what java.nio cannot do with one, such as locks
 * that belong to it, holes, devices; and reading and writing that no interrupt of a thread closes.
 *
 * <p>All methods may be called from any thread. Constants are those of Linux on x86-64.
 */
public final class Descriptor implements AutoCloseable {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    public static final int O_TMPFILE = 0x41_0000;

    /** Of fallocate(2). */
    public static final int KEEP_SIZE = 1;

    public static final int PUNCH_HOLE = 2;
    public static final int ZERO_RANGE = 0x10;

    private static final int EIO = 5;
    private static final int EAGAIN = 11;
    private static final int EACCES = 13;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;
    private static final int SEEK_END = 2;
    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;
    private static final short POLLIN = 1;

    private final int number;
    private final String name;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Descriptor(int number, String name) {
        this.number = number;
        this.name = name;
    }

    /**
     * Opens a file, which programs that this one starts do not inherit.
     *
     * @param permissions of a file that this creates
     * @throws HostException when the host refuses
     */
    public static Descriptor open(String path, int flags, int permissions) {
        FileCalls calls = FileCalls.mine();
        byte[] terminated = (path + '\0').getBytes(StandardCharsets.UTF_8);
        calls.put(terminated, 0, terminated.length);
        int number = calls.callInt(FileCalls.OPEN, calls.data(), flags | O_CLOEXEC, permissions, 0);
        if (number < 0) {
            throw new HostException("opening " + path, calls.errno());
        }
        return new Descriptor(number, path);
    }

    /** The number itself; void once this is closed. */
    public int number() {
        return number;
    }

    private HostException refused(String doing, int errno) {
        return new HostException(doing + " " + name, errno);
    }

    /** Where the file ends; of a block device, its size. In bytes. */
    public long size() {
        FileCalls calls = FileCalls.mine();
        long size = calls.call(FileCalls.LSEEK, number, 0, SEEK_END, 0);
        if (size < 0) {
            throw refused("finding the size of", calls.errno());
        }
        return size;
    }

    /** Reads from an offset in the file. Returns fewer bytes only where the file ends. */
    public int readAt(long offset, byte[] into, int at, int bytes) {
        FileCalls calls = FileCalls.mine();
        int done = 0;
        while (done < bytes) {
            int piece = Math.min(bytes - done, FileCalls.BUFFER_BYTES);
            long got = calls.call(FileCalls.PREAD, number, calls.data(), piece, offset + done);
            if (got < 0) {
                throw refused("reading", calls.errno());
            }
            if (got == 0) {
                break;
            }
            calls.get(into, at + done, (int) got);
            done += (int) got;
        }
        return done;
    }

    /** Writes all of it at an offset in the file. */
    public void writeAt(long offset, byte[] from, int at, int bytes) {
        FileCalls calls = FileCalls.mine();
        int done = 0;
        while (done < bytes) {
            int piece = Math.min(bytes - done, FileCalls.BUFFER_BYTES);
            calls.put(from, at + done, piece);
            long put = calls.call(FileCalls.PWRITE, number, calls.data(), piece, offset + done);
            if (put <= 0) {
                throw refused("writing", put == 0 ? ENOSPC : calls.errno());
            }
            done += (int) put;
        }
    }

    /**
     * Reads what there is of a stream, at most {@code bytes}, and waits for it unless it was opened
     * with {@link #O_NONBLOCK}. Returns 0 at its end, and where nothing is there and it does not
     * wait.
     */
    public int read(byte[] into, int at, int bytes) {
        FileCalls calls = FileCalls.mine();
        int most = Math.min(bytes, FileCalls.BUFFER_BYTES);
        long got = calls.call(FileCalls.READ, number, calls.data(), most, 0);
        if (got < 0) {
            // A pseudoterminal that nobody has open at the other end says EIO.
            if (calls.errno() == EAGAIN || calls.errno() == EIO) {
                return 0;
            }
            throw refused("reading", calls.errno());
        }
        calls.get(into, at, (int) got);
        return (int) got;
    }

    /**
     * Writes to a stream. Returns how much it has taken: of one opened with {@link #O_NONBLOCK}
     * that is full, 0.
     */
    public int write(byte[] from, int at, int bytes) {
        FileCalls calls = FileCalls.mine();
        int most = Math.min(bytes, FileCalls.BUFFER_BYTES);
        calls.put(from, at, most);
        long put = calls.call(FileCalls.WRITE, number, calls.data(), most, 0);
        if (put < 0 && calls.errno() != EAGAIN) {
            throw refused("writing", calls.errno());
        }
        return (int) Math.max(put, 0);
    }

    /** Whether there is something to read, or becomes within this time. */
    public boolean awaitInput(int millis) {
        ByteBuffer pollfd = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        pollfd.putInt(0, number).putShort(4, POLLIN);
        FileCalls calls = FileCalls.mine();
        calls.put(pollfd.array(), 0, 8);
        int ready = calls.callInt(FileCalls.POLL, calls.data(), 1, millis, 0);
        calls.get(pollfd.array(), 0, 8);
        return ready > 0 && (pollfd.getShort(6) & POLLIN) != 0;
    }

    public void truncate(long bytes) {
        FileCalls calls = FileCalls.mine();
        if (calls.callInt(FileCalls.FTRUNCATE, number, bytes, 0, 0) != 0) {
            throw refused("changing the size of", calls.errno());
        }
    }

    /** Returns when all that was written is durable, and the file's size with it. */
    public void sync() {
        FileCalls calls = FileCalls.mine();
        if (calls.callInt(FileCalls.FDATASYNC, number, 0, 0, 0) != 0) {
            throw refused("writing back", calls.errno());
        }
    }

    /** fallocate(2). Returns false where the file system or the device has no such thing. */
    public boolean allocate(int mode, long offset, long bytes) {
        FileCalls calls = FileCalls.mine();
        if (calls.callInt(FileCalls.FALLOCATE, number, mode, offset, bytes) == 0) {
            return true;
        }
        return switch (calls.errno()) {
            case EOPNOTSUPP, ENOSYS, ENODEV, EINVAL -> false;
            default -> throw refused("allocating in", calls.errno());
        };
    }

    /**
     * Locks a byte of the file for this descriptor, shared with whoever else locks it so. The lock
     * goes when the descriptor does. fcntl(2), "Open file description locks".
     *
     * @return whether nobody has it for himself
     */
    public boolean lockShared(long offset) {
        FileCalls calls = FileCalls.mine();
        lock(calls, F_RDLCK, offset);
        if (calls.callInt(FileCalls.FCNTL, number, F_OFD_SETLK, calls.data(), 0) == 0) {
            return true;
        }
        if (calls.errno() == EAGAIN || calls.errno() == EACCES) {
            return false;
        }
        throw refused("locking", calls.errno());
    }

    /** Whether another descriptor has a lock on a byte of the file, shared or not. */
    public boolean isLockedByAnother(long offset) {
        FileCalls calls = FileCalls.mine();
        lock(calls, F_WRLCK, offset);
        if (calls.callInt(FileCalls.FCNTL, number, F_OFD_GETLK, calls.data(), 0) != 0) {
            throw refused("looking at the locks of", calls.errno());
        }
        byte[] type = new byte[2];
        calls.get(type, 0, 2);
        return type[0] != F_UNLCK;
    }

    /** struct flock: l_type, l_whence, l_start, l_len, and l_pid, which must be 0. */
    private static void lock(FileCalls calls, short type, long offset) {
        byte[] flock = new byte[32];
        ByteBuffer.wrap(flock)
                .order(ByteOrder.nativeOrder())
                .putShort(0, type)
                .putLong(8, offset)
                .putLong(16, 1);
        calls.put(flock, 0, flock.length);
    }

    /** ioctl(2) with a structure that the host reads, writes, or both. */
    public void control(String doing, long request, byte[] structure) {
        FileCalls calls = FileCalls.mine();
        calls.put(structure, 0, structure.length);
        if (calls.callInt(FileCalls.IOCTL, number, request, calls.data(), 0) < 0) {
            throw refused(doing, calls.errno());
        }
        calls.get(structure, 0, structure.length);
    }

    @Override
    public void close() {
        if (open.getAndSet(false)) {
            int _ = FileCalls.mine().callInt(FileCalls.CLOSE, number, 0, 0, 0);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
