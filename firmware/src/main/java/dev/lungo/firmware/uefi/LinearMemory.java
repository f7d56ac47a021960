package dev.lungo.firmware.uefi;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.Little;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.LinearAddresses;
import java.util.function.LongUnaryOperator;

/**
 * The guest's memory as its pointers name it: by guest-linear address, as the processor that called
 * translates them. What is not mapped, or is no memory, is a {@link BadPointer}.
 *
 * <p>No rights are checked: the guest is as privileged as the firmware.
 */
public final class LinearMemory {
    private static final int PAGE = 4096;

    /** The longest text that is taken from the guest, in characters. */
    private static final int MOST_TEXT = 1 << 15;

    private final GuestMemory memory;
    private final LongUnaryOperator physical;

    /**
     * @param physical from a guest-linear to a guest-physical address; negative where nothing is
     *     mapped
     */
    public LinearMemory(GuestMemory memory, LongUnaryOperator physical) {
        this.memory = memory;
        this.physical = physical;
    }

    /** As a processor with these registers translates. */
    static LinearMemory of(GuestMemory memory, CpuRegisters registers) {
        LinearAddresses addresses = new LinearAddresses(registers, memory);
        return new LinearMemory(memory, addresses::physical);
    }

    /** Where a guest-linear address is, guest-physical. */
    public long physical(long linear) {
        long at = physical.applyAsLong(linear);
        if (at < 0) {
            throw BadPointer.INSTANCE;
        }
        return at;
    }

    /** Whether all of it is memory. */
    public boolean contains(long linear, long bytes) {
        if (bytes < 0) {
            return false;
        }
        for (long done = 0; done < bytes; ) {
            long piece = Math.min(bytes - done, inPage(linear + done));
            long at = physical.applyAsLong(linear + done);
            if (at < 0 || !memory.contains(at, piece)) {
                return false;
            }
            done += piece;
        }
        return true;
    }

    /**
     * Checks a whole piece before something is done to part of it.
     *
     * @throws BadPointer if some of it is not memory
     */
    public void require(long linear, long bytes) {
        if (!contains(linear, bytes)) {
            throw BadPointer.INSTANCE;
        }
    }

    private static long inPage(long linear) {
        return PAGE - (linear & (PAGE - 1));
    }

    /** Where so many bytes are in one piece, or negative when they cross a page. */
    private long oneStep(long linear, int bytes) {
        if (inPage(linear) < bytes) {
            return -1;
        }
        long at = physical(linear);
        if (!memory.contains(at, bytes)) {
            throw BadPointer.INSTANCE;
        }
        return at;
    }

    public int getByte(long linear) {
        return memory.getByte(oneStep(linear, 1)) & 0xFF;
    }

    public int getShort(long linear) {
        long at = oneStep(linear, 2);
        return at >= 0 ? memory.getShort(at) & 0xFFFF : getByte(linear) | getByte(linear + 1) << 8;
    }

    public int getInt(long linear) {
        long at = oneStep(linear, 4);
        return at >= 0 ? memory.getInt(at) : getShort(linear) | getShort(linear + 2) << 16;
    }

    public long getLong(long linear) {
        long at = oneStep(linear, 8);
        return at >= 0
                ? memory.getLong(at)
                : (getInt(linear) & 0xFFFF_FFFFL) | (long) getInt(linear + 4) << 32;
    }

    public void putByte(long linear, int value) {
        memory.putByte(oneStep(linear, 1), (byte) value);
    }

    public void putShort(long linear, int value) {
        long at = oneStep(linear, 2);
        if (at >= 0) {
            memory.putShort(at, (short) value);
        } else {
            require(linear, 2);
            putByte(linear, value);
            putByte(linear + 1, value >> 8);
        }
    }

    public void putInt(long linear, int value) {
        long at = oneStep(linear, 4);
        if (at >= 0) {
            memory.putInt(at, value);
        } else {
            require(linear, 4);
            putShort(linear, value);
            putShort(linear + 2, value >> 16);
        }
    }

    public void putLong(long linear, long value) {
        long at = oneStep(linear, 8);
        if (at >= 0) {
            memory.putLong(at, value);
        } else {
            require(linear, 8);
            putInt(linear, (int) value);
            putInt(linear + 4, (int) (value >> 32));
        }
    }

    /** Reads into part of an array. */
    public void read(long linear, byte[] into, int offset, int bytes) {
        for (int done = 0; done < bytes; ) {
            int piece = (int) Math.min(bytes - done, inPage(linear + done));
            memory.read(oneStep(linear + done, piece), into, offset + done, piece);
            done += piece;
        }
    }

    /** A copy of so many bytes, which are known to be memory before there is an array for them. */
    public byte[] read(long linear, long bytes) {
        require(linear, bytes);
        if (bytes > Integer.MAX_VALUE - 8) {
            throw BadPointer.INSTANCE;
        }
        byte[] into = new byte[(int) bytes];
        read(linear, into, 0, into.length);
        return into;
    }

    /** Writes part of an array: all of it, or nothing. */
    public void write(long linear, byte[] from, int offset, int bytes) {
        require(linear, bytes);
        for (int done = 0; done < bytes; ) {
            int piece = (int) Math.min(bytes - done, inPage(linear + done));
            memory.write(oneStep(linear + done, piece), from, offset + done, piece);
            done += piece;
        }
    }

    public void write(long linear, byte[] from) {
        write(linear, from, 0, from.length);
    }

    public Guid guid(long linear) {
        return new Guid(getLong(linear), getLong(linear + 8));
    }

    public void putGuid(long linear, Guid guid) {
        require(linear, Guid.BYTES);
        putLong(linear, guid.low());
        putLong(linear + 8, guid.high());
    }

    /** A CHAR16 string that ends with NUL. UEFI 2.10, "Common UEFI Data Types" (table 2.1). */
    public String text16(long linear) {
        StringBuilder text = new StringBuilder();
        for (long at = linear; ; at += 2) {
            int c = getShort(at);
            if (c == 0) {
                return text.toString();
            }
            if (text.length() == MOST_TEXT) {
                throw BadPointer.INSTANCE;
            }
            text.append((char) c);
        }
    }

    /** A CHAR8 string that ends with NUL. */
    public String text8(long linear) {
        StringBuilder text = new StringBuilder();
        for (long at = linear; ; at++) {
            int c = getByte(at);
            if (c == 0) {
                return text.toString();
            }
            if (text.length() == MOST_TEXT) {
                throw BadPointer.INSTANCE;
            }
            text.append((char) c);
        }
    }

    /** A text as CHAR16 with a NUL after it. */
    public static byte[] text16(String text) {
        byte[] bytes = new byte[2 * text.length() + 2];
        for (int i = 0; i < text.length(); i++) {
            Little.put16(bytes, 2 * i, text.charAt(i));
        }
        return bytes;
    }
}
