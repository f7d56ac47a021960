package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.fs.VolumeException.Reason;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ISO 9660 volume, which is read-only. ECMA-119, 4th edition; Joliet Specification, 1995.
 *
 * <p>Names are Rock Ridge's if the disc has such, or else Joliet's, or else ECMA-119's without
 * version, and are found in any case. Symbolic links are files without content. Interleaved files
 * are refused; other volumes of a set are not known.
 */
final class IsoVolume implements Volume {
    static final int BLOCK_BYTES = 2048;

    private static final int FIRST_DESCRIPTOR = 16;
    private static final int MOST_DESCRIPTORS = 64;
    private static final int PRIMARY = 1;
    private static final int SUPPLEMENTARY = 2;
    private static final int TERMINATOR = 255;
    private static final int LABEL = 40;
    private static final int LABEL_BYTES = 32;
    private static final int SPACE = 80;
    private static final int ESCAPES = 88;
    private static final int LOGICAL_BLOCK = 128;
    private static final int ROOT = 156;
    private static final int ROOT_BYTES = 34;

    /** Larger than any; a directory that claims more is not read on. */
    private static final long MOST_DIRECTORY_BYTES = 64 << 20;

    private enum Names {
        PLAIN,
        JOLIET,
        ROCK_RIDGE
    }

    /** A file as its directory has it: its name, and its pieces, mostly one. */
    record Found(String name, IsoRecord record, List<IsoRecord> extents, long next) {
        long bytes() {
            long bytes = 0;
            for (IsoRecord extent : extents) {
                bytes += extent.bytes();
            }
            return bytes;
        }
    }

    private final ByteDisk disk;
    private final String label;
    private final long bytes;
    private final Names names;
    private final int skip;
    private final IsoNode root;

    private IsoVolume(ByteDisk disk, byte[] primary, IsoRecord top, Names names, int skip) {
        this.disk = disk;
        this.names = names;
        this.skip = skip;
        label = text(primary, LABEL, LABEL_BYTES).stripTrailing();
        bytes = Math.min(Little.u32(primary, SPACE) * BLOCK_BYTES, disk.backend().bytes());
        root = new IsoNode(this, null, new Found("", top, List.of(top), 0));
    }

    /** Empty if the disk has no primary volume descriptor, or one of blocks of another size. */
    static Optional<IsoVolume> open(BlockBackend backend) {
        ByteDisk disk = new ByteDisk(backend);
        Optional<byte[]> primary = Optional.empty();
        Optional<byte[]> joliet = Optional.empty();
        for (int i = 0; i < MOST_DESCRIPTORS; i++) {
            long at = (long) (FIRST_DESCRIPTOR + i) * BLOCK_BYTES;
            if (at > backend.bytes() - BLOCK_BYTES) {
                break;
            }
            byte[] descriptor = new byte[BLOCK_BYTES];
            disk.read(at, descriptor, 0, BLOCK_BYTES);
            int type = Little.u8(descriptor, 0);
            if (!text(descriptor, 1, 5).equals("CD001") || type == TERMINATOR) {
                break;
            }
            if (type == PRIMARY && primary.isEmpty()) {
                primary = Optional.of(descriptor);
            } else if (type == SUPPLEMENTARY && isJoliet(descriptor)) {
                joliet = Optional.of(descriptor);
            }
        }
        if (primary.isEmpty() || Little.u16(primary.get(), LOGICAL_BLOCK) != BLOCK_BYTES) {
            return Optional.empty();
        }
        return Optional.of(open(disk, primary.get(), joliet));
    }

    private static IsoVolume open(ByteDisk disk, byte[] primary, Optional<byte[]> joliet) {
        IsoRecord top = root(primary);
        Optional<Integer> rockRidge = self(disk, top).flatMap(RockRidge::begin);
        if (rockRidge.isPresent()) {
            return new IsoVolume(disk, primary, top, Names.ROCK_RIDGE, rockRidge.get());
        }
        return joliet.isPresent()
                ? new IsoVolume(disk, primary, root(joliet.get()), Names.JOLIET, 0)
                : new IsoVolume(disk, primary, top, Names.PLAIN, 0);
    }

    private static IsoRecord root(byte[] descriptor) {
        byte[] record = new byte[ROOT_BYTES];
        System.arraycopy(descriptor, ROOT, record, 0, ROOT_BYTES);
        return IsoRecord.of(record, 0);
    }

    /** A directory's record of itself, which is its first. */
    private static Optional<IsoRecord> self(ByteDisk disk, IsoRecord directory) {
        long at = directory.block() * BLOCK_BYTES;
        if (at > disk.backend().bytes() - BLOCK_BYTES) {
            return Optional.empty();
        }
        byte[] block = new byte[BLOCK_BYTES];
        disk.read(at, block, 0, BLOCK_BYTES);
        int length = Little.u8(block, 0);
        if (length < IsoRecord.FEWEST_BYTES) {
            return Optional.empty();
        }
        byte[] record = new byte[length];
        System.arraycopy(block, 0, record, 0, length);
        return Optional.of(IsoRecord.of(record, length));
    }

