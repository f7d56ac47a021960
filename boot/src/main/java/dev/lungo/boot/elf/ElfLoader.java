package dev.lungo.boot.elf;

import dev.lungo.boot.BootException;
import dev.lungo.boot.GuestRam;
import dev.lungo.boot.elf.Elf.Segment;

/** Puts the segments of an ELF executable at their physical addresses. */
public final class ElfLoader {
    private ElfLoader() {}

    /**
     * What the segments cover.
     *
     * @param base guest-physical, as is {@code end}
     */
    public record Extent(long base, long end) {}

    /** From the lowest byte of all segments to the highest, before any relocation. */
    public static Extent extent(Elf elf) {
        long base = Long.MAX_VALUE;
        long end = 0;
        for (Segment segment : elf.segments()) {
            if (segment.type() != Elf.PT_LOAD || segment.memoryBytes() == 0) {
                continue;
            }
            if (segment.physical() < 0
                    || segment.memoryBytes() < 0
                    || segment.physical() + segment.memoryBytes() < 0) {
                throw new BootException(
                        elf.file().name()
                                + " has a segment at an address that no machine has;"
                                + " fetch it again");
            }
            base = Math.min(base, segment.physical());
            end = Math.max(end, segment.physical() + segment.memoryBytes());
        }
        if (end == 0) {
            throw new BootException(elf.file().name() + " has nothing to load; give a kernel");
        }
        return new Extent(base, end);
    }

    /** Loads every segment {@code delta} bytes from where it was linked to. */
    public static Extent load(Elf elf, GuestRam ram, long delta) {
        Extent extent = extent(elf);
        for (Segment segment : elf.segments()) {
            if (segment.type() == Elf.PT_LOAD && segment.memoryBytes() > 0) {
                long base = segment.physical() + delta;
                ram.claim(elf.file().name(), base, segment.memoryBytes());
                ram.write(elf.file(), segment.offset(), base, segment.fileBytes());
                ram.zero(base + segment.fileBytes(), segment.memoryBytes() - segment.fileBytes());
            }
        }
        return new Extent(extent.base + delta, extent.end + delta);
    }
}
