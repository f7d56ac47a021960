package dev.lungo.boot.fs;

import dev.lungo.boot.fs.FileInfo.FileTimes;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An open file or directory of a FAT volume.
 *
 * <p>When the power fails, at most clusters are lost that no file has: content is written before
 * what leads to it, and nothing is freed while something may lead to it.
 */
final class FatNode implements FileNode {
    static final long MOST_BYTES = 0xFFFF_FFFFL;

    /** How many clusters a file grows by at a time. */
    private static final int GROWTH = 1024;

    private static final byte[] ZEROS = new byte[1 << 16];

    private final FatVolume volume;
    private final FatChain chain;
    private final @Nullable FatDirectory directory;

    /** Both are of the root directory's only {@code null}. */
    private @Nullable FatNode parent;

    private @Nullable FatEntry entry;

    private int opened;
    private boolean isDeleted;

    private FatNode(FatVolume volume, FatChain chain, boolean isFixed, boolean isDirectory) {
        this.volume = volume;
        this.chain = chain;
        directory =
                isDirectory
                        ? new FatDirectory(volume.disk(), volume.geometry(), chain, isFixed)
                        : null;
    }

    static FatNode root(FatVolume volume) {
        FatGeometry geometry = volume.geometry();
        boolean isFixed = geometry.rootBytes() != 0;
        return new FatNode(volume, volume.chain(geometry.rootCluster()), isFixed, true);
    }

    static FatNode of(FatVolume volume, FatNode parent, FatEntry entry) {
        FatChain chain = volume.chain(entry.cluster(volume.geometry()));
        FatNode node = new FatNode(volume, chain, false, entry.isDirectory());
        node.parent = parent;
        node.entry = entry;
        return node;
    }

    @Override
    public FileInfo info() {
        FatEntry own = entry;
        if (own == null) {
            FileTimes times = new FileTimes(FileTime.UNKNOWN, FileTime.UNKNOWN, FileTime.UNKNOWN);
            return new FileInfo("", FileInfo.DIRECTORY, 0, 0, times);
        }
        checkThere();
        return own.info(volume.clusterBytes());
    }

    @Override
    public boolean isDirectory() {
        return directory != null;
    }

    @Override
    public boolean isRoot() {
        return parent == null;
    }

    @Override
    public FileNode parent() {
        return parent == null ? this : parent;
    }

    @Override
    public Optional<Entry> entry(long position) {
        int from = Math.clamp(position, 0, Integer.MAX_VALUE);
        return directory()
                .next(from)
                .map(found -> new Entry(found.info(volume.clusterBytes()), found.slot + 1));
    }

    @Override
    public FileNode open(String name) {
        FatDirectory here = directory();
        if (name.equals(".")) {
            return opened();
        }
        if (name.equals("..")) {
            return ((FatNode) parent()).opened();
        }
        FatEntry found =
                here.find(trimmed(name))
                        .orElseThrow(() ->
                                new VolumeException(
                                        Reason.NOT_FOUND, "There is no such file on the volume."));
        return volume.node(this, found).opened();
    }

    /** Dots and spaces at the end do not count. */
    private static String trimmed(String name) {
        int end = name.length();
        while (end > 1 && (name.charAt(end - 1) == '.' || name.charAt(end - 1) == ' ')) {
            end--;
        }
        return name.substring(0, end);
    }

    /** One more has it. */
    FatNode opened() {
        checkThere();
        opened++;
        if (opened == 1 && parent != null) {
            parent.opened();
        }
        return this;
    }

    @Override
    public void close() {
        if (opened > 0 && --opened == 0 && parent != null) {
            if (!isDeleted) {
                volume.forget(this);
            }
            volume.finish();
            parent.close();
        }
    }

    @Override
    public int read(long offset, byte[] into, int at, int bytes) {
        checkFile();
        long size = own().size();
        if (offset < 0 || offset >= size) {
            return 0;
        }
        int count = (int) Math.min(bytes, size - offset);
        chain.read(offset, into, at, count);
        return count;
    }

    @Override
    public FileNode create(String name, int attributes) {
        FatDirectory here = directory();
        volume.checkWritable();
        String called = FatNames.check(name);
        if (here.find(called).isPresent() || called.startsWith("..") && called.length() == 2) {
            throw exists();
        }
        byte[] raw =
                FatEntry.raw(
                        here.shortName(called),
                        attributes & (FileInfo.SETTABLE | FileInfo.DIRECTORY),
                        volume.now());
        int cluster = 0;
        if ((attributes & FileInfo.DIRECTORY) != 0) {
            cluster = newDirectory(raw);
            FatEntry.setCluster(raw, cluster);
        }
        try {
            return volume.node(this, here.insert(called, raw)).opened();
        } catch (VolumeException e) {
            if (cluster != 0) {
                volume.table().release(cluster);
            }
            throw e;
        }
    }

