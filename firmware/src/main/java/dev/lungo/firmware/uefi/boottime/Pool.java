package dev.lungo.firmware.uefi.boottime;

import dev.lungo.firmware.uefi.EfiStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Memory of less than pages. UEFI 2.10, "EFI_BOOT_SERVICES.AllocatePool()" (7.2.4).
 *
 * <p>A page holds buffers of one size, a power of two, and of one memory type; more than half a
 * page is whole pages. What is where is kept in Java, so nothing that the guest writes past the end
 * of a buffer harms more than the guest. A page of buffers is kept once all of them are free.
 */
public final class Pool {
    private static final int LEAST = 32;
    private static final int MOST = PageMap.PAGE / 2;

    /** As many pages of buffers as there may be, so that no guest makes this grow without end. */
    private static final int MOST_PAGES = 1 << 16;

    /** A page of buffers, or the first of the pages of one. */
    private static final class Slab {
        final int type;
        final int size;
        final long pages;
        final long[] used = new long[PageMap.PAGE / LEAST / Long.SIZE];
        int free;

        Slab(int type, int size, long pages) {
            this.type = type;
            this.size = size;
            this.pages = pages;
            free = size == 0 ? 0 : PageMap.PAGE / size;
        }

        int take() {
            for (int i = 0; ; i++) {
                if ((used[i >> 6] & 1L << i) == 0) {
                    used[i >> 6] |= 1L << i;
                    free--;
                    return i;
                }
            }
        }

        boolean give(int index) {
            if ((used[index >> 6] & 1L << index) == 0) {
                return false;
            }
            used[index >> 6] &= ~(1L << index);
            free++;
            return true;
        }
    }

    private record Kind(int type, int size) {}

    private final PageMap pages;
    private final TreeMap<Long, Slab> slabs = new TreeMap<>();

    /** Pages with room, by what they hold. */
    private final Map<Kind, List<Long>> withRoom = new HashMap<>();

    public Pool(PageMap pages) {
        this.pages = pages;
    }

    /**
     * Takes a buffer at a multiple of 8.
     *
     * @return guest-physical, or negative if there is no memory
     */
    public long allocate(int type, long bytes) {
        if (bytes < 0 || bytes > Long.MAX_VALUE - PageMap.PAGE) {
            return -1;
        }
        return bytes > MOST ? allocatePages(type, bytes) : allocateSmall(type, (int) bytes);
    }

    private long allocatePages(int type, long bytes) {
        long count = (bytes + PageMap.PAGE - 1) / PageMap.PAGE;
        return addSlab(new Slab(type, 0, count));
    }

    private long allocateSmall(int type, int bytes) {
        int size = LEAST;
        while (size < bytes) {
            size *= 2;
        }
        Kind kind = new Kind(type, size);
        List<Long> candidates = withRoom.computeIfAbsent(kind, _ -> new ArrayList<>());
        if (candidates.isEmpty()) {
            long page = addSlab(new Slab(type, size, 1));
            if (page < 0) {
                return -1;
            }
            candidates.add(page);
        }
        long page = candidates.getLast();
        Slab slab = slab(page);
        long at = page + (long) slab.take() * size;
        if (slab.free == 0) {
            candidates.removeLast();
        }
        return at;
    }

    private long addSlab(Slab slab) {
        if (slabs.size() >= MOST_PAGES) {
            return -1;
        }
        long at = pages.allocate(slab.type, slab.pages, Long.MAX_VALUE, PageMap.PAGE);
        if (at >= 0) {
            slabs.put(at, slab);
        }
        return at;
    }

    private Slab slab(long page) {
        Slab slab = slabs.get(page);
        if (slab == null) {
            throw new IllegalStateException("no page of buffers at " + Long.toHexString(page));
        }
        return slab;
    }

    /** Gives a buffer back: EFI_INVALID_PARAMETER if it is none. */
    public long free(long guestPhysical) {
        long page = guestPhysical & -PageMap.PAGE;
        @Nullable Slab slab = slabs.get(page);
        if (slab == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (slab.size == 0) {
            if (guestPhysical != page) {
                return EfiStatus.INVALID_PARAMETER;
            }
            slabs.remove(page);
            return pages.free(page, slab.pages);
        }
        long offset = guestPhysical - page;
        if (offset % slab.size != 0 || !slab.give((int) offset / slab.size)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (slab.free == 1) {
            withRoom.computeIfAbsent(new Kind(slab.type, slab.size), _ -> new ArrayList<>())
                    .add(page);
        }
        return EfiStatus.SUCCESS;
    }
}
