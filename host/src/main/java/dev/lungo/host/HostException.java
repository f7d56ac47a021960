package dev.lungo.host;

/** The host refused something. The message names the request and what the host said. */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    public HostException(String request, int errno) {
        super(request + " failed: " + name(errno));
        this.errno = errno;
    }

    /** As in errno(3). */
    public int errno() {
        return errno;
    }

    private static String name(int errno) {
        return switch (errno) {
            case 1 -> "not permitted (EPERM)";
            case 2 -> "no such file (ENOENT)";
            case 5 -> "the device failed (EIO)";
            case 9 -> "not an open file (EBADF)";
            case 11 -> "try again later (EAGAIN)";
            case 12 -> "not enough memory (ENOMEM)";
            case 13 -> "access denied (EACCES)";
            case 16 -> "in use (EBUSY)";
            case 19 -> "no such device (ENODEV)";
            case 21 -> "a directory (EISDIR)";
            case 22 -> "not supported by this host (EINVAL)";
            case 25 -> "not a terminal (ENOTTY)";
            case 26 -> "in use as a program (ETXTBSY)";
            case 27 -> "too big a file (EFBIG)";
            case 28 -> "no space left (ENOSPC)";
            case 30 -> "on a read-only file system (EROFS)";
            case 37 -> "no locks available (ENOLCK)";
            default -> "errno " + errno;
        };
    }
}
