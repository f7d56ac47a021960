package dev.lungo.machine;

import dev.lungo.isa.Width;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of the guest-physical address space that is not memory. Addresses nobody has claimed
 * read all ones and swallow writes.
 *
 * <p>For any thread: each access is made under the {@link BusDevice#lock} of its device.
 */
public final class MmioBus {
    private record Slot(long base, long bytes, MmioDevice device, Object lock) {}

    /** Never changed: under this monitor another takes its place. */
    private volatile TreeMap<Long, Slot> slots = new TreeMap<>();

    private volatile BusWatcher watcher = BusWatcher.NONE;

    /** Has all accesses reported. */
    public void watch(BusWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** Gives guest-physical {@code base} to {@code base + bytes - 1} to a device. */
    public synchronized void map(long base, long bytes, MmioDevice device) {
        if (base < 0 || bytes <= 0 || base + bytes < 0) {
            throw new IllegalArgumentException(
                    "no guest-physical range " + Long.toHexString(base) + "h+" + bytes);
        }
        Map.Entry<Long, Slot> below = slots.lowerEntry(base + bytes);
        if (below != null && below.getValue().base + below.getValue().bytes > base) {
            throw new IllegalArgumentException(
                    "guest-physical " + Long.toHexString(base) + "h already has a device");
        }
        TreeMap<Long, Slot> changed = new TreeMap<>(slots);
        changed.put(base, new Slot(base, bytes, device, device.lock()));
        slots = changed;
    }

    /** Takes back the range that begins at {@code base}. */
    public synchronized void unmap(long base) {
        TreeMap<Long, Slot> changed = new TreeMap<>(slots);
        changed.remove(base);
        slots = changed;
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
        long value = width.mask();
        if (slot != null) {
            synchronized (slot.lock) {
                value &= slot.device.read(guestPhysical - slot.base, width);
            }
        }
        watcher.read(guestPhysical, width, value);
        return value;
    }

    public void write(long guestPhysical, Width width, long value) {
        Slot slot = at(guestPhysical, width);
        if (slot != null) {
            synchronized (slot.lock) {
                slot.device.write(guestPhysical - slot.base, width, width.truncate(value));
            }
        }
        watcher.write(guestPhysical, width, width.truncate(value));
    }
}
