package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which clusters of an image are free, and taking and giving them back. QEMU,
 * docs/interop/qcow2.rst, "Host cluster management". A cluster is named by its number in the file.
 *
 * <p>A refcount on the disk that is too high only wastes its cluster; one that is too low destroys
 * data. So clusters are taken here before anything refers to them and given back when nothing on
 * the disk does any more, and then blocks of refcounts can be written at any time. Only a new
 * block, and a new table of blocks, must be on the disk before what refers to them, which is seen
 * to here.
 *
 * <p>Holds no lock: whoever calls has the image's metadata to himself.
 */
final class Qcow2Refcounts {
    private static final int CACHE_BYTES = 2 << 20;
    private static final int MIN_CACHED = 8;

    /** How many full blocks there may be for what is not in the file, in an image that is sound. */
    private static final int MAX_BLOCKS_BEYOND = 1024;

    private static final class Block {
        private final long offset;
        private final byte[] data;

        /** Bytes that the disk has not. */
        private int dirtyFrom = Integer.MAX_VALUE;

        private int dirtyTo;

        Block(long offset, int bytes) {
            this.offset = offset;
            data = new byte[bytes];
        }

        boolean isDirty() {
            return dirtyTo != 0;
        }
    }

    private final Storage storage;
    private final Qcow2Header header;
    private final int clusterBits;
    private final int order;

    /** How many refcounts are in a block. */
    private final int perBlock;

    private final int capacity;
    private final Map<Integer, Block> blocks =
            new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    /** Offsets of the blocks in the file. */
    private long[] table;

    private long tableOffset;
    private int tableClusters;

    /** No cluster before it is free. */
    private long nextFree;

    Qcow2Refcounts(Storage storage, Qcow2Header header) {
        this.storage = storage;
        this.header = header;
        clusterBits = header.clusterBits();
        order = header.refcountOrder();
        perBlock = 1 << clusterBits + 3 - order;
        capacity = Math.max(MIN_CACHED, CACHE_BYTES >> clusterBits);
        tableOffset = header.refcountTableOffset();
        tableClusters = header.refcountTableClusters();
        table = new long[tableClusters << clusterBits - 3];
        byte[] bytes = new byte[table.length * 8];
        storage.read(tableOffset, bytes, 0, bytes.length);
        ByteBuffer.wrap(bytes).asLongBuffer().get(table);
    }

    /** A refcount in a block, unsigned. */
    static long get(byte[] block, int order, int index) {
        ByteBuffer bytes = ByteBuffer.wrap(block);
        return switch (order) {
            case 3 -> block[index] & 0xFFL;
            case 4 -> bytes.getShort(index * 2) & 0xFFFFL;
            case 5 -> bytes.getInt(index * 4) & 0xFFFF_FFFFL;
            case 6 -> bytes.getLong(index * 8);
            default -> {
                int shift = (index & (8 >> order) - 1) << order;
                yield block[index >> 3 - order] >> shift & (1 << (1 << order)) - 1;
            }
        };
    }

    static void put(byte[] block, int order, int index, long value) {
        ByteBuffer bytes = ByteBuffer.wrap(block);
        switch (order) {
            case 3 -> block[index] = (byte) value;
            case 4 -> bytes.putShort(index * 2, (short) value);
            case 5 -> bytes.putInt(index * 4, (int) value);
            case 6 -> bytes.putLong(index * 8, value);
            default -> {
                int shift = (index & (8 >> order) - 1) << order;
                int mask = (1 << (1 << order)) - 1 << shift;
                int at = index >> 3 - order;
                block[at] = (byte) (block[at] & ~mask | (int) value << shift);
            }
        }
    }

    private BackendException corrupt(String how) {
        return new BackendException(
                storage + " is corrupt: " + how + "; \"qemu-img check\" says more.");
    }

    /** How often a cluster is referred to. */
    long get(long cluster) {
        Block block = block(cluster);
        return block == null ? 0 : get(block.data, order, (int) (cluster % perBlock));
    }

    private void put(long cluster, Block block, long value) {
        int index = (int) (cluster % perBlock);
        put(block.data, order, index, value);
        int at = (int) ((long) index << order >> 3);
        block.dirtyFrom = Math.min(block.dirtyFrom, at);
        block.dirtyTo = Math.max(block.dirtyTo, at + Math.max(1, 1 << order >> 3));
    }

    /** The block with a cluster's refcount, if there is one. */
    private @Nullable Block block(long cluster) {
        long index = cluster / perBlock;
        if (index >= table.length || table[(int) index] == 0) {
            return null;
        }
        Block block = blocks.get((int) index);
        if (block == null) {
            block = new Block(table[(int) index], 1 << clusterBits);
            if (block.offset % block.data.length != 0 || block.offset < 0) {
                throw corrupt("there is no block of refcounts at " + block.offset);
            }
            storage.read(block.offset, block.data, 0, block.data.length);
            keep((int) index, block);
        }
        return block;
    }

    private void keep(int index, Block block) {
        blocks.put(index, block);
        if (blocks.size() > capacity) {
            int eldest = blocks.keySet().iterator().next();
            Block old = blocks.get(eldest);
            writeBack(old);
            blocks.remove(eldest);
        }
    }

    private void writeBack(Block block) {
        if (block.isDirty()) {
            int from = block.dirtyFrom & -512;
            int to = block.dirtyTo + 511 & -512;
            storage.write(block.offset + from, block.data, from, to - from);
            block.dirtyFrom = Integer.MAX_VALUE;
            block.dirtyTo = 0;
        }
    }

    /** Writes what has changed, in any order. */
    void writeBack() {
        blocks.values().forEach(this::writeBack);
    }

