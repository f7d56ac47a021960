package dev.lungo.machine;

import dev.lungo.isa.Width;

/**
 * The I/O address space: 65,536 ports. Ports nobody has claimed read all ones and swallow writes,
 * as on a bus that no device drives.
 *
 * <p>For any thread: each access is made under the {@link BusDevice#lock} of its device.
 */
public final class PortBus {
    private static final int PORTS = 1 << 16;

    private record Slot(int base, int count, PortDevice device, Object lock) {
        Slot(int base, int count, PortDevice device) {
            this(base, count, device, device.lock());
        }

        boolean holds(int port, int bytes) {
            return port >= base && port + bytes <= base + count;
        }
    }

    private static final Slot NOBODY =
            new Slot(
                    0,
                    PORTS,
                    new PortDevice() {
                        @Override
                        public int read(int offset) {
                            return 0xFF;
                        }

                        @Override
                        public void write(int offset, int value) {}
                    });

    /** Written under this monitor, and read without it: a slot does not change. */
    private final Slot[] slots = new Slot[PORTS];

    private volatile BusWatcher watcher = BusWatcher.NONE;

    public PortBus() {
        java.util.Arrays.fill(slots, NOBODY);
    }

    /** Has all accesses reported. */
    public void watch(BusWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** Gives ports {@code base} to {@code base + count - 1} to a device. */
    public synchronized void map(int base, int count, PortDevice device) {
        if (base < 0 || count <= 0 || base + count > PORTS) {
            throw new IllegalArgumentException(
                    "no ports " + Integer.toHexString(base) + "h+" + count);
        }
        for (int port = base; port < base + count; port++) {
            if (!slots[port].equals(NOBODY)) {
                throw new IllegalArgumentException(
                        "port " + Integer.toHexString(port) + "h already has a device");
            }
        }
        Slot slot = new Slot(base, count, device);
        for (int port = base; port < base + count; port++) {
            slots[port] = slot;
        }
    }

    /** Takes back what {@link #map} gave; ports without a device are left as they are. */
    public synchronized void unmap(int base, int count) {
        java.util.Arrays.fill(slots, base, base + count, NOBODY);
    }

    /** The value, zero-extended. An access may span devices, and wraps at FFFFh. */
    public int read(int port, Width width) {
        int value = readUnwatched(port, width);
        watcher.read(port, width, value & width.mask());
        return value;
    }

    public void write(int port, Width width, int value) {
        writeUnwatched(port, width, value);
        watcher.write(port, width, value & width.mask());
    }

    private int readUnwatched(int port, Width width) {
        Slot slot = slots[port];
        if (slot.holds(port, width.bytes())) {
            synchronized (slot.lock) {
                return slot.device.read(port - slot.base, width) & (int) width.mask();
            }
        }
        int value = 0;
        for (int i = 0; i < width.bytes(); i++) {
            int each = (port + i) & 0xFFFF;
            Slot one = slots[each];
            synchronized (one.lock) {
                value |= (one.device.read(each - one.base) & 0xFF) << (8 * i);
            }
        }
        return value;
    }

    private void writeUnwatched(int port, Width width, int value) {
        Slot slot = slots[port];
        if (slot.holds(port, width.bytes())) {
            synchronized (slot.lock) {
                slot.device.write(port - slot.base, width, value & (int) width.mask());
            }
            return;
        }
        for (int i = 0; i < width.bytes(); i++) {
            int each = (port + i) & 0xFFFF;
            Slot one = slots[each];
            synchronized (one.lock) {
                one.device.write(each - one.base, (value >>> (8 * i)) & 0xFF);
            }
        }
    }
}
