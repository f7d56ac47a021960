package dev.lungo.host.disk;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The metadata of an image that is written to, and the order in which it comes to the disk.
 *
 * <p>Changes stay in memory until {@link #commit}, which makes them durable in steps:
 *
 * <ol>
 *   <li>the clusters taken since, by their refcounts, and all data that was written;
 *   <li>the L2 tables that refer to them;
 *   <li>the entries of the L1 table that refer to new L2 tables;
 *   <li>and only now are the clusters free that nothing refers to any more.
 * </ol>
 *
 * <p>Whenever the power fails, what the disk refers to is therefore there. All that can be wrong is
 * a cluster that counts as used and is not.
 *
 * <p>All methods may be called from any thread. They hold this object's lock shortly, and not while
 * the disk is waited for, except when a block of refcounts is added.
 */
final class Qcow2Metadata {
    /** How many clusters may wait for a commit to become free. */
    private static final int MAX_GIVEN_UP = 16384;

    private final Storage storage;
    private final Qcow2Header header;
    private final Qcow2Mapping mapping;
    private final Qcow2Refcounts refcounts;
    private final ReentrantLock committing = new ReentrantLock();

    /** Clusters that are free once what has changed is on the disk. */
    private long[] givenUp = new long[64];

    private int givenUpCount;

    Qcow2Metadata(Storage storage, Qcow2Header header) {
        this.storage = storage;
        this.header = header;
        mapping = new Qcow2Mapping(storage, header);
        refcounts = new Qcow2Refcounts(storage, header);
    }

    /** The L2 entry of a guest cluster; 0 where there is none. */
    synchronized long get(long guestCluster) {
        return mapping.get(guestCluster);
    }

    /** The next guest cluster that may have an entry: this, or one behind it. */
    synchronized long behindHole(long guestCluster) {
        return mapping.behindHole(guestCluster);
    }

    /** Takes a free cluster. Returns its offset in the file. */
    synchronized long take() {
        return refcounts.take() << header.clusterBits();
    }

    /** Gives back a cluster that was taken and that nothing has referred to. */
    synchronized void giveBack(long offset) {
        refcounts.giveBack(offset >> header.clusterBits());
    }

    /** Has a guest cluster be where this L2 entry says, and gives up where it was. */
    synchronized void put(long guestCluster, long entry) {
        if (!mapping.hasOwnTable(guestCluster)) {
            long shared = mapping.newTable(guestCluster, take());
            if (shared != 0) {
                giveUp(shared >> header.clusterBits());
            }
        }
        long old = mapping.put(guestCluster, entry);
        if (Qcow2Entry.isCompressed(old)) {
            int bits = header.clusterBits();
            long offset = Qcow2Entry.compressedOffset(old, bits);
            long last = offset + Qcow2Entry.compressedBytes(old, bits) - 1;
            for (long cluster = offset >> bits; cluster <= last >> bits; cluster++) {
                giveUp(cluster);
            }
        } else if (Qcow2Entry.offset(old) != 0
                && Qcow2Entry.offset(old) != Qcow2Entry.offset(entry)) {
            giveUp(Qcow2Entry.offset(old) >> header.clusterBits());
        }
    }

    private void giveUp(long cluster) {
        if (givenUpCount == givenUp.length) {
            givenUp = Arrays.copyOf(givenUp, 2 * givenUpCount);
        }
        givenUp[givenUpCount++] = cluster;
    }

    /** Commits if that is due, to bound what is kept in memory. Whoever calls holds no lock. */
    void commitIfFull() {
        boolean full;
        synchronized (this) {
            full = mapping.isFull() || givenUpCount > MAX_GIVEN_UP;
        }
        if (full) {
            commit();
        }
    }

    /** Makes everything durable that was written and changed before. */
    void commit() {
        committing.lock();
        try {
            commitAlone();
        } finally {
            committing.unlock();
        }
    }

    private void commitAlone() {
        Qcow2Mapping.Changes changes;
        long[] free;
        synchronized (this) {
            refcounts.writeBack();
            changes = mapping.takeChanges();
            free = Arrays.copyOf(givenUp, givenUpCount);
            givenUpCount = 0;
        }
        boolean success = false;
        try {
            storage.flush();
            if (!changes.tables().isEmpty()) {
                changes.tables().forEach(write -> write.to(storage));
                storage.flush();
            }
            if (!changes.l1().isEmpty()) {
                changes.l1().forEach(write -> write.to(storage));
                storage.flush();
            }
            punch(free);
            success = true;
        } finally {
            committed(changes, free, success);
        }
    }

    /** Gives the host the space of clusters that are about to be free, while they are not yet. */
    private void punch(long[] free) {
        Arrays.sort(free);
        int at = 0;
        while (at < free.length) {
            int from = at;
            while (at < free.length && free[at] == free[from] + at - from && isUsedOnce(free[at])) {
                at++;
            }
            if (at > from) {
                int bits = header.clusterBits();
                storage.punch(free[from] << bits, (long) (at - from) << bits);
            } else {
                at++;
            }
        }
    }

    private synchronized boolean isUsedOnce(long cluster) {
        return refcounts.get(cluster) == 1;
    }

    private synchronized void committed(
            Qcow2Mapping.Changes changes, long[] free, boolean success) {
        mapping.written(changes, success);
        for (long cluster : free) {
            if (success) {
                refcounts.giveBack(cluster);
            } else {
                giveUp(cluster);
            }
        }
        if (success) {
            refcounts.writeBack();
        }
    }

    /** Makes everything durable, and leaves nothing used that is not. */
    void close() {
        commit();
        storage.flush(); // what commit() gave back
    }
}
