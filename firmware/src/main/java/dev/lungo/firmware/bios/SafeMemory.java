package dev.lungo.firmware.bios;

import dev.lungo.machine.GuestMemory;

/**
 * Memory at addresses that a guest has named: what is not memory reads all ones and takes no write,
 * as on a bus that nobody drives. All addresses are guest-physical, which is what real-mode code
 * calls linear.
 */
final class SafeMemory {
    private final GuestMemory memory;

    SafeMemory(GuestMemory memory) {
        this.memory = memory;
    }

    boolean contains(long at, long bytes) {
        return memory.contains(at, bytes);
    }

    int u8(long at) {
        return contains(at, 1) ? memory.getByte(at) & 0xFF : 0xFF;
    }

    int u16(long at) {
        return u8(at) | u8(at + 1) << 8;
    }

    int u32(long at) {
        return u16(at) | u16(at + 2) << 16;
    }

    long u64(long at) {
        return u32(at) & 0xFFFF_FFFFL | (long) u32(at + 4) << 32;
    }

    void u8(long at, int value) {
        if (contains(at, 1)) {
            memory.putByte(at, (byte) value);
        }
    }

    void u16(long at, int value) {
        u8(at, value);
        u8(at + 1, value >> 8);
    }

    void u32(long at, int value) {
        u16(at, value);
        u16(at + 2, value >> 16);
    }

    void u64(long at, long value) {
        u32(at, (int) value);
        u32(at + 4, (int) (value >> 32));
    }

    /** Reads all of it, or as much zero if not all is memory. */
    byte[] read(long at, int bytes) {
        byte[] into = new byte[bytes];
        if (contains(at, bytes)) {
            memory.read(at, into, 0, bytes);
        }
        return into;
    }

    /** Writes all of it, or nothing if not all is memory. */
    void write(long at, byte[] from) {
        write(at, from, 0, from.length);
    }

    void write(long at, byte[] from, int offset, int bytes) {
        if (contains(at, bytes)) {
            memory.write(at, from, offset, bytes);
        }
    }

    /** ASCII, and nothing after it. */
    void text(long at, String text) {
        for (int i = 0; i < text.length(); i++) {
            u8(at + i, text.charAt(i));
        }
    }
}
