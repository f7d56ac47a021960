package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the guest's clusters are in the file: the active L1 table, and a cache of the L2 tables
 * that it names. QEMU, docs/interop/qcow2.rst, "Cluster mapping".
 *
 * <p>What changes stays in memory until it is taken to be written. A table that has changed, or is
 * being written, is not dropped from the cache; whoever changes sees to it that they do not become
 * too many ({@link #isFull}).
 *
 * <p>Holds no lock: whoever calls has the image's metadata to himself.
 */
final class Qcow2Mapping {
    private static final int CACHE_BYTES = 4 << 20;
    private static final int MIN_CACHED = 8;

    /** How many entries a sector of the disk has, which is written as one. */
    private static final int PER_SECTOR = 64;

    private static final class Table {
        private final long offset;
        private final long[] entries;

        /** Entries that the disk has not. */
        private int dirtyFrom = Integer.MAX_VALUE;

        private int dirtyTo;

        /** Whether it is among what has been taken to be written. */
        private boolean isTaken;

        Table(long offset, long[] entries) {
            this.offset = offset;
            this.entries = entries;
        }

        boolean isDirty() {
            return dirtyTo != 0;
        }

        void changed(int from, int to) {
            dirtyFrom = Math.min(dirtyFrom, from);
            dirtyTo = Math.max(dirtyTo, to);
        }
    }

    /** Something to be written at an offset in the file. */
    static final class Write {
        private final long offset;
        private final byte[] bytes;

        Write(long offset, byte[] bytes) {
            this.offset = offset;
            this.bytes = bytes;
        }

        void to(Storage storage) {
            storage.write(offset, bytes, 0, bytes.length);
        }
    }

    /** What has been taken to be written: first the tables, then the L1 entries that name them. */
    record Changes(List<Integer> indices, List<Write> tables, List<Write> l1) {}

    private final Storage storage;
    private final Qcow2Header header;
    private final int capacity;
    private final long[] l1;
    private final BitSet dirtyL1 = new BitSet();
    private final Map<Integer, Table> cache =
            new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);
    private int dirtyTables;

    Qcow2Mapping(Storage storage, Qcow2Header header) {
        this.storage = storage;
        this.header = header;
        capacity = Math.max(MIN_CACHED, CACHE_BYTES >> header.clusterBits());
        l1 = readTable(storage, header.l1Offset(), header.l1EntriesUsed());
    }

    static long[] readTable(Storage storage, long offset, int count) {
        byte[] bytes = new byte[count * 8];
        storage.read(offset, bytes, 0, bytes.length);
        long[] entries = new long[count];
        ByteBuffer.wrap(bytes).asLongBuffer().get(entries);
        return entries;
    }

    private static byte[] bytes(long[] entries, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate((to - from) * 8);
        bytes.asLongBuffer().put(entries, from, to - from);
        return bytes.array();
    }

    /** The L2 entry of a guest cluster; 0 where there is no table. */
    long get(long guestCluster) {
        Table table = table(l1Index(guestCluster));
        return table == null ? 0 : table.entries[l2Index(guestCluster)];
    }

    private int l1Index(long guestCluster) {
        return (int) (guestCluster >> header.clusterBits() - 3);
    }

    private int l2Index(long guestCluster) {
        return (int) guestCluster & header.l2Entries() - 1;
    }

    /** The first guest cluster behind this one that another L2 table maps, if this one has none. */
    long behindHole(long guestCluster) {
        int index = l1Index(guestCluster);
        return l1[index] == 0 ? (index + 1L) << header.clusterBits() - 3 : guestCluster;
    }

    private @Nullable Table table(int index) {
        Table table = cache.get(index);
        if (table == null && Qcow2Entry.offset(l1[index]) != 0) {
            long offset = Qcow2Entry.offset(l1[index]);
            if (offset % header.clusterBytes() != 0) {
                throw new BackendException(
                        storage
                                + " is corrupt: there is no L2 table at "
                                + offset
                                + "; \"qemu-img check\" says more.");
            }
            table = new Table(offset, readTable(storage, offset, header.l2Entries()));
            keep(index, table);
        }
        return table;
    }

    private void keep(int index, Table table) {
        cache.put(index, table);
        if (cache.size() > capacity) {
            Iterator<Table> eldestFirst = cache.values().iterator();
            while (eldestFirst.hasNext()) {
                Table old = eldestFirst.next();
                if (!old.isDirty() && !old.isTaken && old != table) {
                    eldestFirst.remove();
                    return;
                }
            }
        }
    }

    /** Whether so much has changed that it ought to be written before there is more. */
    boolean isFull() {
        return dirtyTables > capacity / 2;
    }

    /** Whether there is nothing to be written. */
    boolean isClean() {
        return dirtyTables == 0 && dirtyL1.isEmpty();
    }

    /** Whether the L2 table of a guest cluster can be changed without taking a cluster for it. */
    boolean hasOwnTable(long guestCluster) {
        long entry = l1[l1Index(guestCluster)];
        return (entry & Qcow2Entry.COPIED) != 0 && Qcow2Entry.offset(entry) != 0;
    }

    /**
     * Gives a guest cluster an L2 table that may be changed, in a cluster that was taken for it: a
     * copy of the one it shares with a snapshot, or an empty one.
     *
     * @return the offset of the one that it had before; 0 if none
     */
    long newTable(long guestCluster, long offset) {
        int index = l1Index(guestCluster);
        Table shared = table(index);
        long[] entries = shared == null ? new long[header.l2Entries()] : shared.entries.clone();
        Table own = new Table(offset, entries);
        if (shared != null && shared.isDirty()) {
            throw new AssertionError("a shared table was changed");
        }
        own.changed(0, entries.length);
        dirtyTables++;
        l1[index] = offset | Qcow2Entry.COPIED;
        dirtyL1.set(index);
        keep(index, own);
        return shared == null ? 0 : shared.offset;
    }

    /** Changes the entry of a guest cluster whose L2 table is its own. Returns the old one. */
    long put(long guestCluster, long entry) {
        Table table = table(l1Index(guestCluster));
        if (table == null) {
            throw new IllegalStateException("the guest cluster has no L2 table");
        }
        int index = l2Index(guestCluster);
        long old = table.entries[index];
        table.entries[index] = entry;
        if (!table.isDirty()) {
            dirtyTables++;
        }
        table.changed(index, index + 1);
        return old;
    }

    /** Takes all that has changed, as it is now, to write it. */
    Changes takeChanges() {
        List<Integer> indices = new ArrayList<>();
        List<Write> tables = new ArrayList<>();
        cache.forEach((index, table) -> {
            if (table.isDirty()) {
                int from = table.dirtyFrom & -PER_SECTOR;
                int to = table.dirtyTo + PER_SECTOR - 1 & -PER_SECTOR;
                indices.add(index);
                tables.add(new Write(table.offset + from * 8L, bytes(table.entries, from, to)));
                table.dirtyFrom = Integer.MAX_VALUE;
                table.dirtyTo = 0;
                table.isTaken = true;
            }
        });
        dirtyTables = 0;
        List<Write> entries = new ArrayList<>();
        dirtyL1.stream()
                .forEach(i ->
                        entries.add(new Write(header.l1Offset() + i * 8L, bytes(l1, i, i + 1))));
        dirtyL1.clear();
        return new Changes(indices, tables, entries);
    }

    /** What was taken is on the disk; or is not, and everything in it counts as changed again. */
    void written(Changes changes, boolean success) {
        for (int index : changes.indices) {
            Table table = cache.get(index);
            if (table == null) {
                throw new AssertionError("a table was dropped while it was written");
            }
            table.isTaken = false;
            if (!success) {
                if (!table.isDirty()) {
                    dirtyTables++;
                }
                table.changed(0, table.entries.length);
            }
        }
        if (!success) {
            for (Write entry : changes.l1) {
                dirtyL1.set((int) ((entry.offset - header.l1Offset()) / 8));
            }
        }
    }

    /** The active L1 table's entries, as far as the disk needs them. */
    long[] l1() {
        return Arrays.copyOf(l1, l1.length);
    }
}
