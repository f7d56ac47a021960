package dev.lungo.boot.multiboot;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.elf.ElfLoader.Extent;

/**
 * How a kernel that is not an ELF file says where it goes. Multiboot Specification 0.6.96, "The
 * address fields of Multiboot header" (§3.1.3); Multiboot2 2.0, "The address tag" (§3.1.5).
 *
 * @param headerOffset of the header in the file
 * @param header where the header goes, guest-physical, as are all that follow
 * @param load where the text begins; all ones is the beginning of the file
 * @param loadEnd 0 for the end of the file
 * @param bssEnd 0 if there is none
 */
public record ImageAddresses(
        BootFile file, long headerOffset, long header, long load, long loadEnd, long bssEnd) {
    private static final long FROM_FILE_START = 0xFFFF_FFFFL;

    private long base() {
        return load == FROM_FILE_START ? header - headerOffset : load;
    }

    private long offset() {
        return headerOffset - (header - base());
    }

    private long fileBytes() {
        return loadEnd == 0 ? file.length() - offset() : loadEnd - base();
    }

    /** Checks the addresses against the file and each other, and says what they cover. */
    public Extent extent() {
        long end = bssEnd == 0 ? base() + fileBytes() : bssEnd;
        if (base() < 0 || offset() < 0 || fileBytes() <= 0 || end < base() + fileBytes()) {
            throw new BootException(
                    file.name()
                            + " has a Multiboot header whose addresses contradict each other;"
                            + " fetch it again");
        }
        if (!file.has(offset(), fileBytes())) {
            throw new BootException(
                    file.name()
                            + " is cut short: its Multiboot header says "
                            + (offset() + fileBytes())
                            + " bytes but the file has "
                            + file.length()
                            + "; fetch it again");
        }
        return new Extent(base(), end);
    }

    /** Loads the image {@code delta} bytes from where it was linked to. */
    public Extent load(GuestRam ram, long delta) {
        Extent linked = extent();
        Extent extent = new Extent(linked.base() + delta, linked.end() + delta);
        ram.claim(file.name(), extent.base(), extent.end() - extent.base());
        ram.write(file, offset(), extent.base(), fileBytes());
        ram.zero(extent.base() + fileBytes(), extent.end() - extent.base() - fileBytes());
        return extent;
    }
}
