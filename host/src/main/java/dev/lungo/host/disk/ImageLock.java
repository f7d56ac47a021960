package dev.lungo.host.disk;

import dev.lungo.host.Descriptor;
import dev.lungo.machine.BackendException;

/**
 * Keeps two machines from one image: a machine that writes is alone, those that only read share.
 *
 * <p>It is QEMU's protocol, so that its machines and ours refuse each other too. A byte of the file
 * is locked, always shared, for each thing that a machine does with the image, and another for each
 * that it does not want others to do; then it looks whether somebody else has the opposite. The
 * locks are the open file description's and go with a process that is killed. QEMU,
 * block/file-posix.c, raw_apply_lock_bytes and raw_check_lock_bytes; include/block/block-common.h,
 * BLK_PERM_*.
 */
final class ImageLock {
    /** Offset in the file of the bytes for what is done. */
    private static final long DOES = 100;

    /** Offset in the file of the bytes for what others may not do. */
    private static final long FORBIDS = 200;

    private static final int CONSISTENT_READ = 0;
    private static final int WRITE = 1;
    private static final int RESIZE = 3;

    private ImageLock() {}

    /**
     * Takes the lock, which the descriptor has until it is closed.
     *
     * @throws BackendException if another machine has the image
     */
    static void take(Descriptor file, boolean readOnly) {
        int[] does =
                readOnly ? new int[] {CONSISTENT_READ} : new int[] {CONSISTENT_READ, WRITE, RESIZE};
        int[] forbids = {WRITE, RESIZE};
        lock(file, DOES, does);
        lock(file, FORBIDS, forbids);
        check(file, FORBIDS, does);
        check(file, DOES, forbids);
    }

    private static void lock(Descriptor file, long base, int[] permissions) {
        for (int permission : permissions) {
            if (!file.lockShared(base + permission)) {
                throw inUse(file);
            }
        }
    }

    private static void check(Descriptor file, long base, int[] permissions) {
        for (int permission : permissions) {
            if (file.isLockedByAnother(base + permission)) {
                throw inUse(file);
            }
        }
    }

    private static BackendException inUse(Descriptor file) {
        return new BackendException(
                file + " is in use by another machine; stop that one, or give both readonly=on.");
    }
}
