package dev.lungo.devices.virtio;

import dev.lungo.machine.GuestMemory;
import java.util.Arrays;

/**
 * One buffer that the driver has made available: pieces of guest memory that the device may read,
 * then pieces that it may write. Virtio 1.2, "Virtqueues" (section 2.6).
 *
 * <p>Every piece was checked to be memory when it was taken from the ring, so that a device need
 * check no addresses, only lengths. It belongs to one thread at a time.
 */
public final class Chain {
    /** The most pieces that one buffer can have, in whatever kind of ring. */
    static final int MOST_PIECES = 1024;

    /** Virtio 1.2, "The Virtqueue Descriptor Table" (section 2.7.5): at most 2^32 bytes in all. */
    private static final long MOST_BYTES = 1L << 32;

    private final GuestMemory memory;
    private long[] addresses = new long[4];
    private long[] lengths = new long[4];
    private int pieces;
    private int readablePieces;
    private long readable;
    private long writable;

    /** What the driver calls it: the head's index, or the buffer ID. */
    int id;

    /** How many descriptors of the ring it takes. */
    int slots;

    Chain(GuestMemory memory) {
        this.memory = memory;
    }

    /** Takes what a descriptor says, once it is checked. */
    void add(long address, int length, boolean isWritable) throws BrokenRing {
        long bytes = length & 0xFFFF_FFFFL;
        if (pieces == MOST_PIECES) {
            throw new BrokenRing("a buffer of more than " + MOST_PIECES + " descriptors");
        }
        if (!isWritable && writable != 0) {
            throw new BrokenRing("a readable descriptor behind a writable one");
        }
        if (!memory.contains(address, bytes)) {
            throw new BrokenRing("a descriptor of what is not memory");
        }
        if (readable + writable + bytes > MOST_BYTES) {
            throw new BrokenRing("a buffer of more than 4 GiB");
        }
        if (bytes == 0) {
            return;
        }
        if (pieces == addresses.length) {
            addresses = Arrays.copyOf(addresses, 4 * pieces);
            lengths = Arrays.copyOf(lengths, 4 * pieces);
        }
        addresses[pieces] = address;
        lengths[pieces++] = bytes;
        if (isWritable) {
            writable += bytes;
        } else {
            readable += bytes;
            readablePieces = pieces;
        }
    }

    /** How many bytes the device may read. */
    public long readableBytes() {
        return readable;
    }

    /** How many bytes the device may write. */
    public long writableBytes() {
        return writable;
    }

    /**
     * Copies from the readable part, which must have so many bytes.
     *
     * @param from where in it to begin, in bytes
     */
    public void read(long from, byte[] into, int at, int bytes) {
        check(from, bytes, readable);
        int piece = 0;
        long skip = from;
        for (int done = 0; done < bytes; piece++) {
            int count = (int) Math.min(Math.max(lengths[piece] - skip, 0), bytes - done);
            if (count > 0) {
                memory.read(addresses[piece] + skip, into, at + done, count);
            }
            done += count;
            skip = Math.max(skip - lengths[piece], 0);
        }
    }

    /**
     * Copies to the writable part, which must have so many bytes.
     *
     * @param from where in it to begin, in bytes
     */
    public void write(long from, byte[] source, int at, int bytes) {
        check(from, bytes, writable);
        int piece = readablePieces;
        long skip = from;
        for (int done = 0; done < bytes; piece++) {
            int count = (int) Math.min(Math.max(lengths[piece] - skip, 0), bytes - done);
            if (count > 0) {
                memory.write(addresses[piece] + skip, source, at + done, count);
            }
            done += count;
            skip = Math.max(skip - lengths[piece], 0);
        }
    }

    /** Takes a piece of memory. */
    interface PieceAction {
        void run(long guestPhysical, long bytes);
    }

    /** What there is to write, piece by piece. */
    void forEachWritable(PieceAction action) {
        for (int piece = readablePieces; piece < pieces; piece++) {
            action.run(addresses[piece], lengths[piece]);
        }
    }

    private static void check(long from, int bytes, long limit) {
        if (from < 0 || bytes < 0 || from > limit - bytes) {
            throw new IllegalArgumentException(
                    "no bytes " + from + "+" + bytes + " in a buffer of " + limit);
        }
    }

    /** The readable part's little-endian number at this offset. */
    public int readInt(long from) {
        return (int) readNumber(from, 4);
    }

    /** The readable part's little-endian number at this offset. */
    public long readLong(long from) {
        return readNumber(from, 8);
    }

    private long readNumber(long from, int bytes) {
        byte[] taken = new byte[bytes];
        read(from, taken, 0, bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (taken[i] & 0xFF);
        }
        return value;
    }

    /** Writes one byte of the writable part. */
    public void writeByte(long at, int value) {
        write(at, new byte[] {(byte) value}, 0, 1);
    }
}
