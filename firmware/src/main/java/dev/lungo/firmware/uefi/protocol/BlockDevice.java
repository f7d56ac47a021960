package dev.lungo.firmware.uefi.protocol;

import dev.lungo.machine.BlockBackend;

/**
 * A disk, or a piece of one, that block protocols are on.
 *
 * @param backend its content
 * @param blockBytes the size of its blocks
 * @param mediaId what callers name the medium by, until another one is in the drive
 */
public record BlockDevice(
        BlockBackend backend, int blockBytes, boolean removable, boolean partition, int mediaId) {
    /** A whole disk of the host's. */
    public static BlockDevice disk(BlockBackend backend, int blockBytes, boolean removable) {
        return new BlockDevice(backend, blockBytes, removable, /* partition= */ false, 1);
    }

    /** A piece of this. */
    public BlockDevice piece(BlockBackend of, int ofBytes) {
        return new BlockDevice(of, ofBytes, removable, /* partition= */ true, mediaId);
    }

    long lastBlock() {
        return Math.max(1, backend.bytes() / blockBytes) - 1;
    }
}
