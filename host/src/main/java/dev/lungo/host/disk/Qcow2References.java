package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How often each cluster of an image is really referred to, found by following all tables but those
 * of the refcounts themselves.
 */
final class Qcow2References {
    /** How far behind the file's end a cluster may be that has not been written yet. */
    private static final int MAX_CLUSTERS_BEYOND = 1 << 16;

    /** What is counted here in memory takes four bytes for each cluster that is in use. */
    private static final long MAX_CLUSTERS = 1 << 26;

    private static final int PIECE = 1 << 12;

    private final Storage storage;
    private final Qcow2Header header;
    private final int clusterBits;
    private final int @Nullable [][] counts;
    private final long clusters;
    private long end;

    private Qcow2References(Storage storage, Qcow2Header header) {
        this.storage = storage;
        this.header = header;
        clusterBits = header.clusterBits();
        clusters = (storage.bytes() >> clusterBits) + MAX_CLUSTERS_BEYOND;
        if (clusters > MAX_CLUSTERS) {
            throw new BackendException(
                    storage + " is too large to be repaired here: use \"qemu-img check -r all\".");
        }
        counts = new int[(int) (clusters / PIECE) + 1][];
    }

    /**
     * Counts.
     *
     * @throws BackendException if a table names what cannot be
     */
    static Qcow2References count(Storage storage, Qcow2Header header) {
        Qcow2References references = new Qcow2References(storage, header);
        references.add(0, 1);
        references.addTree(header.l1Offset(), header.l1Entries());
        references.addSnapshots();
        return references;
    }

    int get(long cluster) {
        int[] piece = cluster < clusters ? counts[(int) (cluster / PIECE)] : null;
        return piece == null ? 0 : piece[(int) (cluster % PIECE)];
    }

    /** The first cluster from which on none is referred to. */
    long end() {
        return end;
    }

    /** Counts the clusters that some bytes lie in. */
    void add(long offset, long bytes) {
        long last = offset + Math.max(bytes, 1) - 1 >> clusterBits;
        if (offset < 0 || bytes < 0 || last < 0 || last >= clusters) {
            throw new BackendException(
                    storage + " cannot be repaired: nothing can be at " + offset + ".");
        }
        for (long cluster = offset >> clusterBits; cluster <= last; cluster++) {
            int[] piece = counts[(int) (cluster / PIECE)];
            if (piece == null) {
                piece = new int[PIECE];
                counts[(int) (cluster / PIECE)] = piece;
            }
            piece[(int) (cluster % PIECE)]++;
        }
        end = Math.max(end, last + 1);
    }

    private void addTree(long l1Offset, int l1Entries) {
        if (l1Entries == 0) {
            return;
        }
        add(l1Offset, l1Entries * 8L);
        int perPiece = header.l2Entries();
        for (int at = 0; at < l1Entries; at += perPiece) {
            int count = Math.min(perPiece, l1Entries - at);
            for (long entry : Qcow2Mapping.readTable(storage, l1Offset + at * 8L, count)) {
                if (Qcow2Entry.offset(entry) != 0) {
                    addL2(Qcow2Entry.offset(entry));
                }
            }
        }
    }

    private void addL2(long offset) {
        add(offset, header.clusterBytes());
        for (long entry : Qcow2Mapping.readTable(storage, offset, header.l2Entries())) {
            if (Qcow2Entry.isCompressed(entry)) {
                add(
                        Qcow2Entry.compressedOffset(entry, clusterBits),
                        Qcow2Entry.compressedBytes(entry, clusterBits));
            } else if (Qcow2Entry.offset(entry) != 0) {
                add(Qcow2Entry.offset(entry), header.clusterBytes());
            }
        }
    }

    /**
     * QEMU, docs/interop/qcow2.rst, "Snapshots": the table's entries have a length of their own.
     */
    private void addSnapshots() {
        long at = header.snapshotsOffset();
        for (int i = 0; i < header.snapshots(); i++) {
            byte[] fixed = new byte[40];
            storage.read(at, fixed, 0, fixed.length);
            ByteBuffer entry = ByteBuffer.wrap(fixed);
            int l1Entries = entry.getInt(8);
            if (l1Entries < 0 || l1Entries > header.l1Entries() + PIECE || at < 0) {
                throw new BackendException(storage + " cannot be repaired: a snapshot is damaged.");
            }
            addTree(entry.getLong(0), l1Entries);
            long extra = entry.getInt(36) & 0xFFFF_FFFFL;
            long names = (entry.getShort(12) & 0xFFFFL) + (entry.getShort(14) & 0xFFFFL);
            at += fixed.length + extra + names + 7 & -8;
        }
        if (header.snapshots() > 0) {
            add(header.snapshotsOffset(), at - header.snapshotsOffset());
        }
    }
}
