package dev.lungo.host.disk;

import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A disk in a qcow2 image, version 2 or 3. QEMU, docs/interop/qcow2.rst.
 *
 * <p>A request is done guest cluster by guest cluster, under a lock that many guest clusters share:
 * reading, and writing to where a cluster is, go on side by side; what changes where a cluster is
 * has it alone. The data itself is read and written without any other lock.
 *
 * <p>Not done: encryption, external data files, extended L2 entries, which the header refuses;
 * writing compressed clusters; bitmaps, which are marked invalid when the image is written to.
 */
final class Qcow2Image implements BlockBackend {
    private static final int LOCKS = 64;

    private final Storage storage;
    private final Qcow2Header header;
    private final Qcow2Metadata metadata;
    private final @Nullable BlockBackend backing;
    private final boolean readOnly;
    private final int clusterBits;
    private final int clusterBytes;
    private final long bytes;
    private final StampedLock[] locks = new StampedLock[LOCKS];

    /** A cluster that was compressed, and its L2 entry: such clusters never change. */
    private static final class Decompressed {
        private final long entry;
        private final byte[] data;

        Decompressed(long entry, byte[] data) {
            this.entry = entry;
            this.data = data;
        }
    }

    private volatile @Nullable Decompressed decompressed;

    /**
     * @param backing what clusters are read from that the image has not; closed with this
     */
    private Qcow2Image(
            Storage storage, Qcow2Header header, @Nullable BlockBackend backing, boolean readOnly) {
        this.storage = storage;
        this.header = header;
        this.backing = backing;
        this.readOnly = readOnly;
        metadata = new Qcow2Metadata(storage, header);
        clusterBits = header.clusterBits();
        clusterBytes = header.clusterBytes();
        bytes = Sectors.roundUp(header.size());
        Arrays.setAll(locks, _ -> new StampedLock());
    }

    /** A read-only one. */
    static Qcow2Image toRead(Storage storage, Qcow2Header header, @Nullable BlockBackend backing) {
        return new Qcow2Image(storage, header, backing, /* readOnly= */ true);
    }

