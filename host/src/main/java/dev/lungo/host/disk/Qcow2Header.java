package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The header of a qcow2 image, with what its extensions say. QEMU, docs/interop/qcow2.rst,
 * "Header". Offsets are in the image file, and with sizes are in bytes.
 *
 * @param l1Entries how many entries the active L1 table has
 * @param autoclear the features that whoever does not know them clears before he writes
 * @param refcountOrder a refcount has 1 &lt;&lt; refcountOrder bits
 * @param hasBitmaps whether there are dirty bitmaps, whose clusters only the extension names
 */
record Qcow2Header(
        int version,
        int clusterBits,
        long size,
        int l1Entries,
        long l1Offset,
        long refcountTableOffset,
        int refcountTableClusters,
        int snapshots,
        long snapshotsOffset,
        long incompatible,
        long autoclear,
        int refcountOrder,
        Compression compression,
        Optional<String> backingFile,
        Optional<String> backingFormat,
        boolean hasBitmaps) {
    static final int REFCOUNT_TABLE_FIELDS = 48;
    static final int INCOMPATIBLE_FIELD = 72;
    static final int AUTOCLEAR_FIELD = 88;

    static final long DIRTY = 1 << 0;
    static final long CORRUPT = 1 << 1;
    private static final long COMPRESSION_TYPE = 1 << 3;
    private static final long SUPPORTED = DIRTY | CORRUPT | COMPRESSION_TYPE;

    private static final int MAGIC = 0x514649FB;
    private static final int VERSION_2_BYTES = 72;
    private static final int VERSION_3_BYTES = 104;
    private static final int MAX_BACKING_NAME_BYTES = 1023;

    /** QEMU's limits too. */
    private static final int MAX_CLUSTER_BITS = 21;

    private static final int MAX_L1_BYTES = 32 << 20;
    static final int MAX_REFCOUNT_TABLE_BYTES = 8 << 20;
    private static final int MAX_SNAPSHOTS = 65536;

    private static final int BACKING_FORMAT = 0xE2792ACA;
    private static final int FEATURE_NAMES = 0x6803F857;
    private static final int BITMAPS = 0x23852875;

    int clusterBytes() {
        return 1 << clusterBits;
    }

    /** How many clusters an L2 table maps. */
    int l2Entries() {
        return 1 << clusterBits - 3;
    }

    boolean has(long feature) {
        return (incompatible & feature) != 0;
    }

    /** How many entries of the L1 table the disk needs. */
    int l1EntriesUsed() {
        long perEntry = 1L << 2 * clusterBits - 3;
        return (int) (size / perEntry + (size % perEntry == 0 ? 0 : 1));
    }

    /**
     * Reads it.
     *
     * @throws BackendException when this is no qcow2 image, or one that needs what we have not
     */
    static Qcow2Header read(Storage storage) {
        return new Reader(storage).read();
    }

    private static final class Reader {
        private final Storage storage;
        private final Map<Integer, String> featureNames = new HashMap<>();
        private Optional<String> backingFormat = Optional.empty();
        private boolean hasBitmaps;

        Reader(Storage storage) {
            this.storage = storage;
        }

        private BackendException refused(String why) {
            return new BackendException(storage + " cannot be used: " + why + ".");
        }

        private void require(boolean holds, String otherwise) {
            if (!holds) {
                throw refused(otherwise);
            }
        }

        Qcow2Header read() {
            ByteBuffer fixed = bytes(0, VERSION_3_BYTES + 8);
            require(fixed.getInt(0) == MAGIC, "it is no qcow2 image");
            int version = fixed.getInt(4);
            require(version == 2 || version == 3, "its qcow2 version is " + version);
            int clusterBits = fixed.getInt(20);
            require(
                    clusterBits >= 9 && clusterBits <= MAX_CLUSTER_BITS,
                    "its clusters have 2^" + clusterBits + " bytes");
            int clusterBytes = 1 << clusterBits;
            int length = version == 2 ? VERSION_2_BYTES : fixed.getInt(100);
            require(
                    length >= (version == 2 ? VERSION_2_BYTES : VERSION_3_BYTES)
                            && length <= clusterBytes,
                    "its header has " + length + " bytes");
            long backingOffset = fixed.getLong(8);
            int backingBytes = fixed.getInt(16);
            require(
                    backingOffset == 0
                            || backingOffset >= length
                                    && backingBytes >= 0
                                    && backingBytes <= MAX_BACKING_NAME_BYTES
                                    && backingOffset <= clusterBytes - backingBytes,
                    "the name of its backing file is not in its first cluster");
            ByteBuffer cluster = bytes(0, clusterBytes);
            extensions(cluster, length, backingOffset == 0 ? clusterBytes : (int) backingOffset);
            long incompatible = version == 2 ? 0 : fixed.getLong(INCOMPATIBLE_FIELD);
            features(incompatible);
            require(fixed.getInt(32) == 0, "it is encrypted");
            int compression = length > VERSION_3_BYTES ? fixed.get(104) : 0;
            require(
                    (compression != 0) == ((incompatible & COMPRESSION_TYPE) != 0)
                            && compression >= 0
                            && compression <= 1,
                    "its compression type is " + compression);
            int refcountOrder = version == 2 ? 4 : fixed.getInt(96);
            require(
                    refcountOrder >= 0 && refcountOrder <= 6,
                    "its refcounts have 2^" + refcountOrder + " bits");
            Qcow2Header header =
                    new Qcow2Header(
                            version,
                            clusterBits,
                            fixed.getLong(24),
                            fixed.getInt(36),
                            fixed.getLong(40),
                            fixed.getLong(48),
                            fixed.getInt(56),
                            fixed.getInt(60),
                            fixed.getLong(64),
                            incompatible,
                            version == 2 ? 0 : fixed.getLong(AUTOCLEAR_FIELD),
                            refcountOrder,
                            compression == 0 ? Compression.DEFLATE : Compression.ZSTD,
                            backingOffset == 0 || backingBytes == 0
                                    ? Optional.empty()
                                    : Optional.of(text(cluster, (int) backingOffset, backingBytes)),
                            backingFormat,
                            hasBitmaps);
            tables(header);
            return header;
        }

        private ByteBuffer bytes(long offset, int count) {
            byte[] bytes = new byte[count];
            storage.read(offset, bytes, 0, count);
            return ByteBuffer.wrap(bytes);
        }

        private static String text(ByteBuffer cluster, int offset, int bytes) {
            byte[] text = new byte[bytes];
            cluster.get(offset, text);
            return new String(text, StandardCharsets.UTF_8);
        }

        private void extensions(ByteBuffer cluster, int from, int to) {
            int at = from;
            while (at <= to - 8 && cluster.getInt(at) != 0) {
                int type = cluster.getInt(at);
                int length = cluster.getInt(at + 4);
                at += 8;
                require(length >= 0 && length <= to - at, "a header extension has no end");
                switch (type) {
                    case BACKING_FORMAT -> backingFormat = Optional.of(text(cluster, at, length));
                    case FEATURE_NAMES -> nameFeatures(cluster, at, length);
                    case BITMAPS -> hasBitmaps = true;
                    default -> {} // may be ignored, says the specification
                }
                at += length + 7 & -8;
            }
        }

        private void nameFeatures(ByteBuffer cluster, int at, int length) {
            for (int entry = at; entry + 48 <= at + length; entry += 48) {
                if (cluster.get(entry) == 0) { // an incompatible feature
                    int bit = cluster.get(entry + 1);
                    featureNames.put(bit, text(cluster, entry + 2, 46).replace("\0", ""));
                }
            }
        }

        private void features(long incompatible) {
            long unknown = incompatible & ~SUPPORTED;
            if (unknown != 0) {
                int bit = Long.numberOfTrailingZeros(unknown);
                String name = featureNames.getOrDefault(bit, "of bit " + bit);
                require(false, "it needs the feature \"" + name + "\", which is not supported");
            }
        }

        private void tables(Qcow2Header header) {
            require(header.size >= 0, "its size is " + header.size);
            require(
                    header.l1Entries >= 0 && header.l1Entries <= MAX_L1_BYTES / 8,
                    "its L1 table has " + header.l1Entries + " entries");
            long perEntry = 1L << 2 * header.clusterBits - 3;
            require(
                    header.size / perEntry <= header.l1Entries
                            && header.l1EntriesUsed() <= header.l1Entries,
                    "its L1 table is too small");
            requireInFile("L1 table", header, header.l1Offset, header.l1EntriesUsed() * 8L);
            require(
                    header.refcountTableClusters >= 1
                                    && header.refcountTableClusters
                                            <= MAX_REFCOUNT_TABLE_BYTES >> header.clusterBits
                            || header.refcountTableClusters == 1,
                    "its refcount table has " + header.refcountTableClusters + " clusters");
            requireInFile(
                    "refcount table",
                    header,
                    header.refcountTableOffset,
                    (long) header.refcountTableClusters << header.clusterBits);
            require(
                    header.snapshots >= 0 && header.snapshots <= MAX_SNAPSHOTS,
                    "it has " + header.snapshots + " snapshots");
        }

        private void requireInFile(String table, Qcow2Header header, long offset, long bytes) {
            int clusterBytes = header.clusterBytes();
            long end = storage.bytes() + clusterBytes - 1 & -clusterBytes;
            require(
                    bytes == 0
                            || offset >= clusterBytes
                                    && offset % clusterBytes == 0
                                    && offset <= end - bytes,
                    "its " + table + " is not in the file");
        }
    }
}
