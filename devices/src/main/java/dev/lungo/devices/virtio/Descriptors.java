package dev.lungo.devices.virtio;

import dev.lungo.machine.GuestMemory;

/**
 * What the descriptors of both kinds of ring have in common. Virtio 1.2, "The Virtqueue Descriptor
 * Table" (section 2.7.5) and "The Virtqueue Descriptor Ring" (section 2.8.13).
 *
 * <p>The driver may change one at any time: whatever is checked is read once.
 */
final class Descriptors {
    static final int BYTES = 16;

    /** Behind the address, in bytes. */
    static final int LENGTH = 8;

    // Flags
    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    private Descriptors() {}

    /** Adds what a descriptor with these flags names to a buffer. */
    static void add(GuestMemory memory, long descriptor, int flags, Chain to) throws BrokenRing {
        long address = memory.getLong(descriptor);
        to.add(address, memory.getInt(descriptor + LENGTH), (flags & WRITE) != 0);
    }

    /** How many descriptors an indirect table has. */
    static int indirectCount(GuestMemory memory, long table, int length) throws BrokenRing {
        int count = length / BYTES;
        if (length % BYTES != 0 || count <= 0 || count > Chain.MOST_PIECES) {
            throw new BrokenRing("an indirect table of " + length + " bytes");
        }
        if (!memory.contains(table, length)) {
            throw new BrokenRing("an indirect table in what is not memory");
        }
        return count;
    }

    /** That a part of a ring is where one may be. */
    static void checkArea(GuestMemory memory, long address, int alignment, int bytes)
            throws BrokenRing {
        if ((address & alignment - 1) != 0 || !memory.contains(address, bytes)) {
            throw new BrokenRing("it is not in memory, or not aligned");
        }
    }
}
