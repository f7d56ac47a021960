package dev.lungo.host.disk;

/**
 * Entries of L1 and L2 tables. QEMU, docs/interop/qcow2.rst, "Cluster mapping". Offsets are in the
 * image file, in bytes.
 */
final class Qcow2Entry {
    /** In both: what it names has a refcount of exactly one, and may be changed in place. */
    static final long COPIED = 1L << 63;

    static final long COMPRESSED = 1L << 62;

    /** The cluster reads as zeroes, whatever the offset names. */
    static final long ZERO = 1;

    private static final long OFFSET = 0x00FF_FFFF_FFFF_FE00L;
    private static final int SECTOR_BYTES = 512;

    private Qcow2Entry() {}

    /** Where the table or the standard cluster is; 0 if nowhere. */
    static long offset(long entry) {
        return entry & OFFSET;
    }

    static boolean isCompressed(long entry) {
        return (entry & COMPRESSED) != 0;
    }

    static boolean isZero(long entry) {
        return (entry & (COMPRESSED | ZERO)) == ZERO;
    }

    /** Neither here nor zero: the backing file's, if there is one. */
    static boolean isUnallocated(long entry) {
        return (entry & (COMPRESSED | ZERO | OFFSET)) == 0;
    }

    /** Whether it can be written where it is. */
    static boolean isInPlace(long entry) {
        return (entry & (COPIED | COMPRESSED | ZERO)) == COPIED && offset(entry) != 0;
    }

    /** Where the data of a compressed cluster begins. */
    static long compressedOffset(long entry, int clusterBits) {
        return entry & (1L << offsetBits(clusterBits)) - 1 & OFFSET + SECTOR_BYTES - 1;
    }

    /** How many bytes, from there on, the data of a compressed cluster is in. */
    static int compressedBytes(long entry, int clusterBits) {
        long further = (entry & COMPRESSED - 1) >>> offsetBits(clusterBits);
        long into = compressedOffset(entry, clusterBits) % SECTOR_BYTES;
        return (int) ((further + 1) * SECTOR_BYTES - into);
    }

    private static int offsetBits(int clusterBits) {
        return 62 - (clusterBits - 8);
    }
}
