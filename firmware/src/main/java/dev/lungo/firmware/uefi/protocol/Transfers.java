package dev.lungo.firmware.uefi.protocol;

import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.function.Consumer;

/**
 * Moves bytes between disks and the guest. Places on the disk were checked; a disk of the host's
 * that fails is EFI_DEVICE_ERROR, and told to the user.
 */
public final class Transfers {
    private static final int SECTOR = BlockBackend.SECTOR_BYTES;
    private static final int CHUNK = 1 << 18;

    private final Consumer<String> tellUser;

    public Transfers(Consumer<String> tellUser) {
        this.tellUser = tellUser;
    }

    /** Reads any bytes, whole sectors or not. */
    long read(BlockDevice device, long offset, LinearMemory memory, long buffer, long bytes) {
        memory.require(buffer, bytes);
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes + 2 * SECTOR) + SECTOR & -SECTOR];
        try {
            for (long done = 0; done < bytes; ) {
                int skip = (int) ((offset + done) % SECTOR);
                int count = (int) Math.min(chunk.length - skip, bytes - done);
                int whole = skip + count + SECTOR - 1 & -SECTOR;
                device.backend().read(offset + done - skip, chunk, 0, whole);
                memory.write(buffer + done, chunk, skip, count);
                done += count;
            }
            return EfiStatus.SUCCESS;
        } catch (BackendException e) {
            return failed(e);
        }
    }

    /** Writes any bytes; what is around them in their sectors stays. */
    long write(BlockDevice device, long offset, LinearMemory memory, long buffer, long bytes) {
        memory.require(buffer, bytes);
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes + 2 * SECTOR) + SECTOR & -SECTOR];
        try {
            for (long done = 0; done < bytes; ) {
                int skip = (int) ((offset + done) % SECTOR);
                int count = (int) Math.min(chunk.length - skip, bytes - done);
                int whole = skip + count + SECTOR - 1 & -SECTOR;
                if (skip != 0 || whole != count) {
                    device.backend().read(offset + done - skip, chunk, 0, whole);
                }
                memory.read(buffer + done, chunk, skip, count);
                device.backend().write(offset + done - skip, chunk, 0, whole);
                done += count;
            }
            return EfiStatus.SUCCESS;
        } catch (BackendException e) {
            return failed(e);
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