    /** UCS-2 of level 1, 2 or 3, which is told by the third character. */
    private static boolean isJoliet(byte[] descriptor) {
        int level = Little.u8(descriptor, ESCAPES + 2);
        return text(descriptor, ESCAPES, 2).equals("%/")
                && (level == '@' || level == 'C' || level == 'E');
    }

    private static String text(byte[] bytes, int at, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = at; i < at + count && bytes[i] != 0; i++) {
            text.append((char) (bytes[i] & 0xFF));
        }
        return text.toString();
    }

    /** The first file at or after an offset in a directory. */
    Optional<Found> next(IsoRecord directory, long from) {
        long end = Math.min(directory.bytes(), MOST_DIRECTORY_BYTES);
        long at = from;
        while (at < end) {
            Optional<IsoRecord> record = record(directory, at);
            if (record.isEmpty()) { // none crosses the end of a block
                at = (at / BLOCK_BYTES + 1) * BLOCK_BYTES;
                continue;
            }
            List<IsoRecord> extents = new ArrayList<>(List.of(record.get()));
            while (extents.getLast().hasMore()) {
                Optional<IsoRecord> more = record(directory, extents.getLast().next());
                if (more.isEmpty() || more.get().next() > end) {
                    break;
                }
                extents.add(more.get());
            }
            at = extents.getLast().next();
            Optional<Found> found = named(record.get(), extents, at);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<IsoRecord> record(IsoRecord directory, long at) {
        byte[] block = new byte[BLOCK_BYTES];
        disk.read(
                directory.block() * BLOCK_BYTES + at / BLOCK_BYTES * BLOCK_BYTES,
                block,
                0,
                BLOCK_BYTES);
        int within = (int) (at % BLOCK_BYTES);
        int length = Little.u8(block, within);
        if (length < IsoRecord.FEWEST_BYTES || length > BLOCK_BYTES - within) {
            return Optional.empty();
        }
        byte[] record = new byte[length];
        System.arraycopy(block, within, record, 0, length);
        return Optional.of(IsoRecord.of(record, at + length));
    }

    private Optional<Found> named(IsoRecord record, List<IsoRecord> extents, long next) {
        if (record.isSelf() || record.isParent()) {
            String dots = record.isSelf() ? "." : "..";
            return Optional.of(new Found(dots, record, extents, next));
        }
        if (names == Names.ROCK_RIDGE) {
            RockRidge more = RockRidge.of(disk, record, skip);
            if (more.isMovedHere()) {
                return Optional.empty();
            }
            String name = more.name().isEmpty() ? plain(record) : more.name();
            Optional<IsoRecord> moved =
                    more.movedTo() < 0 ? Optional.empty() : directoryAt(more.movedTo());
            IsoRecord found = moved.orElse(record);
            return Optional.of(
                    new Found(name, found, moved.isPresent() ? List.of(found) : extents, next));
        }
        String name = names == Names.JOLIET ? wide(record) : plain(record);
        return Optional.of(new Found(name, record, extents, next));
    }

    private Optional<IsoRecord> directoryAt(long block) {
        byte[] where = new byte[ROOT_BYTES];
        Little.put32(where, 2, block);
        return self(disk, IsoRecord.of(where, 0)).filter(IsoRecord::isDirectory);
    }

    /** Without the version, and the dot of a name without extension. */
    private static String plain(IsoRecord record) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < record.raw().nameBytes() && record.raw().u8(i) != ';'; i++) {
            name.append((char) record.raw().u8(i));
        }
        if (name.length() > 1 && name.charAt(name.length() - 1) == '.') {
            name.setLength(name.length() - 1);
        }
        return name.toString();
    }

    private static String wide(IsoRecord record) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i + 1 < record.raw().nameBytes(); i += 2) {
            name.append((char) (record.raw().u8(i) << 8 | record.raw().u8(i + 1)));
        }
        int version = name.indexOf(";");
        return version > 0 ? name.substring(0, version) : name.toString();
    }

    /** Reads from a file, whose end the caller knows. */
    void read(Found file, long offset, byte[] into, int at, int count) {
        long begin = 0;
        int done = 0;
        for (IsoRecord extent : file.extents()) {
            if (extent.isInterleaved()) {
                throw new VolumeException(
                        Reason.CORRUPTED,
                        "The file is interleaved with others, as no disc has it.");
            }
            long within = offset + done - begin;
            if (done < count && within < extent.bytes()) {
                int piece = (int) Math.min(count - done, extent.bytes() - within);
                disk.read(extent.block() * BLOCK_BYTES + within, into, at + done, piece);
                done += piece;
            }
            begin += extent.bytes();
        }
    }

    @Override
    public FileNode root() {
        return root;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public void setLabel(String label) {
        throw readOnly();
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long freeBytes() {
        return 0;
    }

    @Override
    public int clusterBytes() {
        return BLOCK_BYTES;
    }

    @Override
    public void flush() {}

    static VolumeException readOnly() {
        return new VolumeException(Reason.WRITE_PROTECTED, "A CD's file system is read-only.");
    }
}
