package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.MemoryMap;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.machine.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What each page of guest-physical memory is used for. UEFI 2.10, "Memory Allocation Services"
 * (7.2).
 *
 * <p>Memory is given from the top down, below 4 GiB while there is any, as loaders of 32-bit
 * kernels like it. Page 0 is never given.
 */
public final class PageMap {
    public static final int PAGE = 4096;

    /** As many pieces as the map may fall into, so that no guest makes it grow without end. */
    private static final int MOST_PIECES = 1 << 16;

    private static final long FOUR_GIB = 1L << 32;

    // EFI_MEMORY_DESCRIPTOR.Attribute
    private static final long UC = 1;
    private static final long WC = 2;
    private static final long WT = 4;
    private static final long WB = 8;
    private static final long CACHEABLE = UC | WC | WT | WB;
    private static final long RUNTIME = 1L << 63;

    /**
     * Pages in one piece and of one use.
     *
     * @param start guest-physical
     */
    public record Piece(int type, long start, long pages) {
        public long end() {
            return start + pages * PAGE;
        }

        public long attributes() {
            if (type == MemoryType.MEMORY_MAPPED_IO) {
                return UC | RUNTIME;
            }
            return CACHEABLE | (MemoryType.isRuntime(type) ? RUNTIME : 0);
        }
    }

    private final TreeMap<Long, Piece> pieces = new TreeMap<>();
    private long key = 1;

    /** All of RAM is free. */
    public PageMap(MemoryMap map) {
        for (AddressRange range : map.ranges()) {
            int type =
                    switch (range.type()) {
                        case RAM -> MemoryType.CONVENTIONAL;
                        case RESERVED -> MemoryType.RESERVED;
                        case ACPI -> MemoryType.ACPI_RECLAIM;
                        case NVS -> MemoryType.ACPI_NVS;
                        case UNUSABLE -> MemoryType.UNUSABLE;
                    };
            add(type, range);
        }
        claim(MemoryType.BOOT_SERVICES_DATA, 0, 1);
    }

    private void add(int type, AddressRange range) {
        boolean free = type == MemoryType.CONVENTIONAL;
        long start = free ? up(range.base()) : down(range.base());
        long end = free ? down(range.end()) : up(range.end());
        Map.Entry<Long, Piece> before = pieces.lowerEntry(end);
        if (before != null && before.getValue().end() > start) {
            start = before.getValue().end();
        }
        if (start < end) {
            pieces.put(start, new Piece(type, start, (end - start) / PAGE));
        }
    }

    private static long up(long address) {
        return (address + PAGE - 1) & -PAGE;
    }

    private static long down(long address) {
        return address & -PAGE;
    }

    /** Names the state of the map: another one after each change. */
    public long key() {
        return key;
    }

    /** Ascending; neighbours of one type are one. */
    public List<Piece> pieces() {
        return new ArrayList<>(pieces.values());
    }

    /** The piece that an address is in, or null. */
    public @Nullable Piece at(long guestPhysical) {
        Map.Entry<Long, Piece> entry = pieces.floorEntry(guestPhysical);
        return entry == null || guestPhysical >= entry.getValue().end() ? null : entry.getValue();
    }

    /**
     * Takes free pages, as high as they can be.
     *
     * @param last the highest address that they may have
     * @param align a power of two, at least a page
     * @return guest-physical, or negative if there are none
     */
    public long allocate(int type, long pages, long last, long align) {
        if (pages <= 0 || pages > Long.MAX_VALUE / PAGE || pieces.size() >= MOST_PIECES) {
            return -1;
        }
        long limit = last < 0 || last == Long.MAX_VALUE ? Long.MAX_VALUE : last + 1;
        long at = highest(pages, Math.min(limit, FOUR_GIB), align);
        if (at < 0 && limit > FOUR_GIB) {
            at = highest(pages, limit, align);
        }
        if (at >= 0) {
            set(type, at, pages);
        }
        return at;
    }

    private long highest(long pages, long limit, long align) {
        for (Piece piece : pieces.descendingMap().values()) {
            if (piece.type == MemoryType.CONVENTIONAL) {
                long at = (Math.min(piece.end(), limit) - pages * PAGE) & -align;
                if (at >= piece.start) {
                    return at;
                }
            }
        }
        return -1;
    }

    /** Takes just these pages: EFI_NOT_FOUND unless all are free. */
    public long claim(int type, long start, long pages) {
        Piece piece = at(start);
        if (!isRange(start, pages)
                || piece == null
                || piece.type != MemoryType.CONVENTIONAL
                || piece.end() < start + pages * PAGE) {
            return EfiStatus.NOT_FOUND;
        }
        if (pieces.size() >= MOST_PIECES) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        set(type, start, pages);
        return EfiStatus.SUCCESS;
    }

    /** Gives pages back: EFI_NOT_FOUND unless all of them had been allocated. */
    public long free(long start, long pages) {
        if (start % PAGE != 0 || !isRange(start, pages)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        for (long at = start; at < start + pages * PAGE; ) {
            Piece piece = at(at);
            if (piece == null
                    || piece.type == MemoryType.CONVENTIONAL
                    || !MemoryType.isAllocatable(piece.type)
                    || piece.type == MemoryType.RESERVED && piece.start < 1 << 20) {
                return EfiStatus.NOT_FOUND;
            }
            at = piece.end();
        }
        if (pieces.size() >= MOST_PIECES) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        set(MemoryType.CONVENTIONAL, start, pages);
        return EfiStatus.SUCCESS;
    }

    private static boolean isRange(long start, long pages) {
        return start >= 0 && pages > 0 && pages <= (Long.MAX_VALUE - start) / PAGE;
    }

    /** What was there is cut off at both ends, and equal neighbours grow together. */
    private void set(int type, long start, long pages) {
        long end = start + pages * PAGE;
        split(start);
        split(end);
        pieces.subMap(start, end).clear();
        long from = start;
        long to = end;
        Map.Entry<Long, Piece> before = pieces.lowerEntry(start);
        if (before != null && before.getValue().end() == start && before.getValue().type == type) {
            from = before.getValue().start;
        }
        Piece after = pieces.get(end);
        if (after != null && after.type == type) {
            to = after.end();
            pieces.remove(end);
        }
        pieces.put(from, new Piece(type, from, (to - from) / PAGE));
        key++;
    }

    private void split(long at) {
        Piece piece = at(at);
        if (piece != null && piece.start < at) {
            pieces.put(piece.start, new Piece(piece.type, piece.start, (at - piece.start) / PAGE));
            pieces.put(at, new Piece(piece.type, at, (piece.end() - at) / PAGE));
        }
    }
}
