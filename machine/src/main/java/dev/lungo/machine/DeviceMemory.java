package dev.lungo.machine;

import dev.lungo.isa.Width;

/**
 * Memory that a device has, such as a frame buffer. Little-endian; offsets are from its first byte.
 *
 * <p>A guest reaches it by the bus as it does all of a device, an access at a time. Where it is
 * {@linkplain #show shown}, engines that can let guests reach it as RAM, and neither the bus nor
 * its watcher sees anything of that. For any thread.
 *
 * @see GuestMemory#deviceMemory
 */
public interface DeviceMemory {
    /** How much there is. */
    int bytes();

    /**
     * Places all of it at a guest-physical address, where there is neither RAM nor another device,
     * and no longer where it was. When this returns, the processor that calls finds it there, and
     * others do before their next branch.
     *
     * @param guestPhysical a multiple of its size
     */
    void show(long guestPhysical);

    /** Places it nowhere. */
    void hide();

    /** Zero-extended; what lies behind the end reads zero. */
    long get(long offset, Width width);

    /** Stores the low bits; what lies behind the end is dropped. */
    void put(long offset, Width width, long value);

    /** All of the bytes must be there. */
    void read(long offset, byte[] into, int at, int bytes);

    /** All of the bytes must be there. */
    void write(long offset, byte[] from, int at, int bytes);

    /** Makes every byte zero. */
    void clear();
}
