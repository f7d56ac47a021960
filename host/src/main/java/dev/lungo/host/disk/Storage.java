package dev.lungo.host.disk;

/**
 * What an image is kept in: bytes that grow as they are written, and a flush. Offsets and lengths
 * are in bytes.
 *
 * <p>All methods may be called from any thread, and fail with a {@link
 * dev.lungo.machine.BackendException}.
 */
interface Storage extends AutoCloseable {
    /** Where it ends. */
    long bytes();

    /** Reads; what lies beyond the end reads as zeroes. */
    void read(long offset, byte[] into, int at, int bytes);

    /** Writes, and moves the end where it is passed. */
    void write(long offset, byte[] from, int at, int bytes);

    /** Returns when everything written before is durable. Until then any of it may be. */
    void flush();

    /** Makes this read as zeroes, and may give up the space; does not move the end. */
    void punch(long offset, long bytes);

    /** Makes this read as zeroes, and keeps the space; may move the end. */
    void zero(long offset, long bytes);

    @Override
    void close();
}
