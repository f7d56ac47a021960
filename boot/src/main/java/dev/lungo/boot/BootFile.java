package dev.lungo.boot;

/**
 * A file that somebody else has read: a kernel, an initrd, a module. Its integers are
 * little-endian.
 *
 * <p>Its content is not to be trusted. A read beyond the end is a {@link BootException}, which says
 * that the file is cut short.
 */
public final class BootFile {
    private final String name;
    private final byte[] bytes;

    /**
     * @param name how messages and command lines call it
     * @param bytes kept, not copied
     */
    public BootFile(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    public String name() {
        return name;
    }

    /** In bytes. */
    public int length() {
        return bytes.length;
    }

    public boolean has(long offset, long count) {
        return offset >= 0
                && count >= 0
                && offset <= bytes.length
                && count <= bytes.length - offset;
    }

    public int u8(long offset) {
        return bytes[at(offset, 1)] & 0xFF;
    }

    public int u16(long offset) {
        int at = at(offset, 2);
        return (bytes[at] & 0xFF) | ((bytes[at + 1] & 0xFF) << 8);
    }

    public long u32(long offset) {
        int at = at(offset, 4);
        return (bytes[at] & 0xFFL)
                | ((bytes[at + 1] & 0xFFL) << 8)
                | ((bytes[at + 2] & 0xFFL) << 16)
                | ((bytes[at + 3] & 0xFFL) << 24);
    }

    public long u64(long offset) {
        return u32(offset) | (u32(offset + 4) << 32);
    }

    public byte[] copy(long offset, int count) {
        byte[] copy = new byte[count];
        System.arraycopy(bytes, at(offset, count), copy, 0, count);
        return copy;
    }

    /** Writes {@code count} bytes from {@code offset} on into the guest. */
    void copyTo(GuestRam ram, long offset, long guestPhysical, long count) {
        int at = at(offset, count);
        ram.memory().write(guestPhysical, bytes, at, (int) count);
    }

    private int at(long offset, long count) {
        if (!has(offset, count)) {
            throw new BootException(
                    name
                            + " is cut short: it has "
                            + bytes.length
                            + " bytes, and what should be at offset "
                            + Long.toUnsignedString(offset)
                            + " is missing; fetch it again");
        }
        return (int) offset;
    }
}