    /** Takes a free cluster. Its content is anything. */
    long take() {
        int beyond = 0;
        while (true) {
            Block block = block(nextFree);
            if (block == null) {
                addBlock();
                continue;
            }
            int index = (int) (nextFree % perBlock);
            while (index < perBlock && get(block.data, order, index) != 0) {
                index++;
            }
            nextFree += index - (int) (nextFree % perBlock);
            if (index < perBlock) {
                long taken = nextFree;
                requireFree(taken, 1);
                put(taken, block, 1);
                nextFree++;
                return taken;
            }
            if (nextFree << clusterBits > storage.bytes() && ++beyond > MAX_BLOCKS_BEYOND) {
                throw corrupt("what is not in the file is in use");
            }
        }
    }

    /** Gives back a reference to a cluster. */
    void giveBack(long cluster) {
        Block block = block(cluster);
        long count = block == null ? 0 : get(block.data, order, (int) (cluster % perBlock));
        if (count != 0) { // it is not in an image that is corrupt
            put(cluster, block, count - 1);
            if (count == 1) {
                nextFree = Math.min(nextFree, cluster);
            }
        }
    }

    /** What is always in use: the header and the tables that it names. */
    private void requireFree(long cluster, long clusters) {
        boolean inUse =
                cluster == 0
                        || overlap(
                                cluster, clusters, tableOffset, (long) tableClusters << clusterBits)
                        || overlap(cluster, clusters, header.l1Offset(), header.l1Entries() * 8L);
        if (inUse) {
            throw corrupt("its tables count as free");
        }
    }

    private boolean overlap(long cluster, long clusters, long offset, long bytes) {
        return cluster << clusterBits < offset + bytes
                && offset < cluster + clusters << clusterBits;
    }

    /**
     * Has the next free cluster hold the refcounts of those around it, for which there are none.
     */
    private void addBlock() {
        long cluster = nextFree;
        long index = cluster / perBlock;
        if (index >= table.length) {
            growTable();
            return;
        }
        requireFree(cluster, 1);
        Block block = new Block(cluster << clusterBits, 1 << clusterBits);
        put(block.data, order, (int) (cluster % perBlock), 1);
        storage.write(block.offset, block.data, 0, block.data.length);
        storage.flush();
        byte[] entry = ByteBuffer.allocate(8).putLong(block.offset).array();
        storage.write(tableOffset + index * 8, entry, 0, 8);
        table[(int) index] = block.offset;
        keep((int) index, block);
        nextFree = cluster + 1;
    }

    /** Has a larger table, and the blocks for its own clusters, begin at the next free cluster. */
    private void growTable() {
        int oldClusters = tableClusters;
        long oldOffset = tableOffset;
        long first = nextFree;
        Layout layout =
                Layout.of(header, first, first / perBlock, oldClusters + oldClusters / 2 + 1);
        if ((long) layout.tableClusters << clusterBits > Qcow2Header.MAX_REFCOUNT_TABLE_BYTES) {
            throw new BackendException(storage + " is as large as its clusters let it be.");
        }
        long[] grown = Arrays.copyOf(table, layout.tableClusters << clusterBits - 3);
        List<Block> added = new ArrayList<>();
        for (int i = 0; i < layout.blocks; i++) {
            added.add(new Block(first + i << clusterBits, 1 << clusterBits));
            grown[(int) layout.firstIndex + i] = first + i << clusterBits;
        }
        for (long cluster = first; cluster < layout.end(); cluster++) {
            put(cluster, added.get((int) (cluster / perBlock - layout.firstIndex)), 1);
        }
        added.forEach(this::writeBack);
        layout.installTable(storage, grown);
        table = grown;
        tableOffset = layout.tableOffset();
        tableClusters = layout.tableClusters;
        nextFree = layout.end();
        for (int i = 0; i < oldClusters; i++) {
            giveBack((oldOffset >> clusterBits) + i);
        }
    }

    /**
     * Where a new table goes with blocks that have the refcounts of both: the blocks first, from
     * cluster {@code first} on, and then the table.
     *
     * @param firstIndex in the table, of the first of the blocks
     */
    record Layout(Qcow2Header header, long first, long firstIndex, int blocks, int tableClusters) {
        /** The smallest whose table has at least so many clusters. */
        static Layout of(Qcow2Header header, long first, long firstIndex, int leastTableClusters) {
            int perBlock = 1 << header.clusterBits() + 3 - header.refcountOrder();
            int perTableCluster = 1 << header.clusterBits() - 3;
            Layout layout = new Layout(header, first, firstIndex, 1, leastTableClusters);
            while (true) {
                long lastIndex = (layout.end() - 1) / perBlock;
                int blocks = (int) (lastIndex - firstIndex + 1);
                int table = (int) Math.max(leastTableClusters, lastIndex / perTableCluster + 1);
                Layout wanted = new Layout(header, first, firstIndex, blocks, table);
                if (wanted.equals(layout)) {
                    return layout;
                }
                layout = wanted;
            }
        }

        long end() {
            return first + blocks + tableClusters;
        }

        long tableOffset() {
            return first + blocks << header.clusterBits();
        }

        /** Writes the table, whose blocks are written, and then has the header name it. */
        void installTable(Storage storage, long[] table) {
            ByteBuffer bytes = ByteBuffer.allocate(table.length * 8);
            bytes.asLongBuffer().put(table);
            storage.write(tableOffset(), bytes.array(), 0, bytes.capacity());
            storage.flush();
            byte[] fields =
                    ByteBuffer.allocate(12).putLong(tableOffset()).putInt(tableClusters).array();
            storage.write(Qcow2Header.REFCOUNT_TABLE_FIELDS, fields, 0, fields.length);
            storage.flush();
        }
    }
}
