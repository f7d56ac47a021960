package dev.lungo.metal.load;

import org.jspecify.annotations.Nullable;

/**
 * coreboot's file system: files with big-endian headers, on steps of 64 bytes. coreboot,
 * cbfs_serialized.h, struct cbfs_file. What is no file is passed over, as coreboot does it.
 */
final class Cbfs {
    static final int PAYLOAD = 0x20;
    private static final String MAGIC = "LARCHIVE";
    private static final int ALIGNMENT = 64;
    private static final int HEADER = 24;
    private static final long COMPRESSION = 0x4243_5A4CL;

    private final Window archive;

    Cbfs(Window archive) {
        this.archive = archive;
    }

    /** A file, of which {@code content} may be compressed as a whole. */
    record File(int type, Compressed content) {}

    /** The first file of a name. */
    @Nullable File find(String name) {
        long at = 0;
        while (archive.contains(at, HEADER)) {
            if (!archive.has(at, MAGIC)) {
                at += ALIGNMENT;
                continue;
            }
            long length = archive.big32(at + 8);
            long offset = archive.big32(at + 20);
            if (offset < HEADER || !archive.contains(at, offset + length)) {
                at += ALIGNMENT;
                continue;
            }
            if (offset > HEADER + name.length()
                    && archive.has(at + HEADER, name)
                    && archive.u8(at + HEADER + name.length()) == 0) {
                return file(name, at, offset, length);
            }
            at = at + offset + length + ALIGNMENT - 1 & -ALIGNMENT;
        }
        return null;
    }

    private File file(String name, long at, long offset, long length) {
        int type = (int) archive.big32(at + 12);
        Window header = archive.part(name, at, offset);
        Window stored = archive.part(name, at + offset, length);
        return new File(type, content(header, stored));
    }

    /** By the file's attributes, which are behind its name. */
    private static Compressed content(Window header, Window stored) {
        long attribute = header.big32(16);
        while (attribute >= HEADER && header.contains(attribute, 16)) {
            long length = header.big32(attribute + 4);
            if (header.big32(attribute) == COMPRESSION) {
                return new Compressed(
                        stored, header.big32(attribute + 8), header.big32(attribute + 12));
            }
            if (length < 8) {
                break;
            }
            attribute += length;
        }
        return new Compressed(stored, Compressed.NONE, stored.bytes());
    }
}
