package dev.lungo.firmware.uefi.protocol;

import dev.lungo.firmware.uefi.BadPointer;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import org.jspecify.annotations.Nullable;

/**
 * A disk that a driver of the guest's has: each request is a call of its EFI_BLOCK_IO_PROTOCOL.
 * UEFI 2.10, "EFI Block I/O Protocol" (13.9).
 *
 * <p>Left out: media that are changed, which fail from then on, and blocks of less than 512 bytes.
 */
public final class GuestDisk implements BlockBackend {
    // spotless:off
    // EFI_BLOCK_IO_PROTOCOL
    private static final int MEDIA        = 0x08;
    private static final int READ_BLOCKS  = 0x18;
    private static final int WRITE_BLOCKS = 0x20;
    private static final int FLUSH_BLOCKS = 0x28;

    // EFI_BLOCK_IO_MEDIA
    private static final int MEDIA_ID          = 0x00;
    private static final int REMOVABLE_MEDIA   = 0x04;
    private static final int MEDIA_PRESENT     = 0x05;
    private static final int LOGICAL_PARTITION = 0x06;
    private static final int READ_ONLY         = 0x07;
    private static final int BLOCK_SIZE        = 0x0C;
    private static final int IO_ALIGN          = 0x10;
    private static final int LAST_BLOCK        = 0x18;
    // spotless:on

    /** A request crosses to the guest in pieces of this many bytes, whole blocks. */
    private static final int PIECE = 1 << 16;

    private final Protocols protocols;
    private final GuestCalls calls;
    private final long address;
    private final int mediaId;
    private final int blockBytes;
    private final int align;
    private final long bytes;
    private final boolean readOnly;

    private GuestDisk(Protocols protocols, GuestCalls calls, long address, long media) {
        this.protocols = protocols;
        this.calls = calls;
        this.address = address;
        LinearMemory memory = protocols.memory();
        mediaId = memory.getInt(media + MEDIA_ID);
        blockBytes = memory.getInt(media + BLOCK_SIZE);
        align = Math.max(1, memory.getInt(media + IO_ALIGN));
        long last = memory.getLong(media + LAST_BLOCK);
        bytes = last >= 0 && last < Long.MAX_VALUE / PIECE ? (last + 1) * blockBytes : 0;
        readOnly = memory.getByte(media + READ_ONLY) != 0;
    }

    /**
     * The disk behind an interface of the guest's.
     *
     * @return null if there is no medium in it, or one of no use
     */
    public static @Nullable BlockDevice of(Protocols protocols, GuestCalls calls, long address) {
        try {
            LinearMemory memory = protocols.memory();
            long media = memory.getLong(address + MEDIA);
            GuestDisk disk = new GuestDisk(protocols, calls, address, media);
            boolean present = memory.getByte(media + MEDIA_PRESENT) != 0;
            return !present || !disk.isSound()
                    ? null
                    : new BlockDevice(
                            disk,
                            disk.blockBytes,
                            memory.getByte(media + REMOVABLE_MEDIA) != 0,
                            memory.getByte(media + LOGICAL_PARTITION) != 0,
                            disk.mediaId);
        } catch (BadPointer _) {
            return null;
        }
    }

    private boolean isSound() {
        return Integer.bitCount(blockBytes) == 1
                && blockBytes >= SECTOR_BYTES
                && blockBytes <= PIECE
                && Integer.bitCount(align) == 1
                && align <= PIECE
                && bytes > 0;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Something to do with a buffer that has blocks of the disk. */
    @FunctionalInterface
    private interface Piece {
        /**
         * @param block the first
         * @param whole bytes of whole blocks
         * @param buffer for them, in guest memory
         * @param within where in them the request's bytes are
         * @param at where in the request
         * @param count how many these are
         */
        void of(long block, int whole, long buffer, int within, int at, int count);
    }

    private void pieces(long offset, int length, Piece piece) {
        long pool = protocols.pool().allocate(MemoryType.BOOT_SERVICES_DATA, PIECE + (long) align);
        if (pool < 0) {
            throw new BackendException("There is no memory left to read a disk of a driver's.");
        }
        long buffer = pool + align - 1 & -align;
        try {
            for (int done = 0; done < length; ) {
                int within = (int) (offset + done & blockBytes - 1);
                int count = Math.min(PIECE - within, length - done);
                int whole = within + count + blockBytes - 1 & -blockBytes;
                piece.of((offset + done) / blockBytes, whole, buffer, within, done, count);
                done += count;
            }
        } catch (BadPointer _) {
            throw failed();
        } finally {
            protocols.pool().free(pool);
        }
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) {
        pieces(
                offset,
                length,
                (block, whole, buffer, within, done, count) -> {
                    call(READ_BLOCKS, mediaId, block, whole, buffer);
                    protocols.memory().read(buffer + within, into, at + done, count);
                });
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) {
        pieces(
                offset,
                length,
                (block, whole, buffer, within, done, count) -> {
                    if (count < whole) {
                        call(READ_BLOCKS, mediaId, block, whole, buffer);
                    }
                    protocols.memory().write(buffer + within, from, at + done, count);
                    call(WRITE_BLOCKS, mediaId, block, whole, buffer);
                });
    }

    @Override
    public void flush() {
        try {
            call(FLUSH_BLOCKS);
        } catch (BadPointer _) {
            throw failed();
        }
    }

    private void call(int member, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = address;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        if (calls.call(protocols.memory().getLong(address + member), all) != EfiStatus.SUCCESS) {
            throw failed();
        }
    }

    private static BackendException failed() {
        return new BackendException("A disk failed whose driver was loaded, not the firmware's.");
    }

    @Override
    public void discard(long offset, long length) {}

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        byte[] zeroes = new byte[(int) Math.min(length, PIECE)];
        for (long done = 0; done < length; done += zeroes.length) {
            write(offset + done, zeroes, 0, (int) Math.min(zeroes.length, length - done));
        }
    }

    @Override
    public void close() {}
}