    /** A cluster with "." and "..", which is on the disk before anything leads to it. */
    private int newDirectory(byte[] raw) {
        int[] cluster = volume.table().find(0, 1);
        byte[] content = new byte[volume.clusterBytes()];
        dots(content, 0, ".", raw, cluster[0]);
        dots(content, FatEntry.BYTES, "..", raw, linkToMe());
        volume.disk().write(volume.geometry().offsetOf(cluster[0]), content, 0, content.length);
        volume.table().chain(cluster);
        volume.disk().barrier();
        return cluster[0];
    }

    private static void dots(byte[] content, int at, String name, byte[] raw, int cluster) {
        System.arraycopy(raw, 0, content, at, FatEntry.BYTES);
        for (int i = 0; i < FatNames.SHORT_BYTES; i++) {
            content[at + i] = (byte) (i < name.length() ? '.' : ' ');
        }
        byte[] dots = Arrays.copyOfRange(content, at, at + FatEntry.BYTES);
        FatEntry.setCluster(dots, cluster);
        System.arraycopy(dots, 0, content, at, FatEntry.BYTES);
    }

    /** What the ".." of a directory in this one has as its cluster: the root is 0 there. */
    private int linkToMe() {
        return entry == null ? 0 : chain.first();
    }

    @Override
    public void write(long offset, byte[] from, int at, int bytes) {
        checkMayChange();
        FatEntry own = own();
        if (offset < 0 || offset > MOST_BYTES - bytes) {
            throw new VolumeException(Reason.FULL, "A file on the volume cannot be that long.");
        }
        if (bytes == 0) {
            return;
        }
        checkRoom(offset + bytes);
        if (offset > own.size()) {
            fill(offset);
        }
        put(offset, from, at, bytes);
    }

    /** So that a write that does not fit writes nothing. */
    private void checkRoom(long end) {
        int clusterBytes = volume.clusterBytes();
        long more = (end + clusterBytes - 1) / clusterBytes - chain.length();
        if (more > 0 && more > volume.table().freeClusters()) {
            throw new VolumeException(Reason.FULL, "The volume is full.");
        }
    }

    private void fill(long end) {
        while (own().size() < end) {
            long from = own().size();
            put(from, ZEROS, 0, (int) Math.min(ZEROS.length, end - from));
        }
    }

    /** Writes to what there is, then to new clusters; the directory follows each time. */
    private void put(long offset, byte[] from, int at, int bytes) {
        int clusterBytes = volume.clusterBytes();
        long capacity = (long) chain.length() * clusterBytes;
        int done = Math.clamp(capacity - offset, 0, bytes);
        chain.write(offset, from, at, done);
        if (done > 0) {
            grown(offset + done);
        }
        while (done < bytes) {
            int want = (int) Math.min(GROWTH, (bytes - done + clusterBytes - 1L) / clusterBytes);
            int[] clusters = chain.findMore(want);
            int count = (int) Math.min((long) clusters.length * clusterBytes, bytes - done);
            writeTo(clusters, from, at + done, count);
            chain.append(clusters);
            done += count;
            grown(offset + done);
        }
    }

    private void writeTo(int[] clusters, byte[] from, int at, int bytes) {
        int clusterBytes = volume.clusterBytes();
        int done = 0;
        int i = 0;
        while (done < bytes) {
            int run = 1;
            while (i + run < clusters.length && clusters[i + run] == clusters[i] + run) {
                run++;
            }
            int count = (int) Math.min((long) run * clusterBytes, bytes - done);
            volume.disk().write(volume.geometry().offsetOf(clusters[i]), from, at + done, count);
            done += count;
            i += run;
        }
    }

    private void grown(long end) {
        FatEntry own = own();
        own.setSize(Math.max(own.size(), end));
        FatEntry.setCluster(own.raw, chain.first());
        own.modified(volume.now());
        update(own);
    }

    private void update(FatEntry own) {
        if (parent != null) {
            parent.directory().update(own);
        }
    }

