package dev.lungo.host.disk;

import java.nio.ByteBuffer;

/** Makes empty qcow2 images where there is no qemu-img, or where it should not be asked. */
public final class Qcow2Maker {
    private Qcow2Maker() {}

    /** Version 3: the header, the refcount table, one block of refcounts, the L1 table. */
    public static byte[] empty(int clusterBits, int refcountOrder, long size) {
        int clusterBytes = 1 << clusterBits;
        long perL1 = 1L << 2 * clusterBits - 3;
        int l1Entries = (int) ((size + perL1 - 1) / perL1);
        int l1Clusters = (l1Entries * 8 + clusterBytes - 1) / clusterBytes;
        int used = 3 + l1Clusters;
        ByteBuffer image = ByteBuffer.allocate(used * clusterBytes);
        image.putInt(0, 0x514649FB).putInt(4, 3).putInt(20, clusterBits).putLong(24, size);
        image.putInt(36, l1Entries).putLong(40, 3L * clusterBytes);
        image.putLong(48, clusterBytes).putInt(56, 1);
        image.putInt(96, refcountOrder).putInt(100, 104);
        image.putLong(clusterBytes, 2L * clusterBytes);
        byte[] refcounts = new byte[clusterBytes];
        for (int cluster = 0; cluster < used; cluster++) {
            Qcow2Refcounts.put(refcounts, refcountOrder, cluster, 1);
        }
        image.put(2 * clusterBytes, refcounts);
        return image.array();
    }
}
