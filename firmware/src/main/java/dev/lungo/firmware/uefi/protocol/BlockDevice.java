package dev.lungo.firmware.uefi.protocol;

import dev.lungo.machine.BlockBackend;

/**
 * A disk, or a piece of one, that block protocols are on.
 *
 * @param backend its content
 * @param blockBytes the size of its blocks
 */
public record BlockDevice(
        BlockBackend backend, int blockBytes, boolean removable, boolean partition) {
    /** What a caller names the medium by, until another one is in the drive. */
    static final int MEDIA_ID = 1;

    long lastBlock() {
        return Math.max(1, backend.bytes() / blockBytes) - 1;
    }
}
