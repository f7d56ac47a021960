package dev.lungo.boot.fs;

import dev.lungo.boot.fs.FileInfo.FileTimes;
import dev.lungo.boot.fs.IsoVolume.Found;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory of an ISO 9660 volume. Nothing is kept of it, so nothing has to be closed.
 */
final class IsoNode implements FileNode {
    private final IsoVolume volume;
    private final @Nullable IsoNode parent;
    private final Found found;

    IsoNode(IsoVolume volume, @Nullable IsoNode parent, Found found) {
        this.volume = volume;
        this.parent = parent;
        this.found = found;
    }

    @Override
    public FileInfo info() {
        return info(found);
    }

    private static FileInfo info(Found found) {
        boolean isDirectory = found.record().isDirectory();
        int attributes = FileInfo.READ_ONLY | (isDirectory ? FileInfo.DIRECTORY : 0);
        long bytes = isDirectory ? 0 : found.bytes();
        long blocks = (found.bytes() + IsoVolume.BLOCK_BYTES - 1) / IsoVolume.BLOCK_BYTES;
        FileTime time = found.record().time();
        FileTimes times = new FileTimes(time, time, time);
        return new FileInfo(found.name(), attributes, bytes, blocks * IsoVolume.BLOCK_BYTES, times);
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
        Optional<Found> next = next(Math.max(0, position));
        return next.map(each -> new Entry(info(each), each.next()));
    }

    /** The root's "." and ".." are not shown. */
    private Optional<Found> next(long position) {
        Optional<Found> next = volume.next(directory().record(), position);
        while (isRoot() && next.isPresent() && isDots(next.get())) {
            next = volume.next(directory().record(), next.get().next());
        }
        return next;
    }

    private static boolean isDots(Found found) {
        return found.record().isSelf() || found.record().isParent();
    }

    @Override
    public FileNode open(String name) {
        directory();
        if (name.equals(".")) {
            return this;
        }
        if (name.equals("..")) {
            return parent();
        }
        Optional<Found> next = next(0);
        while (next.isPresent()) {
            if (!isDots(next.get()) && next.get().name().equalsIgnoreCase(name)) {
                return new IsoNode(volume, this, next.get());
            }
            next = next(next.get().next());
        }
        throw new VolumeException(Reason.NOT_FOUND, "There is no such file on the volume.");
    }

    @Override
    public int read(long offset, byte[] into, int at, int bytes) {
        if (isDirectory()) {
            throw new VolumeException(Reason.IS_A_DIRECTORY, "This is a directory.");
        }
        if (offset < 0 || offset >= found.bytes()) {
            return 0;
        }
        int count = (int) Math.min(bytes, found.bytes() - offset);
        volume.read(found, offset, into, at, count);
        return count;
    }

    private Found directory() {
        if (!found.record().isDirectory()) {
            throw new VolumeException(Reason.NOT_A_DIRECTORY, "This is not a directory.");
        }
        return found;
    }

    @Override
    public FileNode create(String name, int attributes) {
        throw IsoVolume.readOnly();
    }

    @Override
    public void write(long offset, byte[] from, int at, int bytes) {
        throw IsoVolume.readOnly();
    }

    @Override
    public void resize(long bytes) {
        throw IsoVolume.readOnly();
    }

    @Override
    public void setAttributes(int attributes) {
        throw IsoVolume.readOnly();
    }

    @Override
    public void setTimes(FileTime created, FileTime accessed, FileTime modified) {
        throw IsoVolume.readOnly();
    }

    @Override
    public void move(FileNode directory, String name) {
        throw IsoVolume.readOnly();
    }

    @Override
    public void delete() {
        throw IsoVolume.readOnly();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
