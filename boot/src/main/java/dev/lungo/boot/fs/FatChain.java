package dev.lungo.boot.fs;

import dev.lungo.boot.fs.VolumeException.Reason;

/**
 * The clusters of a file, one after the other. Offsets are in bytes from its beginning.
 *
 * <p>It remembers where it was last, so that reading on does not begin at the beginning.
 */
final class FatChain {
    private final ByteDisk disk;
    private final FatGeometry geometry;
    private final FatTable table;

    /** 0 if there is none. */
    private int first;

    /** A cluster of it, and which that is. */
    private int cluster;

    private int index;

    /** How many there are, or negative while nobody has counted. */
    private int count = -1;

    FatChain(ByteDisk disk, FatGeometry geometry, FatTable table, int first) {
        this.disk = disk;
        this.geometry = geometry;
        this.table = table;
        this.first = first;
        cluster = first;
    }

    int first() {
        return first;
    }

    /** In clusters. */
    int length() {
        if (count < 0) {
            int clusters = 0;
            while (reach(clusters)) {
                clusters++;
            }
            count = clusters;
        }
        return count;
    }

    /** Goes to the cluster with this index, if the chain is that long. */
    private boolean reach(int wanted) {
        if (first == 0) {
            return false;
        }
        if (!geometry.isCluster(first)) {
            throw corrupted("begins at cluster " + first + ", which is none");
        }
        if (wanted < index) {
            cluster = first;
            index = 0;
        }
        while (index < wanted) {
            int next = table.next(cluster);
            if (next == FatTable.END) {
                return false;
            }
            cluster = next;
            index++;
            if (index >= geometry.clusters()) {
                throw corrupted("goes round in a circle");
            }
        }
        return true;
    }

    /** Where a byte of it is on the disk, or a negative number if it is not that long. */
    long find(long offset) {
        long wanted = offset / geometry.clusterBytes();
        if (wanted > Integer.MAX_VALUE || !reach((int) wanted)) {
            return -1;
        }
        return geometry.offsetOf(cluster) + offset % geometry.clusterBytes();
    }

    /** How many bytes there are from an offset on without a gap on the disk, up to {@code most}. */
    private int run(long offset, long at, int most) {
        long bytes = geometry.clusterBytes() - offset % geometry.clusterBytes();
        while (bytes < most && find(offset + bytes) == at + bytes) {
            bytes += geometry.clusterBytes();
        }
        return (int) Math.min(bytes, most);
    }

    void read(long offset, byte[] into, int at, int bytes) {
        for (int done = 0; done < bytes; ) {
            long from = findExisting(offset + done);
            int count = run(offset + done, from, bytes - done);
            disk.read(from, into, at + done, count);
            done += count;
        }
    }

    void write(long offset, byte[] from, int at, int bytes) {
        for (int done = 0; done < bytes; ) {
            long to = findExisting(offset + done);
            int count = run(offset + done, to, bytes - done);
            disk.write(to, from, at + done, count);
            done += count;
        }
    }

    private long findExisting(long offset) {
        long found = find(offset);
        if (found < 0) {
            throw corrupted("is shorter than its directory says");
        }
        return found;
    }

    /** Finds clusters to append, as near as can be. They are not taken yet. */
    int[] findMore(int most) {
        int last = length() == 0 ? 0 : last();
        return table.find(last, most);
    }

    private int last() {
        reach(length() - 1);
        return cluster;
    }

    /**
     * Takes clusters whose content has been written. Who made the chain begin by this has a first
     * cluster to write down.
     */
    void append(int[] clusters) {
        int length = length();
        table.chain(clusters);
        if (length == 0) {
            first = clusters[0];
            cluster = first;
            index = 0;
        } else {
            table.set(last(), clusters[0]);
            table.commit();
        }
        count = length + clusters.length;
    }

    /** Gives back all but the first {@code keep} clusters, that nobody knows of any more. */
    void cut(int keep) {
        if (length() <= keep) {
            return;
        }
        reach(keep);
        int rest = cluster;
        if (keep == 0) {
            first = 0;
        } else {
            reach(keep - 1);
            table.set(cluster, FatTable.END);
            table.commit();
        }
        cluster = first;
        index = 0;
        count = keep;
        table.release(rest);
    }

    private static VolumeException corrupted(String what) {
        return new VolumeException(
                Reason.CORRUPTED, "A file on the volume " + what + "; repair it with fsck.fat.");
    }
}
