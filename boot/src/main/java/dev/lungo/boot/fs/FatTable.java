package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file allocation table: which cluster follows which. Microsoft, FAT: General Overview of
 * On-Disk Format, "FAT Data Structure" and "FAT32 FSInfo Sector Structure".
 *
 * <p>The first copy is read. What is changed is written to all of them by {@link #commit}. FAT32's
 * flag that only one is to be written is not looked at, nor are those that the volume was not
 * unmounted: nothing here needs that.
 */
final class FatTable {
    /** What {@link #next} answers for the last cluster of a chain. */
    static final int END = -1;

    static final int FREE = 0;

    /** No entry of any kind crosses a multiple of this. Twelve sectors. */
    private static final int PAGE_BYTES = 12 * 512;

    private static final int MOST_PAGES = 256;
    private static final long UNKNOWN = 0xFFFF_FFFFL;
    private static final int FSINFO_LEAD = 0x4161_5252;
    private static final int FSINFO_STRUCT = 0x6141_7272;
    private static final int FSINFO_FREE = 488;
    private static final int FSINFO_NEXT = 492;

    /** A piece of the FAT, and what of it the disk does not have yet. */
    private static final class Page {
        final long offset;
        final byte[] bytes;
        int dirtyFrom = Integer.MAX_VALUE;
        int dirtyTo;

        Page(long offset, int bytes) {
            this.offset = offset;
            this.bytes = new byte[bytes];
        }
    }

    private final ByteDisk disk;
    private final FatGeometry geometry;
    private final Map<Long, Page> pages = new LinkedHashMap<>(64, 0.75f, true);

    /** The page that was used last: the next use is mostly of the same. */
    private @Nullable Page latest;

    /** Negative while nobody has counted. */
    private long free = -1;

    private int lastAllocated = FatGeometry.FIRST_CLUSTER - 1;
    private boolean hasFsInfo;
    private boolean isFsInfoStale;

    FatTable(ByteDisk disk, FatGeometry geometry) {
        this.disk = disk;
        this.geometry = geometry;
        readFsInfo();
    }

    /**
     * The cluster after this one, or {@link #END}.
     *
     * @throws VolumeException if it is free, or leads to where no cluster is
     */
    int next(int cluster) {
        int value = get(cluster);
        if (isEnd(value)) {
            return END;
        }
        if (!geometry.isCluster(value)) {
            throw new VolumeException(
                    Reason.CORRUPTED,
                    "A file on the volume leads from cluster "
                            + cluster
                            + " to "
                            + value
                            + ", which is none; repair it with fsck.fat.");
        }
        return value;
    }

    boolean isFree(int cluster) {
        return get(cluster) == FREE;
    }

    private boolean isEnd(int value) {
        return switch (geometry.kind()) {
            case FAT12 -> value >= 0xFF8;
            case FAT16 -> value >= 0xFFF8;
            case FAT32 -> value >= 0x0FFF_FFF8;
        };
    }

    private int get(int cluster) {
        if (!geometry.isCluster(cluster)) {
            throw new VolumeException(
                    Reason.CORRUPTED,
                    "The volume has no cluster " + cluster + "; repair it with fsck.fat.");
        }
        long at = offsetOf(cluster);
        byte[] bytes = page(at).bytes;
        int in = (int) (at % PAGE_BYTES);
        return switch (geometry.kind()) {
            case FAT12 -> Little.u16(bytes, in) >> (cluster % 2 == 0 ? 0 : 4) & 0xFFF;
            case FAT16 -> Little.u16(bytes, in);
            case FAT32 -> (int) Little.u32(bytes, in) & 0x0FFF_FFFF;
        };
    }

    /** Changes it in memory. {@link #commit} writes it. */
    void set(int cluster, int value) {
        long at = offsetOf(cluster);
        Page page = page(at);
        byte[] bytes = page.bytes;
        int in = (int) (at % PAGE_BYTES);
        int width = 2;
        switch (geometry.kind()) {
            case FAT12 -> {
                int both = Little.u16(bytes, in);
                int kept = cluster % 2 == 0 ? both & 0xF000 : both & 0xF;
                Little.put16(bytes, in, kept | (value & 0xFFF) << (cluster % 2 == 0 ? 0 : 4));
            }
            case FAT16 -> Little.put16(bytes, in, value);
            case FAT32 -> { // the highest four bits are nobody's to change
                long kept = Little.u32(bytes, in) & 0xF000_0000L;
                Little.put32(bytes, in, kept | value & 0x0FFF_FFFF);
                width = 4;
            }
        }
        page.dirtyFrom = Math.min(page.dirtyFrom, in);
        page.dirtyTo = Math.max(page.dirtyTo, in + width);
    }

    /**
     * Finds up to {@code most} free clusters, those after {@code near} first. They are still free
     * afterwards.
     *
     * @throws VolumeException if there is none
     */
    int[] find(int near, int most) {
        int from = geometry.isCluster(near) ? near : lastAllocated;
        int[] found = new int[most];
        int count = 0;
        int clusters = geometry.clusters();
        for (int i = 1; i <= clusters && count < most; i++) {
            int cluster =
                    FatGeometry.FIRST_CLUSTER
                            + (int) ((from - FatGeometry.FIRST_CLUSTER + (long) i) % clusters);
            if (isFree(cluster)) {
                found[count++] = cluster;
            }
        }
        if (count == 0) {
            throw new VolumeException(Reason.FULL, "The volume is full.");
        }
        return Arrays.copyOf(found, count);
    }

    /** Makes a chain of clusters that were free, and writes that. Nothing leads to it yet. */
    void chain(int[] clusters) {
        countLater();
        for (int i = 0; i < clusters.length; i++) {
            set(clusters[i], i + 1 < clusters.length ? clusters[i + 1] : END);
        }
        lastAllocated = clusters[clusters.length - 1];
        free -= free < 0 ? 0 : clusters.length;
        commit();
    }

    /** Frees a chain that nothing leads to any more, and writes that. A broken one to its break. */
    void release(int first) {
        countLater();
        int cluster = first;
        while (geometry.isCluster(cluster)) {
            int next = get(cluster);
            if (next == FREE) {
                break; // also where a chain comes back to its beginning
            }
            set(cluster, FREE);
            free += free < 0 ? 0 : 1;
            cluster = isEnd(next) ? 0 : next;
        }
        commit();
    }

    /** Writes what has changed to all copies, first to the first. */
    void commit() {
        for (int copy = 0; copy < geometry.fats(); copy++) {
            for (Page page : pages.values()) {
                write(page, copy);
            }
        }
        for (Page page : pages.values()) {
            page.dirtyFrom = Integer.MAX_VALUE;
            page.dirtyTo = 0;
        }
    }

    private void write(Page page, int copy) {
        if (page.dirtyTo == 0) {
            return;
        }
        int from = page.dirtyFrom & -512;
        int to = Math.min((page.dirtyTo + 511) & -512, page.bytes.length);
        long offset = geometry.fatOffset() + copy * geometry.fatBytes() + page.offset + from;
        disk.write(offset, page.bytes, from, to - from);
    }

    long freeClusters() {
        if (free < 0) {
            free = 0;
            for (int cluster = FatGeometry.FIRST_CLUSTER;
                    cluster <= geometry.lastCluster();
                    cluster++) {
                free += isFree(cluster) ? 1 : 0;
            }
        }
        return free;
    }

    private long offsetOf(int cluster) {
        return switch (geometry.kind()) {
            case FAT12 -> cluster + (long) cluster / 2;
            case FAT16 -> cluster * 2L;
            case FAT32 -> cluster * 4L;
        };
    }

    private Page page(long at) {
        long number = at / PAGE_BYTES;
        if (latest != null && latest.offset == number * PAGE_BYTES) {
            return latest;
        }
        Page page = pages.get(number);
        if (page == null) {
            if (pages.size() >= MOST_PAGES) {
                commit();
                pages.remove(pages.keySet().iterator().next());
            }
            long offset = number * PAGE_BYTES;
            page = new Page(offset, (int) Math.min(PAGE_BYTES, geometry.fatBytes() - offset));
            disk.read(geometry.fatOffset() + offset, page.bytes, 0, page.bytes.length);
            pages.put(number, page);
        }
        latest = page;
        return page;
    }

    /** The count is believed where it can be true, as it is by all others. */
    private void readFsInfo() {
        if (geometry.fsInfo() == 0) {
            return;
        }
        byte[] sector = new byte[512];
        disk.read(geometry.fsInfo(), sector, 0, sector.length);
        if ((int) Little.u32(sector, 0) != FSINFO_LEAD
                || (int) Little.u32(sector, 484) != FSINFO_STRUCT) {
            return;
        }
        hasFsInfo = true;
        long count = Little.u32(sector, FSINFO_FREE);
        free = count <= geometry.clusters() ? count : -1;
        int hint = (int) Little.u32(sector, FSINFO_NEXT);
        lastAllocated = geometry.isCluster(hint) ? hint : lastAllocated;
    }

    /** Before the FAT changes, the disk's count says that it is not known, until all is written. */
    private void countLater() {
        if (hasFsInfo && !isFsInfoStale) {
            freeClusters();
            isFsInfoStale = true;
            writeFsInfo(UNKNOWN);
        }
    }

    /** Writes the count that is right again. */
    void finish() {
        if (isFsInfoStale) {
            isFsInfoStale = false;
            writeFsInfo(free);
        }
    }

    private void writeFsInfo(long count) {
        byte[] counts = new byte[8];
        Little.put32(counts, 0, count);
        Little.put32(counts, FSINFO_NEXT - FSINFO_FREE, lastAllocated);
        disk.write(geometry.fsInfo() + FSINFO_FREE, counts, 0, counts.length);
    }
}
