package dev.lungo.host;

import dev.lungo.isa.Width;
import dev.lungo.machine.DeviceMemory;
import org.jspecify.annotations.Nullable;

/**
 * Device memory that engines map: a mapping of its own, which stays where it is in the host's
 * memory, and for as long as the guest's RAM, wherever and whether the guest sees it.
 */
final class MappedDeviceMemory implements DeviceMemory {
    private final int bytes;
    private final long host;
    private final Runnable moved;

    /** Where the guest sees it. Written under this monitor. */
    private volatile HostMemory.@Nullable Region shown;

    /**
     * @param moved called, under this monitor, when {@link #shown} has changed
     */
    MappedDeviceMemory(int bytes, Runnable moved) {
        this.bytes = bytes;
        this.moved = moved;
        host = Libc.map(bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_NORESERVE);
    }

    HostMemory.@Nullable Region shown() {
        return shown;
    }

    @Override
    public int bytes() {
        return bytes;
    }

    @Override
    public synchronized void show(long guestPhysical) {
        HostMemory.Region now = shown;
        if (now == null || now.guestPhysical() != guestPhysical) {
            shown = new HostMemory.Region(guestPhysical, bytes, host);
            moved.run();
        }
    }

    @Override
    public synchronized void hide() {
        if (shown != null) {
            shown = null;
            moved.run();
        }
    }

    @Override
    public long get(long offset, Width width) {
        long value = 0;
        if (offset <= bytes - width.bytes()) {
            value =
                    switch (width) {
                        case BYTE -> Raw.getByte(host + offset);
                        case WORD -> Raw.getShort(host + offset);
                        case DWORD -> Raw.getInt(host + offset) & 0xFFFF_FFFFL;
                        case QWORD -> Raw.getLong(host + offset);
                    };
        } else {
            for (int i = 0; i < width.bytes() && offset + i < bytes; i++) {
                value |= (long) Raw.getByte(host + offset + i) << 8 * i;
            }
        }
        Raw.afterLoad();
        return value;
    }

    @Override
    public void put(long offset, Width width, long value) {
        Raw.beforeStore();
        if (offset <= bytes - width.bytes()) {
            switch (width) {
                case BYTE -> Raw.putByte(host + offset, (int) value);
                case WORD -> Raw.putShort(host + offset, (int) value);
                case DWORD -> Raw.putInt(host + offset, (int) value);
                case QWORD -> Raw.putLong(host + offset, value);
            }
        } else {
            for (int i = 0; i < width.bytes() && offset + i < bytes; i++) {
                Raw.putByte(host + offset + i, (int) (value >> 8 * i));
            }
        }
    }

    @Override
    public void read(long offset, byte[] into, int at, int count) {
        Raw.read(host + checked(offset, count), into, at, count);
    }

    @Override
    public void write(long offset, byte[] from, int at, int count) {
        Raw.write(host + checked(offset, count), from, at, count);
    }

    private long checked(long offset, int count) {
        if (offset < 0 || count < 0 || offset > bytes - count) {
            throw new IllegalArgumentException("no bytes " + offset + "+" + count);
        }
        return offset;
    }

    @Override
    public void clear() {
        Libc.advise(host, bytes, Libc.MADV_DONTNEED);
    }

    void unmap() {
        Libc.unmap(host, bytes);
    }
}
