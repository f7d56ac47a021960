package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;

/**
 * Makes the refcounts of an image right that was written to with lazy refcounts and not closed: its
 * dirty bit is set. The mapping is what counts.
 *
 * <p>New refcounts are written behind everything else, and then the header has them take the place
 * of the old ones, whose clusters are free with that. Whenever this is broken off, the image is
 * still dirty, or repaired.
 */
final class Qcow2Repair {
    private final Storage storage;
    private final Qcow2Header header;
    private final Qcow2References references;

    private Qcow2Repair(Storage storage, Qcow2Header header) {
        this.storage = storage;
        this.header = header;
        references = Qcow2References.count(storage, header);
    }

    /**
     * Repairs.
     *
     * @throws BackendException if that cannot be
     */
    static void repair(Storage storage, Qcow2Header header) {
        if (header.hasBitmaps()) {
            throw new BackendException(
                    storage + " has bitmaps and was not closed: use \"qemu-img check -r all\".");
        }
        Qcow2Repair repair = new Qcow2Repair(storage, header);
        repair.rewriteRefcounts();
        repair.rewriteCopied();
        storage.flush();
        byte[] features = Qcow2Image.field(header.incompatible() & ~Qcow2Header.DIRTY);
        storage.write(Qcow2Header.INCOMPATIBLE_FIELD, features, 0, features.length);
        storage.flush();
    }

    private void rewriteRefcounts() {
        int clusterBits = header.clusterBits();
        int order = header.refcountOrder();
        int perBlock = 1 << clusterBits + 3 - order;
        long inFile = storage.bytes() + header.clusterBytes() - 1 >> clusterBits;
        long first = Math.max(references.end(), inFile);
        var layout = Qcow2Refcounts.Layout.of(header, first, 0, 1);
        long[] table = new long[layout.tableClusters() << clusterBits - 3];
        for (int i = 0; i < layout.blocks(); i++) {
            byte[] block = new byte[header.clusterBytes()];
            for (int j = 0; j < perBlock; j++) {
                long cluster = (long) i * perBlock + j;
                boolean isNew = cluster >= first && cluster < layout.end();
                Qcow2Refcounts.put(block, order, j, isNew ? 1 : checked(cluster, order));
            }
            table[i] = first + i << clusterBits;
            storage.write(table[i], block, 0, block.length);
        }
        layout.installTable(storage, table);
    }

    private int checked(long cluster, int order) {
        int count = references.get(cluster);
        if (order < 5 && count >= 1 << (1 << order)) {
            throw new BackendException(
                    storage + " cannot be repaired: a cluster is used " + count + " times.");
        }
        return count;
    }

    /** In the active tables, what is referred to once is marked so, and nothing else. */
    private void rewriteCopied() {
        long[] l1 = Qcow2Mapping.readTable(storage, header.l1Offset(), header.l1Entries());
        for (int i = 0; i < l1.length; i++) {
            long offset = Qcow2Entry.offset(l1[i]);
            if (offset != 0) {
                rewriteEntry(l1[i], header.l1Offset() + i * 8L);
                long[] l2 = Qcow2Mapping.readTable(storage, offset, header.l2Entries());
                for (int j = 0; j < l2.length; j++) {
                    if (!Qcow2Entry.isCompressed(l2[j]) && Qcow2Entry.offset(l2[j]) != 0) {
                        rewriteEntry(l2[j], offset + j * 8L);
                    }
                }
            }
        }
    }

    private void rewriteEntry(long entry, long at) {
        boolean once = references.get(Qcow2Entry.offset(entry) >> header.clusterBits()) == 1;
        if (once != ((entry & Qcow2Entry.COPIED) != 0)) {
            byte[] changed = Qcow2Image.field(entry ^ Qcow2Entry.COPIED);
            storage.write(at, changed, 0, changed.length);
        }
    }
}