    /**
     * One that is written to, and first repaired if that was broken off before.
     *
     * @throws BackendException if that cannot be
     */
    static Qcow2Image toWrite(Storage storage, Qcow2Header header, @Nullable BlockBackend backing) {
        if (header.has(Qcow2Header.CORRUPT)) {
            throw new BackendException(
                    storage
                            + " is marked as corrupt and can only be read: \"qemu-img check -r"
                            + " all\" may repair it.");
        }
        Qcow2Header current = header;
        if (header.has(Qcow2Header.DIRTY)) {
            Qcow2Repair.repair(storage, header);
            current = Qcow2Header.read(storage);
        }
        if (current.autoclear() != 0) {
            storage.write(Qcow2Header.AUTOCLEAR_FIELD, new byte[8], 0, 8);
            storage.flush();
        }
        return new Qcow2Image(storage, current, backing, /* readOnly= */ false);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    private StampedLock lock(long guestCluster) {
        return locks[(int) guestCluster & LOCKS - 1];
    }

    @Override
    public void read(long offset, byte[] into, int at, int count) {
        Sectors.check(this, offset, count);
        int done = 0;
        while (done < count) {
            long here = offset + done;
            int within = (int) here & clusterBytes - 1;
            int piece = Math.min(count - done, clusterBytes - within);
            StampedLock lock = lock(here >> clusterBits);
            long stamp = lock.readLock();
            try {
                read(metadata.get(here >> clusterBits), here, into, at + done, piece);
            } finally {
                lock.unlockRead(stamp);
            }
            done += piece;
        }
    }

    /** Reads what lies in one guest cluster, whose L2 entry this is. */
    private void read(long entry, long offset, byte[] into, int at, int count) {
        int within = (int) offset & clusterBytes - 1;
        if (Qcow2Entry.isCompressed(entry)) {
            System.arraycopy(decompress(entry), within, into, at, count);
        } else if (Qcow2Entry.isZero(entry)) {
            Arrays.fill(into, at, at + count, (byte) 0);
        } else if (Qcow2Entry.isUnallocated(entry)) {
            readBacking(offset, into, at, count);
        } else {
            storage.read(checked(entry) + within, into, at, count);
        }
    }

    private void readBacking(long offset, byte[] into, int at, int count) {
        int there = 0;
        if (backing != null) {
            there = Math.clamp(backing.bytes() - offset, 0, count);
            if (there > 0) {
                backing.read(offset, into, at, there);
            }
        }
        Arrays.fill(into, at + there, at + count, (byte) 0);
    }

    private byte[] decompress(long entry) {
        Decompressed last = decompressed;
        if (last != null && last.entry == entry) {
            return last.data;
        }
        byte[] compressed = new byte[Qcow2Entry.compressedBytes(entry, clusterBits)];
        storage.read(
                Qcow2Entry.compressedOffset(entry, clusterBits), compressed, 0, compressed.length);
        byte[] data = new byte[clusterBytes];
        if (!header.compression().decompress(compressed, 0, compressed.length, data)) {
            throw corrupt("a compressed cluster is damaged");
        }
        decompressed = new Decompressed(entry, data);
        return data;
    }

    private BackendException corrupt(String how) {
        return new BackendException(
                storage + " is corrupt: " + how + "; \"qemu-img check\" says more.");
    }

    /** The offset that a standard entry names, which is that of a cluster. */
    private long checked(long entry) {
        long offset = Qcow2Entry.offset(entry);
        if ((offset & clusterBytes - 1) != 0) {
            throw corrupt("there is no cluster at " + offset);
        }
        return offset;
    }

    /** The same, if it may be written there: where no table of the header's is. */
    private long checkedToWrite(long entry) {
        long offset = checked(entry);
        boolean inL1 =
                offset < header.l1Offset() + header.l1Entries() * 8L
                        && header.l1Offset() < offset + clusterBytes;
        if (offset == 0 || inL1) {
            throw corrupt("a cluster is where a table is");
        }
        return offset;
    }

    @Override
    public void write(long offset, byte[] from, int at, int count) {
        Sectors.checkWritable(this, offset, count);
        int done = 0;
        while (done < count) {
            long here = offset + done;
            int within = (int) here & clusterBytes - 1;
            int piece = Math.min(count - done, clusterBytes - within);
            if (!writeInPlace(here, from, at + done, piece)) {
                metadata.commitIfFull();
                StampedLock lock = lock(here >> clusterBits);
                long stamp = lock.writeLock();
                try {
                    writeAlone(here, from, at + done, piece);
                } finally {
                    lock.unlockWrite(stamp);
                }
            }
            done += piece;
        }
    }

    /** Writes into one guest cluster if it has a place of its own. */
    private boolean writeInPlace(long offset, byte[] from, int at, int count) {
        StampedLock lock = lock(offset >> clusterBits);
        long stamp = lock.readLock();
        try {
            long entry = metadata.get(offset >> clusterBits);
            if (!Qcow2Entry.isInPlace(entry)) {
                return false;
            }
            int within = (int) offset & clusterBytes - 1;
            storage.write(checkedToWrite(entry) + within, from, at, count);
            return true;
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Writes into one guest cluster, and finds a place for it if it has none of its own. */
    private void writeAlone(long offset, byte[] from, int at, int count) {
        long guestCluster = offset >> clusterBits;
        long entry = metadata.get(guestCluster);
        boolean hasPlace =
                (entry & (Qcow2Entry.COPIED | Qcow2Entry.COMPRESSED)) == Qcow2Entry.COPIED
                        && Qcow2Entry.offset(entry) != 0;
        if (hasPlace && !Qcow2Entry.isZero(entry)) {
            int within = (int) offset & clusterBytes - 1;
            storage.write(checkedToWrite(entry) + within, from, at, count);
            return;
        }
        long place = hasPlace ? checkedToWrite(entry) : metadata.take();
        try {
            fill(place, entry, offset, from, at, count);
            metadata.put(guestCluster, place | Qcow2Entry.COPIED);
        } catch (RuntimeException e) {
            if (!hasPlace) {
                metadata.giveBack(place);
            }
            throw e;
        }
    }

    /** Writes a guest cluster to a new place: what the request has, and what it had around that. */
    private void fill(long place, long entry, long offset, byte[] from, int at, int count) {
        int within = (int) offset & clusterBytes - 1;
        boolean readsAsZeroes =
                Qcow2Entry.isZero(entry) || Qcow2Entry.isUnallocated(entry) && backing == null;
        boolean isBeyondEnd = place >= storage.bytes();
        if (count == clusterBytes || readsAsZeroes && isBeyondEnd) {
            storage.write(place + within, from, at, count);
            return;
        }
        byte[] cluster = new byte[clusterBytes];
        if (!readsAsZeroes) {
            read(entry, offset - within, cluster, 0, clusterBytes);
        }
        System.arraycopy(from, at, cluster, within, count);
        storage.write(place, cluster, 0, clusterBytes);
    }

    @Override
    public void flush() {
        if (!readOnly) {
            metadata.commit();
        }
    }

    /** Has whole clusters read as zeroes, which is more than is asked for. */
    @Override
    public void discard(long offset, long count) {
        Sectors.checkWritable(this, offset, count);
        long from = offset + clusterBytes - 1 >> clusterBits;
        zeroClusters(from, endOfWhole(offset + count), /* mayUnmap= */ true, /* mayWrite= */ false);
    }

    /** The first guest cluster that is not whole before this offset; the disk's last one may be. */
    private long endOfWhole(long end) {
        return (end == bytes ? end + clusterBytes - 1 : end) >> clusterBits;
    }

    @Override
    public void writeZeroes(long offset, long count, boolean mayUnmap) {
        Sectors.checkWritable(this, offset, count);
        long from = offset + clusterBytes - 1 >> clusterBits;
        long to = endOfWhole(offset + count);
        if (from >= to) {
            writeZeroBytes(offset, offset + count);
            return;
        }
        writeZeroBytes(offset, from << clusterBits);
        zeroClusters(from, to, mayUnmap, /* mayWrite= */ true);
        writeZeroBytes(to << clusterBits, offset + count);
    }

    private void writeZeroBytes(long from, long to) {
        byte[] zeroes = new byte[Math.clamp(to - from, 0, clusterBytes)];
        for (long at = from; at < to; at += zeroes.length) {
            write(at, zeroes, 0, (int) Math.min(zeroes.length, to - at));
        }
    }

    private void zeroClusters(long from, long to, boolean mayUnmap, boolean mayWrite) {
        long cluster = from;
        while (cluster < to) {
            if (backing == null) {
                cluster = metadata.behindHole(cluster);
                if (cluster >= to) {
                    return;
                }
            }
            metadata.commitIfFull();
            StampedLock lock = lock(cluster);
            long stamp = lock.writeLock();
            try {
                zeroAlone(cluster, mayUnmap, mayWrite);
            } finally {
                lock.unlockWrite(stamp);
            }
            cluster++;
        }
    }

    private void zeroAlone(long guestCluster, boolean mayUnmap, boolean mayWrite) {
        long entry = metadata.get(guestCluster);
        boolean isUnallocated = Qcow2Entry.isUnallocated(entry);
        if (isUnallocated && (backing == null || !mayWrite)) {
            return; // reads as zeroes, or as it did before, which a discard may leave
        }
        boolean keeps = !mayUnmap && (entry & Qcow2Entry.COPIED) != 0;
        if (header.version() >= 3) {
            long place = keeps ? checkedToWrite(entry) | Qcow2Entry.COPIED : 0;
            long zero = backing == null && place == 0 ? 0 : place | Qcow2Entry.ZERO;
            if (zero != entry) {
                metadata.put(guestCluster, zero);
            }
        } else if (backing == null && !keeps) {
            metadata.put(guestCluster, 0);
        } else if (mayWrite) {
            long offset = guestCluster << clusterBits;
            int count = (int) Math.min(clusterBytes, bytes - offset);
            writeAlone(offset, new byte[count], 0, count);
        }
    }

    @Override
    public void close() {
        try {
            if (!readOnly) {
                metadata.close();
            }
        } finally {
            storage.close();
            if (backing != null) {
                backing.close();
            }
        }
    }

    static byte[] field(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }
}
