package dev.lungo.boot.multiboot;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;

/**
 * The header by which a Multiboot kernel is known. Multiboot Specification 0.6.96, "The layout of
 * Multiboot header" (§3.1.1).
 *
 * @param offset in the file
 * @param addresses whether the five addresses that follow count; otherwise the file is an ELF
 */
public record MultibootHeader(
        int offset,
        boolean addresses,
        long headerAddress,
        long loadAddress,
        long loadEnd,
        long bssEnd,
        long entry) {
    private static final int SEARCHED = 8192;
    private static final long MAGIC = 0x1BAD_B002;

    // Flags 0 (align modules) and 1 (memory information) are always obeyed, and 2 (video mode) is
    // a wish that is not granted. A loader must refuse to go on if it does not know the others.
    private static final int KNOWN_DEMANDS = 0x7;
    private static final int DEMANDS = 0xFFFF;
    private static final int ADDRESSES = 1 << 16;

    /** The offset of the header, or -1 if there is none. */
    public static int find(BootFile file) {
        for (int at = 0; at + 12 <= SEARCHED && file.has(at, 12); at += 4) {
            if (file.u32(at) == MAGIC && (int) (MAGIC + file.u32(at + 4) + file.u32(at + 8)) == 0) {
                return at;
            }
        }
        return -1;
    }

    /** Reads and checks the header. */
    public static MultibootHeader read(BootFile file) {
        int at = find(file);
        if (at < 0) {
            throw new BootException(
                    file.name() + " has no Multiboot header in its first 8 KiB; give another");
        }
        long flags = file.u32(at + 4);
        if ((flags & DEMANDS & ~KNOWN_DEMANDS) != 0) {
            throw new BootException(
                    file.name()
                            + " demands of its boot loader what Multiboot does not define (flags "
                            + Long.toHexString(flags)
                            + "h); give another");
        }
        if ((flags & ADDRESSES) == 0) {
            return new MultibootHeader(at, false, 0, 0, 0, 0, 0);
        }
        return new MultibootHeader(
                at,
                true,
                file.u32(at + 12),
                file.u32(at + 16),
                file.u32(at + 20),
                file.u32(at + 24),
                file.u32(at + 28));
    }
}
