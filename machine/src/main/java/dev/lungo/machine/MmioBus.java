package dev.lungo.machine;

import dev.lungo.isa.Width;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of the guest-physical address space that is not memory. Addresses nobody has claimed
 * read all ones and swallow writes.
 */
public final class MmioBus {
    private record Slot(long base, long bytes, MmioDevice device) {}

    private final TreeMap<Long, Slot> slots = new TreeMap<>();
    private BusWatcher watcher = BusWatcher.NONE;

    /** Has all accesses reported. */
    public void watch(BusWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** Gives guest-physical {@code base} to {@code base + bytes - 1} to a device. */
    public void map(long base, long bytes, MmioDevice device) {
        if (base < 0 || bytes <= 0 || base + bytes < 0) {
            throw new IllegalArgumentException(
                    "no guest-physical range " + Long.toHexString(base) + "h+" + bytes);
        }
        Map.Entry<Long, Slot> below = slots.lowerEntry(base + bytes);
        if (below != null && below.getValue().base + below.getValue().bytes > base) {
            throw new IllegalArgumentException(
                    "guest-physical " + Long.toHexString(base) + "h already has a device");
        }
        slots.put(base, new Slot(base, bytes, device));
    }

    /** Takes back the range that begins at {@code base}. */
    public void unmap(long base) {
        slots.remove(base);
    }

    private @Nullable Slot at(long guestPhysical, Width width) {
        Map.Entry<Long, Slot> entry = slots.floorEntry(guestPhysical);
        if (entry == null) {
            return null;
        }
        Slot slot = entry.getValue();
        return guestPhysical + width.bytes() <= slot.base + slot.bytes ? slot : null;
    }

    /** The value, zero-extended. */
    public long read(long guestPhysical, Width width) {
        Slot slot = at(guestPhysical, width);
        long value =
                slot == null
                        ? width.mask()
                        : slot.device.read(guestPhysical - slot.base, width) & width.mask();
        watcher.read(guestPhysical, width, value);
        return value;
    }

    public void write(long guestPhysical, Width width, long value) {
        Slot slot = at(guestPhysical, width);
        if (slot != null) {
            slot.device.write(guestPhysical - slot.base, width, width.truncate(value));
        }
        watcher.write(guestPhysical, width, width.truncate(value));
    }
}
