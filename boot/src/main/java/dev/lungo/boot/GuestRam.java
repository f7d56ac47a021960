package dev.lungo.boot;

import dev.lungo.machine.AddressRange;
import dev.lungo.machine.GuestMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's RAM while a kernel is loaded into it: it knows what is taken, so that nothing is
 * placed twice, or where there is no RAM. All addresses are guest-physical, all lengths in bytes.
 */
public final class GuestRam {
    /** The real-mode vectors and the BIOS data area are below; nothing is put there unasked. */
    private static final long FIRST_FREE = 0x1000;

    private static final byte[] ZEROS = new byte[1 << 16];

    private record Claim(String what, long base, long end) {}

    private final GuestMemory memory;
    private final MemoryMap map;
    private final List<Claim> claims = new ArrayList<>();

    public GuestRam(GuestMemory memory, MemoryMap map) {
        this.memory = memory;
        this.map = map;
    }

    public GuestMemory memory() {
        return memory;
    }

    /** Whether all of it is RAM that nobody has claimed. */
    public boolean isFree(long base, long length) {
        return isRam(base, length) && overlapping(base, length) < 0;
    }

    /** Takes exactly this piece. */
    public void claim(String what, long base, long length) {
        if (!isRam(base, length)) {
            throw new BootException(
                    what
                            + " needs "
                            + describe(base, length)
                            + ", which is not all RAM in a machine with "
                            + size(map.ramBytes())
                            + "; give it more memory, or another kernel");
        }
        int other = overlapping(base, length);
        if (other >= 0) {
            throw new BootException(
                    what
                            + " needs "
                            + describe(base, length)
                            + ", where "
                            + claims.get(other).what
                            + " is already; use another kernel");
        }
        claims.add(new Claim(what, base, base + length));
    }

    /** Takes the lowest free piece whose base is a multiple of {@code align}, below 4 GiB. */
    public long claimLowest(String what, long length, long align) {
        return claimLowest(what, length, align, FIRST_FREE, PhysicalMap.FOUR_GIB);
    }

    /**
     * Takes the lowest free piece in {@code from} to {@code end - 1} whose base is a multiple of
     * {@code align}.
     */
    public long claimLowest(String what, long length, long align, long from, long end) {
        long base = lowest(what, length, align, from, end);
        claims.add(new Claim(what, base, base + length));
        return base;
    }

    /** The same, but does not take it. */
    public long lowest(String what, long length, long align, long from, long end) {
        for (AddressRange range : map.ranges()) {
            if (range.type() != AddressRange.Type.RAM) {
                continue;
            }
            long last = Math.min(range.end(), end) - length;
            long base = alignUp(Math.max(range.base(), from), align);
            while (base <= last) {
                int other = overlapping(base, length);
                if (other < 0) {
                    return base;
                }
                base = alignUp(claims.get(other).end, align);
            }
        }
        throw doesNotFit(what, length);
    }

    /**
     * Takes the highest free piece in {@code from} to {@code end - 1} whose base is a multiple of
     * {@code align}.
     */
    public long claimHighest(String what, long length, long align, long from, long end) {
        long base = highest(what, length, align, from, end);
        claims.add(new Claim(what, base, base + length));
        return base;
    }

    /** The same, but does not take it. */
    public long highest(String what, long length, long align, long from, long end) {
        for (int i = map.ranges().size() - 1; i >= 0; i--) {
            AddressRange range = map.ranges().get(i);
            if (range.type() != AddressRange.Type.RAM) {
                continue;
            }
            long first = Math.max(range.base(), from);
            long base = alignDown(Math.min(range.end(), end) - length, align);
            while (base >= first) {
                int other = overlapping(base, length);
                if (other < 0) {
                    return base;
                }
                base = alignDown(claims.get(other).base - length, align);
            }
        }
        throw doesNotFit(what, length);
    }

    /** Claims the lowest free place, and writes the bytes to it. */
    public long place(String what, byte[] bytes, long align) {
        long base = claimLowest(what, bytes.length, align);
        memory.write(base, bytes);
        return base;
    }

    /** Writes a piece of a file to a place that has been claimed. */
    public void write(BootFile file, long offset, long base, long length) {
        file.copyTo(this, offset, base, length);
    }

    /** Writes zeros to a place that has been claimed. */
    public void zero(long base, long length) {
        for (long done = 0; done < length; done += ZEROS.length) {
            memory.write(base + done, ZEROS, 0, (int) Math.min(ZEROS.length, length - done));
        }
    }

    private boolean isRam(long base, long length) {
        if (base < 0 || length < 0 || base + length < 0) {
            return false;
        }
        for (AddressRange range : map.ranges()) {
            if (range.type() == AddressRange.Type.RAM
                    && base >= range.base()
                    && base + length <= range.end()) {
                return true;
            }
        }
        return false;
    }

    private int overlapping(long base, long length) {
        for (int i = 0; i < claims.size(); i++) {
            if (base < claims.get(i).end && claims.get(i).base < base + length) {
                return i;
            }
        }
        return -1;
    }

    private BootException doesNotFit(String what, long length) {
        return new BootException(
                what
                        + " of "
                        + size(length)
                        + " does not fit into a machine with "
                        + size(map.ramBytes())
                        + " of memory; give it more");
    }

    private static String describe(long base, long length) {
        return size(length) + " at " + Long.toHexString(base) + "h";
    }

    /** A number of bytes in words, rounded up to whole units. */
    public static String size(long bytes) {
        if (bytes < 0) {
            return Long.toUnsignedString(bytes) + " bytes";
        }
        if (bytes >= 1 << 20) {
            return (((bytes - 1) >> 20) + 1) + " MiB";
        }
        return bytes >= 1 << 10 ? (((bytes - 1) >> 10) + 1) + " KiB" : bytes + " bytes";
    }

    private static long alignUp(long value, long align) {
        return alignDown(value + align - 1, align);
    }

    private static long alignDown(long value, long align) {
        return value - Math.floorMod(value, align);
    }
}
