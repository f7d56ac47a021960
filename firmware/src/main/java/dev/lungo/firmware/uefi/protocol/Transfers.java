package dev.lungo.firmware.uefi.protocol;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.function.Consumer;

/**
 * Moves bytes between disks and the guest, for all the protocols that do. Places on the disk were
 * checked; a disk that fails is EFI_DEVICE_ERROR, and told to the user.
 */
public final class Transfers {
    private static final int SECTOR = BlockBackend.SECTOR_BYTES;
    private static final int CHUNK = 1 << 18;

    /** Which way bytes go. */
    enum Direction {
        READ,
        WRITE
    }

    private final Protocols protocols;
    private final Consumer<String> tellUser;

    public Transfers(Protocols protocols, Consumer<String> tellUser) {
        this.protocols = protocols;
        this.tellUser = tellUser;
    }

    /**
     * Does a request, of any bytes, whole sectors or not.
     *
     * @param offset where on the disk
     * @param size which argument is the size of the buffer, which is the next one
     */
    long transfer(Direction direction, Call call, BlockDevice device, long offset, int size) {
        long bytes = call.argument(size);
        long buffer = call.argument(size + 1);
        call.memory().require(buffer, bytes);
        if (direction == Direction.WRITE && device.backend().isReadOnly()) {
            return EfiStatus.WRITE_PROTECTED;
        }
        try {
            move(direction, device, offset, call.memory(), buffer, bytes);
            return EfiStatus.SUCCESS;
        } catch (BackendException e) {
            return failed(e);
        }
    }

    /** Ends a request: its token is an argument. */
    long complete(Call call, int token, long status) {
        return protocols.complete(call.memory(), call.argument(token), status);
    }

    /** What is around bytes that are written in their sectors stays. */
    private static void move(
            Direction direction,
            BlockDevice device,
            long offset,
            LinearMemory memory,
            long buffer,
            long bytes) {
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes + 2 * SECTOR) + SECTOR & -SECTOR];
        for (long done = 0; done < bytes; ) {
            int skip = (int) ((offset + done) % SECTOR);
            int count = (int) Math.min(chunk.length - skip, bytes - done);
            int whole = skip + count + SECTOR - 1 & -SECTOR;
            if (direction == Direction.READ || skip != 0 || whole != count) {
                device.backend().read(offset + done - skip, chunk, 0, whole);
            }
            if (direction == Direction.READ) {
                memory.write(buffer + done, chunk, skip, count);
            } else {
                memory.read(buffer + done, chunk, skip, count);
                device.backend().write(offset + done - skip, chunk, 0, whole);
            }
            done += count;
        }
    }

    long flush(BlockDevice device) {
        try {
            device.backend().flush();
            return EfiStatus.SUCCESS;
        } catch (BackendException e) {
            return failed(e);
        }
    }

    private long failed(BackendException e) {
        tellUser.accept(String.valueOf(e.getMessage()));
        return EfiStatus.DEVICE_ERROR;
    }
}
