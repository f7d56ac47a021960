package dev.lungo.boot.fs;

import dev.lungo.boot.fs.VolumeException.Reason;
import dev.lungo.machine.BlockBackend;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A FAT12, FAT16 or FAT32 volume. Microsoft, FAT: General Overview of On-Disk Format, 1.03; UEFI,
 * "File System Format" (13.3).
 *
 * <p>Not kept: extended attributes of OS/2, and that the volume is being written to: in the order
 * in which things are written, a power cut loses nothing but clusters.
 */
final class FatVolume implements Volume {
    private final ByteDisk disk;
    private final FatGeometry geometry;
    private final FatTable table;
    private final Supplier<FileTime> clock;
    private final FatNode root;

    /** What is open, by where its entry is on the disk. */
    private final Map<Long, FatNode> nodes = new HashMap<>();

    FatVolume(BlockBackend disk, FatGeometry geometry, Supplier<FileTime> clock) {
        this.disk = new ByteDisk(disk);
        this.geometry = geometry;
        this.clock = clock;
        table = new FatTable(this.disk, geometry);
        root = FatNode.root(this);
    }

    @Override
    public FileNode root() {
        return root;
    }

    @Override
    public String label() {
        return FatLabel.read(root.slots());
    }

    @Override
    public void setLabel(String label) {
        checkWritable();
        FatLabel.write(label, root.slots(), disk, geometry, now());
    }

    @Override
    public boolean isReadOnly() {
        return disk.backend().isReadOnly();
    }

    @Override
    public long bytes() {
        return (long) geometry.clusters() * geometry.clusterBytes();
    }

    @Override
    public long freeBytes() {
        return table.freeClusters() * geometry.clusterBytes();
    }

    @Override
    public int clusterBytes() {
        return geometry.clusterBytes();
    }

    @Override
    public void flush() {
        finish();
        disk.barrier();
    }

    void checkWritable() {
        if (isReadOnly()) {
            throw new VolumeException(Reason.WRITE_PROTECTED, "The disk is read-only.");
        }
    }

    /** Writes what is known of the free space, now that no change is under way. */
    void finish() {
        table.finish();
    }

    ByteDisk disk() {
        return disk;
    }

    FatGeometry geometry() {
        return geometry;
    }

    FatTable table() {
        return table;
    }

    FileTime now() {
        return clock.get();
    }

    FatChain chain(int first) {
        return new FatChain(disk, geometry, table, first);
    }

    /** The node of an entry, the one that is open already if there is one. */
    FatNode node(FatNode parent, FatEntry entry) {
        return nodes.computeIfAbsent(entry.offset, _ -> FatNode.of(this, parent, entry));
    }

    void forget(FatNode node) {
        nodes.remove(node.key());
    }

    void remember(FatNode node) {
        nodes.put(node.key(), node);
    }
}
