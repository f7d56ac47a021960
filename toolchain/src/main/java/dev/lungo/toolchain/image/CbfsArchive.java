package dev.lungo.toolchain.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a CBFS: files with big-endian headers, each on a boundary of 64 bytes; the master header
 * is a file, too, and the last four bytes of the archive say where it is, from the end. coreboot,
 * cbfs_serialized.h, struct cbfs_header and struct cbfs_file.
 */
public final class CbfsArchive {
    /** Types of files. */
    public static final int PAYLOAD = 0x20;

    public static final int RAW = 0x50;

    private static final int MASTER_HEADER = 0x02;
    private static final int EMPTY = -1;
    private static final int ALIGNMENT = 64;
    private static final int FILE_HEADER = 24;
    private static final int GRANULE = 0x10000; // of flash, as an archive fills it
    private static final int TAIL = 64; // for the last four bytes
    private static final int MAGIC = 0x4F524243; // ORBC
    private static final int COMPRESSION_ATTRIBUTE = 0x42435A4C;
    private static final int VERSION_2 = 0x31313132;
    private static final int ARCHITECTURE_X86 = 1;
    private static final int MASTER_HEADER_BYTES = 32;

    private final ByteArrayOutputStream files = new ByteArrayOutputStream();
    private final int masterHeader;

    public CbfsArchive() {
        masterHeader = add("cbfs master header", MASTER_HEADER, new byte[MASTER_HEADER_BYTES]);
    }

    /** Adds a file: where its content is, in bytes from the start. */
    public int add(String name, int type, byte[] content) {
        return add(name, type, content, new byte[0]);
    }

    /** Adds a file that is compressed as a whole, if that makes it smaller. */
    public void addCompressed(String name, int type, byte[] content, Compression compression) {
        byte[] compressed =
                compression.isWorthwhile(content) ? compression.apply(content) : content;
        if (compressed.length >= content.length) {
            add(name, type, content);
            return;
        }
        ByteBuffer attribute = ByteBuffer.allocate(16).putInt(COMPRESSION_ATTRIBUTE).putInt(16);
        attribute.putInt(compression.number).putInt(content.length);
        add(name, type, compressed, attribute.array());
    }

    private int add(String name, int type, byte[] content, byte[] attributes) {
        byte[] nameBytes = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        int nameEnd = FILE_HEADER + (nameBytes.length + 15 & ~15);
        int header = nameEnd + attributes.length;
        ByteBuffer entry = ByteBuffer.allocate(header);
        entry.put("LARCHIVE".getBytes(StandardCharsets.US_ASCII));
        entry.putInt(content.length).putInt(type);
        entry.putInt(attributes.length == 0 ? 0 : nameEnd).putInt(header).put(nameBytes);
        entry.put(nameEnd, attributes);
        int at = files.size();
        files.writeBytes(entry.array());
        files.writeBytes(content);
        byte[] gap = new byte[-files.size() & ALIGNMENT - 1];
        Arrays.fill(gap, (byte) 0xFF);
        files.writeBytes(gap);
        return at + header;
    }

    /** The archive, a multiple of 64 KiB. */
    public byte[] toByteArray() {
        int header = FILE_HEADER + 16;
        int size = files.size() + header + TAIL + GRANULE - 1 & -GRANULE;
        int left = size - TAIL - files.size() - header;
        byte[] nothing = new byte[left];
        Arrays.fill(nothing, (byte) 0xFF);
        add("", EMPTY, nothing);

        byte[] archive = Arrays.copyOf(files.toByteArray(), size);
        Arrays.fill(archive, files.size(), size, (byte) 0xFF);
        ByteBuffer.wrap(archive, masterHeader, MASTER_HEADER_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION_2)
                .putInt(size)
                .putInt(TAIL) // the boot block, which is not ours
                .putInt(ALIGNMENT)
                .putInt(0) // where files begin
                .putInt(ARCHITECTURE_X86);
        ByteBuffer.wrap(archive)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(size - 4, masterHeader - size);
        return archive;
    }
}