    @Override
    public void resize(long bytes) {
        checkMayChange();
        if (bytes < 0 || bytes > MOST_BYTES) {
            throw new VolumeException(Reason.FULL, "A file on the volume cannot be that long.");
        }
        FatEntry own = own();
        if (bytes > own.size()) {
            checkRoom(bytes);
            fill(bytes);
            return;
        }
        int clusterBytes = volume.clusterBytes();
        int keep = (int) ((bytes + clusterBytes - 1) / clusterBytes);
        own.setSize(bytes);
        if (bytes == 0) {
            FatEntry.setCluster(own.raw, 0);
        }
        own.modified(volume.now());
        update(own);
        volume.disk().barrier();
        chain.cut(keep);
    }

    @Override
    public void setAttributes(int attributes) {
        checkThere();
        volume.checkWritable();
        FatEntry own = own();
        int kept = own.attributes() & ~FileInfo.SETTABLE;
        own.setAttributes(kept | attributes & FileInfo.SETTABLE);
        update(own);
    }

    @Override
    public void setTimes(FileTime created, FileTime accessed, FileTime modified) {
        checkThere();
        volume.checkWritable();
        FatEntry own = own();
        own.setTimes(new FileTimes(created, accessed, modified));
        update(own);
    }

    @Override
    public void move(FileNode to, String name) {
        checkThere();
        volume.checkWritable();
        FatEntry old = own();
        FatNode from = (FatNode) parent();
        if (!(to instanceof FatNode target) || target.volume != volume) {
            throw new VolumeException(Reason.ACCESS_DENIED, "This is another volume's directory.");
        }
        for (FatNode above = target; above != null; above = above.parent) {
            if (above == this) {
                throw new VolumeException(
                        Reason.ACCESS_DENIED, "A directory cannot be moved into itself.");
            }
        }
        FatDirectory there = target.directory();
        String called = FatNames.check(name);
        Optional<FatEntry> other = there.find(called);
        boolean isItself = other.isPresent() && other.get().offset == old.offset;
        if (isItself && called.equals(old.name)) {
            return;
        }
        if (other.isPresent() && !isItself) {
            throw exists();
        }
        byte[] raw = old.renamed(there.shortName(called));
        Optional<FatEntry> inPlace =
                target == from ? there.renameInPlace(old, called, raw) : Optional.empty();
        volume.forget(this);
        if (inPlace.isPresent()) {
            entry = inPlace.get();
        } else {
            entry = there.insert(called, raw);
            if (target != from) {
                relink(target);
            }
            volume.disk().barrier();
            from.directory().remove(old);
        }
        parent = target;
        volume.remember(this);
        if (target != from) {
            target.opened();
            from.close();
        }
    }

    /** Has the ".." of a directory lead to another one. */
    private void relink(FatNode target) {
        if (directory == null) {
            return;
        }
        Optional<FatEntry> up = directory.find("..");
        if (up.isPresent()) {
            FatEntry.setCluster(up.get().raw, target.linkToMe());
            directory.update(up.get());
        }
    }

    @Override
    public void delete() {
        checkThere();
        volume.checkWritable();
        FatEntry own = own();
        if (directory != null && !directory.isEmpty()) {
            throw new VolumeException(Reason.NOT_EMPTY, "The directory is not empty.");
        }
        ((FatNode) parent()).directory().remove(own);
        volume.disk().barrier();
        volume.forget(this);
        isDeleted = true;
        int first = chain.first();
        if (first != 0) {
            volume.table().release(first);
        }
    }

    private void checkMayChange() {
        checkFile();
        volume.checkWritable();
        if ((own().attributes() & FileInfo.READ_ONLY) != 0) {
            throw new VolumeException(Reason.ACCESS_DENIED, "The file is read-only.");
        }
    }

    private static VolumeException exists() {
        return new VolumeException(Reason.EXISTS, "There is a file of that name already.");
    }

    @Override
    public void flush() {
        volume.flush();
    }

    private FatDirectory directory() {
        checkThere();
        if (directory == null) {
            throw new VolumeException(Reason.NOT_A_DIRECTORY, "This is not a directory.");
        }
        return directory;
    }

    /** The root's directory, for the volume's label. */
    FatDirectory slots() {
        return directory();
    }

    private FatEntry own() {
        if (entry == null) {
            throw new VolumeException(Reason.ACCESS_DENIED, "This is the root directory.");
        }
        return entry;
    }

    long key() {
        return own().offset;
    }

    private void checkFile() {
        checkThere();
        if (directory != null) {
            throw new VolumeException(Reason.IS_A_DIRECTORY, "This is a directory.");
        }
    }

    private void checkThere() {
        if (isDeleted) {
            throw new VolumeException(Reason.DELETED, "The file was deleted.");
        }
    }
}
