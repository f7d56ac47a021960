package dev.lungo.host;

import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.GuestMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The guest's RAM: one private, anonymous mapping, whose pages the host gives when they are first
 * touched. Guest-physically it lies below {@link #LOW_END}, and what is more than that continues at
 * {@link #HIGH_BASE}, as on a PC. Beside it are mappings for the memory of devices, which guests
 * see somewhere else, or not at all.
 *
 * <p>All of it is for any thread. What {@code get} reads is read before what the thread reads
 * later, and what {@code put} writes is written after what it wrote before, and before what it
 * reads later: rings that a guest shares with a device need no more.
 *
 * <p>Not for use after {@link #close}; the addresses it gave are then void.
 */
public final class HostMemory implements GuestMemory, AutoCloseable {
    /** Guest-physical; above it come the PCI configuration space and device windows. */
    public static final long LOW_END = 0xB000_0000L;

    /** Guest-physical, 4 GiB. */
    public static final long HIGH_BASE = 1L << 32;

    /** The unit in which RAM comes. */
    public static final long PAGE_BYTES = 4096;

    /** Guest-physical: where a PC has no RAM but the graphics memory of its display. */
    public static final long GRAPHICS = 0xA_0000;

    /** The length of that. */
    public static final long GRAPHICS_BYTES = 0x1_0000;

    private static final long HUGE_PAGE_BYTES = 2 << 20;

    /**
     * A contiguous piece of RAM, or of a device's memory.
     *
     * @param host the host address that {@code guestPhysical} has
     */
    public record Region(long guestPhysical, long bytes, long host) {
        boolean contains(long address) {
            return Long.compareUnsigned(address - guestPhysical, bytes) < 0;
        }
    }

    private final long lowBytes;
    private final long highBytes;
    private final long lowHost;
    private final boolean hasGraphicsHole;

    /** What a guest-physical address of the high piece is added to, to give its host address. */
    private final long highAddend;

    private final long mappedAt;
    private final long mappedBytes;
    private boolean open = true;

    /** In the order in which devices asked for it; for any thread. */
    private final List<MappedDeviceMemory> ofDevices = new CopyOnWriteArrayList<>();

    /** Whom to tell when any of that is seen elsewhere. */
    private final List<Runnable> mappers = new CopyOnWriteArrayList<>();

    /** Who wants to hear of writes; processors that write directly report to it themselves. */
    public final PageWatch watch;

    /**
     * RAM without a hole for graphics.
     *
     * @param bytes a multiple of {@link #PAGE_BYTES}
     * @throws HostException when the host has no such memory
     */
    public HostMemory(long bytes) {
        this(bytes, false);
    }

    /** RAM as a PC has it, with nothing at {@link #GRAPHICS}; what is behind that is lost. */
    public static HostMemory ofPc(long bytes) {
        return new HostMemory(bytes, true);
    }

    private HostMemory(long bytes, boolean hasGraphicsHole) {
        if (bytes <= 0 || bytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException("no RAM has " + bytes + " bytes");
        }
        this.hasGraphicsHole = hasGraphicsHole;
        lowBytes = Math.min(bytes, LOW_END);
        highBytes = bytes - lowBytes;
        long pages = bytes / PAGE_BYTES;
        mappedBytes = bytes + HUGE_PAGE_BYTES + pages * PageWatch.ENTRY_BYTES;
        mappedAt = Libc.map(mappedBytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_NORESERVE);
        lowHost = (mappedAt + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
        highAddend = lowHost + lowBytes - HIGH_BASE;
        watch =
                new PageWatch(
                        lowHost + bytes, lowBytes / PAGE_BYTES, HIGH_BASE / PAGE_BYTES, pages);
    }

    /**
     * Links the C library's mmap, which takes as long as the JVM's own start: somebody who will
     * need memory soon has another thread do it.
     */
    public static void prepare() {
        Libc.map(PAGE_BYTES, Libc.PROT_READ, Libc.MAP_NORESERVE); // one page, never touched
    }

    /** Where the RAM is: up to three regions, in the order of their addresses. */
    public List<Region> regions() {
        List<Region> regions = new ArrayList<>();
        long behind = GRAPHICS + GRAPHICS_BYTES;
        if (hasGraphicsHole && lowBytes > behind) {
            regions.add(new Region(0, GRAPHICS, lowHost));
            regions.add(new Region(behind, lowBytes - behind, lowHost + behind));
        } else {
            regions.add(new Region(0, lowBytes, lowHost));
        }
        if (highBytes != 0) {
            regions.add(new Region(HIGH_BASE, highBytes, HIGH_BASE + highAddend));
        }
        return List.copyOf(regions);
    }

    /**
     * Where the guest sees memory of devices now, in the order in which they asked for it; null for
     * what it does not see.
     */
    public List<@Nullable Region> deviceRegions() {
        List<@Nullable Region> regions = new ArrayList<>();
        for (MappedDeviceMemory each : ofDevices) {
            regions.add(each.shown());
        }
        return regions;
    }

    /** Has an engine called whenever {@link #deviceRegions} has changed, on any thread. */
    public void onMove(Runnable mapper) {
        mappers.add(mapper);
    }

    /** The engine does not care any more. */
    public void ignoreMoves(Runnable mapper) {
        mappers.remove(mapper);
    }

    /** Whether there is RAM at this guest-physical address. */
    public boolean isRam(long guestPhysical) {
        return Long.compareUnsigned(guestPhysical, lowBytes) < 0 && !isInHole(guestPhysical, 1)
                || Long.compareUnsigned(guestPhysical - HIGH_BASE, highBytes) < 0;
    }

    /** The host address of this byte of RAM, or of a device's memory; 0 where there is neither. */
    public long hostAddress(long guestPhysical) {
        if (Long.compareUnsigned(guestPhysical, lowBytes) < 0) {
            return isInHole(guestPhysical, 1) ? 0 : lowHost + guestPhysical;
        }
        if (Long.compareUnsigned(guestPhysical - HIGH_BASE, highBytes) < 0) {
            return highAddend + guestPhysical;
        }
        for (MappedDeviceMemory each : ofDevices) {
            Region shown = each.shown();
            if (shown != null && shown.contains(guestPhysical)) {
                return shown.host() + guestPhysical - shown.guestPhysical();
            }
        }
        return 0;
    }

    @Override
    public DeviceMemory deviceMemory(int bytes) {
        MappedDeviceMemory made =
                new MappedDeviceMemory(bytes, () -> mappers.forEach(Runnable::run));
        ofDevices.add(made);
        return made;
    }

    /** All of the RAM in bytes. */
    public long bytes() {
        return lowBytes + highBytes;
    }

    /** Every byte zero again, and the pages given back to the host. */
    public void clear() {
        Libc.advise(lowHost, bytes(), Libc.MADV_DONTNEED);
        watch.allWritten();
    }

    /**
     * Gives pages back to the host, so that they read as zero and take no memory until they are
     * written again.
     *
     * @param guestPhysical of whole pages, all RAM
     */
    public void giveBack(long guestPhysical, long bytes) {
        if (guestPhysical % PAGE_BYTES != 0 || bytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException("not whole pages");
        }
        Libc.advise(at(guestPhysical, bytes), bytes, Libc.MADV_DONTNEED);
        watch.written(guestPhysical, bytes);
    }

    @Override
    public boolean contains(long guestPhysical, long bytes) {
        return bytes >= 0
                && (inside(guestPhysical, bytes, lowBytes) && !isInHole(guestPhysical, bytes)
                        || inside(guestPhysical - HIGH_BASE, bytes, highBytes));
    }

    /** Whether any of these bytes is. */
    private boolean isInHole(long guestPhysical, long bytes) {
        return hasGraphicsHole
                && guestPhysical < GRAPHICS + GRAPHICS_BYTES
                && guestPhysical + bytes > GRAPHICS;
    }

    private static boolean inside(long offset, long bytes, long size) {
        return offset >= 0 && offset <= size && bytes <= size - offset;
    }

    /** The host address, of bytes that are all RAM. */
    private long at(long guestPhysical, long bytes) {
        if (inside(guestPhysical, bytes, lowBytes) && !isInHole(guestPhysical, bytes)) {
            return lowHost + guestPhysical;
        }
        if (inside(guestPhysical - HIGH_BASE, bytes, highBytes)) {
            return highAddend + guestPhysical;
        }
        throw new IllegalArgumentException(
                "no RAM at guest-physical " + Long.toHexString(guestPhysical) + "h+" + bytes);
    }

    @Override
    public byte getByte(long guestPhysical) {
        byte value = (byte) Raw.getByte(at(guestPhysical, 1));
        Raw.afterLoad();
        return value;
    }

    @Override
    public short getShort(long guestPhysical) {
        short value = (short) Raw.getShort(at(guestPhysical, 2));
        Raw.afterLoad();
        return value;
    }

    @Override
    public int getInt(long guestPhysical) {
        int value = Raw.getInt(at(guestPhysical, 4));
        Raw.afterLoad();
        return value;
    }

    @Override
    public long getLong(long guestPhysical) {
        long value = Raw.getLong(at(guestPhysical, 8));
        Raw.afterLoad();
        return value;
    }

    @Override
    public void putByte(long guestPhysical, byte value) {
        Raw.beforeStore();
        Raw.putByte(at(guestPhysical, 1), value);
        watch.written(guestPhysical, 1);
    }

    @Override
    public void putShort(long guestPhysical, short value) {
        Raw.beforeStore();
        Raw.putShort(at(guestPhysical, 2), value);
        watch.written(guestPhysical, 2);
    }

    @Override
    public void putInt(long guestPhysical, int value) {
        Raw.beforeStore();
        Raw.putInt(at(guestPhysical, 4), value);
        watch.written(guestPhysical, 4);
    }

    @Override
    public void putLong(long guestPhysical, long value) {
        Raw.beforeStore();
        Raw.putLong(at(guestPhysical, 8), value);
        watch.written(guestPhysical, 8);
    }

    @Override
    public void read(long guestPhysical, byte[] into, int offset, int bytes) {
        Raw.read(at(guestPhysical, bytes), into, offset, bytes);
        Raw.afterLoad();
    }

    @Override
    public void write(long guestPhysical, byte[] from, int offset, int bytes) {
        Raw.beforeStore();
        Raw.write(at(guestPhysical, bytes), from, offset, bytes);
        watch.written(guestPhysical, bytes);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            ofDevices.forEach(MappedDeviceMemory::unmap);
            Libc.unmap(mappedAt, mappedBytes);
        }
    }
}
