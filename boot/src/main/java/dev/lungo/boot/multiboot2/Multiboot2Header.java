package dev.lungo.boot.multiboot2;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.multiboot.ImageAddresses;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header by which a Multiboot2 kernel is known, and what its tags say. Multiboot2 Specification
 * 2.0, "The layout of Multiboot2 header" (§3.1.1) and the sections after it.
 *
 * <p>The entries for EFI are passed over: this loader is none. A framebuffer that is demanded is
 * refused, one that is only wished for is not given.
 */
public final class Multiboot2Header {
    private static final int SEARCHED = 32768;
    private static final long MAGIC = 0xE852_50D6L;
    private static final int I386 = 0;

    // Types of tags.
    private static final int END = 0;
    private static final int INFORMATION_REQUEST = 1;
    private static final int ADDRESS = 2;
    private static final int ENTRY_ADDRESS = 3;
    private static final int CONSOLE_FLAGS = 4;
    private static final int FRAMEBUFFER = 5;
    private static final int MODULE_ALIGN = 6;
    private static final int EFI_BOOT_SERVICES = 7;
    private static final int EFI_I386_ENTRY = 8;
    private static final int EFI_AMD64_ENTRY = 9;
    private static final int RELOCATABLE = 10;

    /** The last type of information that the specification defines. */
    private static final int LAST_INFORMATION = 21;

    private static final int OPTIONAL = 1;

    /** Where a relocatable image would like to be. */
    enum Preference {
        NONE,
        LOWEST,
        HIGHEST
    }

    /**
     * The relocatable header tag (§3.1.13).
     *
     * @param least the lowest address it may be loaded to, guest-physical
     * @param most the highest address that its last byte may have
     */
    record Relocation(long least, long most, long align, Preference preference) {}

    private final BootFile file;
    private final int offset;
    private @Nullable ImageAddresses addresses;
    private @Nullable Relocation relocation;
    private long entry = -1;

    private Multiboot2Header(BootFile file, int offset) {
        this.file = file;
        this.offset = offset;
    }

    /** The offset of the header, or -1 if there is none. */
    public static int find(BootFile file) {
        for (int at = 0; at + 16 <= SEARCHED && file.has(at, 16); at += 8) {
            if (file.u32(at) == MAGIC
                    && (int) (MAGIC + file.u32(at + 4) + file.u32(at + 8) + file.u32(at + 12))
                            == 0) {
                return at;
            }
        }
        return -1;
    }

    /** Reads and checks the header. */
    public static Multiboot2Header read(BootFile file) {
        int at = find(file);
        if (at < 0) {
            throw new BootException(
                    file.name() + " has no Multiboot2 header in its first 32 KiB; give another");
        }
        if (file.u32(at + 4) != I386) {
            throw new BootException(
                    file.name() + " is a Multiboot2 kernel for another machine; give one for i386");
        }
        Multiboot2Header header = new Multiboot2Header(file, at);
        header.readTags(at + file.u32(at + 8));
        return header;
    }

    /** What the address tag says; without one, the file is an ELF. */
    Optional<ImageAddresses> addresses() {
        return Optional.ofNullable(addresses);
    }

    Optional<Relocation> relocation() {
        return Optional.ofNullable(relocation);
    }

    /** What the entry address tag says, guest-physical, or -1. */
    long entry() {
        return entry;
    }

    private void readTags(long end) {
        long at = offset + 16L;
        while (at + 8 <= end) {
            int type = file.u16(at);
            boolean demanded = (file.u16(at + 2) & OPTIONAL) == 0;
            long bytes = file.u32(at + 4);
            if (type == END) {
                return;
            }
            if (bytes < 8) {
                throw contradiction();
            }
            readTag(type, demanded, at + 8, bytes - 8);
            at += (bytes + 7) & -8;
        }
    }

    /** The content of a tag is at {@code at}, and has this many bytes. */
    private void readTag(int type, boolean demanded, long at, long bytes) {
        switch (type) {
            case INFORMATION_REQUEST -> {
                for (long i = 0; i + 4 <= bytes; i += 4) {
                    long wanted = file.u32(at + i);
                    if (demanded && wanted > LAST_INFORMATION) {
                        throw refuse("information of type " + wanted);
                    }
                }
            }
            case ADDRESS -> {
                atLeast(bytes, 16);
                addresses =
                        new ImageAddresses(
                                file,
                                offset,
                                file.u32(at),
                                file.u32(at + 4),
                                file.u32(at + 8),
                                file.u32(at + 12));
            }
            case ENTRY_ADDRESS -> {
                atLeast(bytes, 4);
                entry = file.u32(at);
            }
            case FRAMEBUFFER -> {
                if (demanded) {
                    throw refuse("a framebuffer");
                }
            }
            case RELOCATABLE -> {
                atLeast(bytes, 16);
                relocation = relocation(at);
            }
            case CONSOLE_FLAGS,
                    MODULE_ALIGN, // modules are aligned in any case
                    EFI_BOOT_SERVICES,
                    EFI_I386_ENTRY,
                    EFI_AMD64_ENTRY -> {}
            default -> {
                if (demanded) {
                    throw refuse("what header tag " + type + " means");
                }
            }
        }
    }

    private Relocation relocation(long at) {
        Preference preference =
                switch ((int) file.u32(at + 12)) {
                    case 1 -> Preference.LOWEST;
                    case 2 -> Preference.HIGHEST;
                    default -> Preference.NONE;
                };
        long align = Math.max(1, file.u32(at + 8));
        return new Relocation(file.u32(at), file.u32(at + 4), align, preference);
    }

    private void atLeast(long bytes, int wanted) {
        if (bytes < wanted) {
            throw contradiction();
        }
    }

    private BootException contradiction() {
        return new BootException(
                file.name() + " has a Multiboot2 header with a tag too short; fetch it again");
    }

    private BootException refuse(String what) {
        return new BootException(
                file.name()
                        + " demands of its boot loader "
                        + what
                        + ", which this one does not have; give another");
    }
}
