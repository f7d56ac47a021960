package dev.lungo.machine;

/**
 * A disk as a device sees it. Offsets and lengths are in bytes, whole sectors of 512 unless the
 * implementation takes less, and lie inside the disk: whoever takes them from a guest has checked.
 *
 * <p>All methods may be called from any thread, several at a time. Writes may reach the disk in any
 * order until {@link #flush} returns.
 */
public interface BlockBackend extends AutoCloseable {
    int SECTOR_BYTES = 512;

    /** The size, a multiple of {@link #SECTOR_BYTES}. */
    long bytes();

    boolean isReadOnly();

    /**
     * Reads into an array, from its index {@code at} on.
     *
     * @throws BackendException if it cannot be read
     */
    void read(long offset, byte[] into, int at, int bytes);

    /**
     * Writes from an array, from its index {@code at} on.
     *
     * @throws BackendException if it cannot be written
     */
    void write(long offset, byte[] from, int at, int bytes);

    /**
     * Returns when everything that was written before is durable.
     *
     * @throws BackendException if it may not be
     */
    void flush();

    /**
     * Says that the content is no longer wanted: it reads as anything afterwards. May do nothing.
     *
     * @throws BackendException if the disk fails
     */
    void discard(long offset, long bytes);

    /**
     * Makes this read as zeroes.
     *
     * @param mayUnmap whether the storage behind it may be given back
     * @throws BackendException if it cannot be written
     */
    void writeZeroes(long offset, long bytes, boolean mayUnmap);

    /** Writes back all there is, and lets go of the disk. */
    @Override
    void close();
}
