package dev.lungo.firmware.bios;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.isa.Width;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.MmioBus;

/**
 * Memory at addresses that a guest has named: what is not memory reads all ones and takes no write,
 * as on a bus that nobody drives. The display's memory at A0000h is memory, too. All addresses are
 * guest-physical, which is what real-mode code calls linear.
 */
final class SafeMemory {
    private final GuestMemory memory;
    private final MmioBus mmio;

    SafeMemory(GuestMemory memory, MmioBus mmio) {
        this.memory = memory;
        this.mmio = mmio;
    }

    /** Whether all of it is RAM, or all of it the display's. */
    boolean contains(long at, long bytes) {
        return memory.contains(at, bytes) || isDisplays(at, bytes);
    }

    private static boolean isDisplays(long at, long bytes) {
        return at >= PhysicalMap.VGA
                && bytes >= 0
                && bytes <= PhysicalMap.VGA_BYTES
                && at <= PhysicalMap.VGA + PhysicalMap.VGA_BYTES - bytes;
    }

    int u8(long at) {
        if (memory.contains(at, 1)) {
            return memory.getByte(at) & 0xFF;
        }
        return isDisplays(at, 1) ? (int) mmio.read(at, Width.BYTE) : 0xFF;
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
        if (memory.contains(at, 1)) {
            memory.putByte(at, (byte) value);
        } else if (isDisplays(at, 1)) {
            mmio.write(at, Width.BYTE, value);
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
        if (memory.contains(at, bytes)) {
            memory.read(at, into, 0, bytes);
        } else if (isDisplays(at, bytes)) {
            for (int i = 0; i < bytes; i++) {
                into[i] = (byte) u8(at + i);
            }
        }
        return into;
    }

    /** Writes all of it, or nothing if not all is memory. */
    void write(long at, byte[] from) {
        write(at, from, 0, from.length);
    }

    void write(long at, byte[] from, int offset, int bytes) {
        if (memory.contains(at, bytes)) {
            memory.write(at, from, offset, bytes);
        } else if (isDisplays(at, bytes)) {
            writeDisplay(at, from, offset, bytes);
        }
    }

    private void writeDisplay(long at, byte[] from, int offset, int bytes) {
        int done = 0;
        for (; done + 8 <= bytes; done += 8) {
            long value = 0;
            for (int i = 7; i >= 0; i--) {
                value = value << 8 | from[offset + done + i] & 0xFF;
            }
            mmio.write(at + done, Width.QWORD, value);
        }
        for (; done < bytes; done++) {
            mmio.write(at + done, Width.BYTE, from[offset + done] & 0xFF);
        }
    }

    /** ASCII, and nothing after it. */
    void text(long at, String text) {
        for (int i = 0; i < text.length(); i++) {
            u8(at + i, text.charAt(i));
        }
    }
}
