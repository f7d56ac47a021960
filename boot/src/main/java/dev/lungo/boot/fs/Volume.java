package dev.lungo.boot.fs;

/**
 * A file system on a disk or a partition. UEFI's EFI_SIMPLE_FILE_SYSTEM_PROTOCOL (13.4) is this
 * with other names.
 *
 * <p>One thread at a time. Every method may throw {@link VolumeException}, and {@link
 * dev.lungo.machine.BackendException} where the disk fails.
 */
public interface Volume {
    /** The root directory, which need not be closed. */
    FileNode root();

    /** Empty if it has none. */
    String label();

    /** Gives it another label, or none by an empty one. */
    void setLabel(String label);

    boolean isReadOnly();

    /** What it could hold. */
    long bytes();

    long freeBytes();

    /** The unit in which space is given to files, in bytes. */
    int clusterBytes();

    /** Returns when all that was written is durable. */
    void flush();
}
