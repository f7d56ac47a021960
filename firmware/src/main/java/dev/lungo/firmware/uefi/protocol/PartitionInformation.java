package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.disk.Partition;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;

/**
 * EFI_PARTITION_INFO_PROTOCOL: a table entry, as it is on the disk. UEFI 2.10, "EFI Partition
 * Information Protocol" (13.18).
 */
public final class PartitionInformation {
    private static final Guid GUID = Guid.parse("8cf2f62c-bc9b-4821-808d-ec9ec421a1a0");

    private static final int REVISION = 0x1000;
    private static final int MBR = 1;
    private static final int GPT = 2;
    private static final int GPT_ENTRY_BYTES = 128;
    private static final int MBR_ENTRY_BYTES = 16;

    private final Protocols protocols;

    public PartitionInformation(Protocols protocols) {
        this.protocols = protocols;
    }

    public Product make(BlockBackend disk, Partition partition) {
        int bytes =
                switch (partition) {
                    case Partition.OfGpt _ -> GPT_ENTRY_BYTES;
                    case Partition.OfMbr _ -> MBR_ENTRY_BYTES;
                };
        byte[] entry = read(disk, partition.entryOffset(), bytes);
        ByteWriter out = new ByteWriter().u32(REVISION);
        out.u32(bytes == GPT_ENTRY_BYTES ? GPT : MBR).u8(partition.isEfiSystem() ? 1 : 0).zeros(7);
        out.bytes(entry).zeros(GPT_ENTRY_BYTES - bytes);
        return protocols.product(GUID, out);
    }

    private static byte[] read(BlockBackend disk, long offset, int bytes) {
        int skip = (int) (offset % BlockBackend.SECTOR_BYTES);
        byte[] sectors = new byte[2 * BlockBackend.SECTOR_BYTES];
        try {
            long from = offset - skip;
            disk.read(from, sectors, 0, (int) Math.min(sectors.length, disk.bytes() - from));
        } catch (BackendException _) {
            // an entry that cannot be read any more is all zero
        }
        return java.util.Arrays.copyOfRange(sectors, skip, skip + bytes);
    }
}
