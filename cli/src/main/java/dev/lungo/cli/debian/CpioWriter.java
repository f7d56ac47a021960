package dev.lungo.cli.debian;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Locale;

/**
 * Writes a cpio archive in the "new ASCII" format, which is what an initramfs is. Linux,
 * Documentation/driver-api/early-userspace/buffer-format.rst. Everything belongs to root, and dates
 * from the epoch.
 */
public final class CpioWriter {
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int CHARACTER_DEVICE = 0020000;

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private int inode = 1;

    public CpioWriter directory(String path) {
        return entry(path, DIRECTORY | 0755, new byte[0], 0, 0);
    }

    public CpioWriter executable(String path, byte[] content) {
        return entry(path, REGULAR | 0755, content, 0, 0);
    }

    public CpioWriter symbolicLink(String path, String target) {
        return entry(path, SYMBOLIC_LINK | 0777, target.getBytes(US_ASCII), 0, 0);
    }

    public CpioWriter characterDevice(String path, int major, int minor) {
        return entry(path, CHARACTER_DEVICE | 0600, new byte[0], major, minor);
    }

    /** The archive, ended by its trailer. */
    public byte[] finish() {
        inode = 0;
        entry("TRAILER!!!", 0, new byte[0], 0, 0);
        return archive.toByteArray();
    }

    private CpioWriter entry(String path, int mode, byte[] content, int major, int minor) {
        archive.writeBytes("070701".getBytes(US_ASCII));
        number(inode++);
        number(mode);
        number(0); // uid
        number(0); // gid
        number((mode & 0170000) == DIRECTORY ? 2 : 1); // links
        number(0); // mtime
        number(content.length);
        number(0); // the device that holds it
        number(0);
        number(major);
        number(minor);
        number(path.length() + 1);
        number(0); // checksum: none in this format
        archive.writeBytes(path.getBytes(US_ASCII));
        archive.write(0);
        pad();
        archive.writeBytes(content);
        pad();
        return this;
    }

    private void number(int value) {
        archive.writeBytes(String.format(Locale.ROOT, "%08X", value).getBytes(US_ASCII));
    }

    private void pad() {
        while (archive.size() % 4 != 0) {
            archive.write(0);
        }
    }
}
