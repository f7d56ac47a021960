package dev.lungo.host.disk;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with an image, as "qemu-img check" would find it. */
record Qcow2Check(List<String> errors, int leaks) {
    static Qcow2Check of(Storage storage) {
        Qcow2Header header = Qcow2Header.read(storage);
        Qcow2References references = Qcow2References.count(storage, header);
        int bits = header.clusterBits();
        int tableBytes = header.refcountTableClusters() << bits;
        references.add(header.refcountTableOffset(), tableBytes);
        for (long block :
                Qcow2Mapping.readTable(storage, header.refcountTableOffset(), tableBytes / 8)) {
            if (block != 0) {
                references.add(block, 1L << bits);
            }
        }
        Qcow2Refcounts refcounts = new Qcow2Refcounts(storage, header);
        List<String> errors = new ArrayList<>();
        int leaks = 0;
        long end = Math.max(references.end(), storage.bytes() >> bits) + 1;
        for (long cluster = 0; cluster < end; cluster++) {
            long count = refcounts.get(cluster);
            int referred = references.get(cluster);
            if (count < referred) {
                errors.add("cluster " + cluster + " has refcount " + count + " for " + referred);
            } else if (count > referred) {
                leaks++;
            }
        }
        checkCopied(storage, header, refcounts, errors);
        return new Qcow2Check(errors, leaks);
    }

    private static void checkCopied(
            Storage storage, Qcow2Header header, Qcow2Refcounts refcounts, List<String> errors) {
        for (long table :
                Qcow2Mapping.readTable(storage, header.l1Offset(), header.l1EntriesUsed())) {
            checkCopied(header, refcounts, table, errors);
            if (Qcow2Entry.offset(table) != 0) {
                for (long entry :
                        Qcow2Mapping.readTable(
                                storage, Qcow2Entry.offset(table), header.l2Entries())) {
                    if (!Qcow2Entry.isCompressed(entry)) {
                        checkCopied(header, refcounts, entry, errors);
                    }
                }
            }
        }
    }

    private static void checkCopied(
            Qcow2Header header, Qcow2Refcounts refcounts, long entry, List<String> errors) {
        long offset = Qcow2Entry.offset(entry);
        if (offset % header.clusterBytes() != 0) {
            errors.add("nothing can be at " + offset);
        }
        // A refcount of two, of which one is leaked, still forbids writing in place.
        long count = refcounts.get(offset >> header.clusterBits());
        if (offset != 0 && (entry & Qcow2Entry.COPIED) != 0 && count > 1) {
            errors.add("what is at " + offset + " is not alone there");
        }
    }
}
