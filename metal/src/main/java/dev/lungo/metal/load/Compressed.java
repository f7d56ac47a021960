package dev.lungo.metal.load;

/**
 * Content as it is kept in flash. The numbers are coreboot's: cbfs_serialized.h, enum
 * cbfs_compression.
 *
 * @param bytes of the content when it is not compressed, at most
 */
record Compressed(Window stored, long algorithm, long bytes) {
    static final int NONE = 0;
    private static final int LZMA = 1;
    private static final int LZ4 = 2;

    boolean isCompressed() {
        return algorithm != NONE;
    }

    /**
     * Has the window hold the content, and zeros behind it.
     *
     * @throws IllegalStateException if it is damaged, or too large
     */
    void expand(Window to) {
        if (algorithm == NONE) {
            to.fillWith(stored);
        } else if (algorithm == LZMA) {
            to.clear(Lzma.decode(stored, to));
        } else if (algorithm == LZ4) {
            to.clear(Lz4.decode(stored, to));
        } else {
            throw new IllegalStateException(
                    stored.what() + " is compressed by a method that is neither LZMA nor LZ4");
        }
    }
}
