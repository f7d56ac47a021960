package dev.lungo.kvm;

/** KVM refused something, or has not what is needed. The message is one sentence. */
public final class KvmException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    KvmException(String sentence) {
        super(sentence);
        errno = 0;
    }

    KvmException(String request, int errno) {
        super(request + " failed: " + name(errno));
        this.errno = errno;
    }

    /** As in errno(3), or 0 if it was not a request that failed. */
    public int errno() {
        return errno;
    }

    private static String name(int errno) {
        return switch (errno) {
            case 1 -> "not permitted (EPERM)";
            case 4 -> "interrupted (EINTR)";
            case 6 -> "there is none (ENXIO)";
            case 7 -> "it does not fit (E2BIG)";
            case 9 -> "no such descriptor (EBADF)";
            case 11 -> "not now (EAGAIN)";
            case 12 -> "not enough memory (ENOMEM)";
            case 14 -> "a bad address (EFAULT)";
            case 16 -> "it is busy (EBUSY)";
            case 17 -> "it is there already (EEXIST)";
            case 22 -> "not valid for this KVM (EINVAL)";
            case 25 -> "this KVM does not know it (ENOTTY)";
            default -> "errno " + errno;
        };
    }
}
