package dev.lungo.boot.pe;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.pe.PeImage.Range;
import dev.lungo.boot.pe.PeImage.Section;
import dev.lungo.machine.GuestMemory;
import java.util.Arrays;

/**
 * Where an image has addresses that depend on its own. Portable Executable Specification, "The
 * .reloc Section".
 *
 * <p>Of the types, x86-64 has ABSOLUTE (padding), HIGHLOW and DIR64; HIGH, LOW and HIGHADJ are no
 * linker's for it.
 */
public final class Relocations {
    static final Relocations NONE = new Relocations(new long[0], 0);

    /** Of an image that can only be where it was linked to. */
    static final Relocations STRIPPED = new Relocations(new long[0], 0);

    private static final int ABSOLUTE = 0;
    private static final int HIGHLOW = 3;
    private static final int DIR64 = 10;

    /** Each is an offset in the image, above a bit that says whether it is a DIR64. */
    private final long[] fixups;

    private final int count;

    private Relocations(long[] fixups, int count) {
        this.fixups = fixups;
        this.count = count;
    }

    /** The base relocation directory lies in a section, and that in the file. */
    static Relocations read(PeImage image, Range directory) {
        if (directory.bytes() == 0) {
            return NONE;
        }
        BootFile file = image.file();
        long at = inFile(image, directory);
        long end = at + directory.bytes();
        long[] fixups = new long[64];
        int count = 0;
        while (at <= end - 8) {
            long page = file.u32(at);
            long blockBytes = file.u32(at + 4);
            if (blockBytes == 0) {
                break; // padding
            }
            if (blockBytes < 8 || blockBytes > end - at) {
                throw PeImage.broken(file, "has relocations that do not end");
            }
            for (long entry = at + 8; entry <= at + blockBytes - 2; entry += 2) {
                int type = file.u16(entry) >> 12;
                long offset = page + (file.u16(entry) & 0xFFF);
                if (type == ABSOLUTE) {
                    continue;
                }
                if (type != HIGHLOW && type != DIR64) {
                    throw PeImage.broken(file, "has a relocation of type " + type);
                }
                if (offset > image.imageBytes() - (type == DIR64 ? 8 : 4)) {
                    throw PeImage.broken(file, "has a relocation beyond its end");
                }
                if (count == fixups.length) {
                    fixups = Arrays.copyOf(fixups, count * 2);
                }
                fixups[count++] = offset << 1 | (type == DIR64 ? 1 : 0);
            }
            at += blockBytes;
        }
        return new Relocations(fixups, count);
    }

    private static long inFile(PeImage image, Range directory) {
        for (Section section : image.sections()) {
            if (directory.offset() >= section.memory().offset()
                    && directory.end() <= section.memory().offset() + section.raw().bytes()) {
                return section.raw().offset() + directory.offset() - section.memory().offset();
            }
        }
        throw PeImage.broken(image.file(), "has relocations that are in no section");
    }

    /** How many addresses there are. */
    public int count() {
        return count;
    }

    /** Adds {@code delta} to every address in an image that is at {@code guestPhysical}. */
    void apply(GuestMemory memory, long guestPhysical, long delta) {
        if (delta == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            long at = guestPhysical + (fixups[i] >>> 1);
            if (isDir64(i)) {
                memory.putLong(at, memory.getLong(at) + delta);
            } else {
                memory.putInt(at, memory.getInt(at) + (int) delta);
            }
        }
    }

    /** What the addresses in an image are now, for {@link #move} to know which have changed. */
    public long[] values(GuestMemory memory, long guestPhysical) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = value(memory, guestPhysical, i);
        }
        return values;
    }

    /**
     * Adds {@code delta} to the addresses that are still what they were: what a driver has changed
     * since is data of its own, which it converts itself. UEFI, "SetVirtualAddressMap()" (8.4.1).
     *
     * @param guestPhysical where the image is, and stays
     * @param values by {@link #values}
     */
    public void move(GuestMemory memory, long guestPhysical, long delta, long[] values) {
        for (int i = 0; i < count; i++) {
            if (value(memory, guestPhysical, i) != values[i]) {
                continue;
            }
            long at = guestPhysical + (fixups[i] >>> 1);
            if (isDir64(i)) {
                memory.putLong(at, values[i] + delta);
            } else {
                memory.putInt(at, (int) (values[i] + delta));
            }
        }
    }

    private long value(GuestMemory memory, long guestPhysical, int i) {
        long at = guestPhysical + (fixups[i] >>> 1);
        return isDir64(i) ? memory.getLong(at) : memory.getInt(at);
    }

    private boolean isDir64(int i) {
        return (fixups[i] & 1) != 0;
    }
}
