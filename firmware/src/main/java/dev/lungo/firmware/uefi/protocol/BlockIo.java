package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.protocol.Transfers.Direction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * EFI_BLOCK_IO_PROTOCOL and EFI_BLOCK_IO2_PROTOCOL. UEFI 2.10, "EFI Block I/O Protocol" (13.9),
 * "EFI Block I/O 2 Protocol" (13.10).
 *
 * <p>Requests of the second kind are done before the call returns, and their events signalled.
 */
public final class BlockIo {
    public static final Guid GUID = Guid.parse("964e5b21-6459-11d2-8e39-00a0c969723b");
    public static final Guid GUID2 = Guid.parse("a77b2472-e282-4e9f-a245-c2c0e27bbcc1");

    private static final long REVISION = 0x0002_001F;

    /** In the order of the interface. */
    private enum Member {
        Reset,
        ReadBlocks,
        WriteBlocks,
        FlushBlocks
    }

    private enum Member2 {
        Reset,
        ReadBlocksEx,
        WriteBlocksEx,
        FlushBlocksEx
    }

    private final Protocols protocols;
    private final Transfers transfers;
    private final long[] members;
    private final long[] members2;
    private final Map<Long, BlockDevice> devices = new HashMap<>();

    public BlockIo(Protocols protocols, Transfers transfers) {
        this.protocols = protocols;
        this.transfers = transfers;
        members = protocols.members("EFI_BLOCK_IO_PROTOCOL", Member.values(), this::call);
        members2 = protocols.members("EFI_BLOCK_IO2_PROTOCOL", Member2.values(), this::call2);
    }

    /** Makes both of a disk, which share the description of its medium. */
    public List<Product> make(BlockDevice device) {
        long media = protocols.place(media(device));
        ByteWriter first = new ByteWriter().u64(REVISION).u64(media);
        Product one = protocols.product(GUID, Protocols.pointers(first, members));
        ByteWriter second = new ByteWriter().u64(media);
        Product two = protocols.product(GUID2, Protocols.pointers(second, members2));
        devices.put(one.address(), device);
        devices.put(two.address(), device);
        return List.of(
                one.andThen(() -> protocols.pool().free(media)).andThen(() -> forget(one)),
                two.andThen(() -> forget(two)));
    }

    private void forget(Product product) {
        devices.remove(product.address());
    }

    /** The disk behind an interface; null if it is not one of these. */
    public @Nullable BlockDevice device(long address) {
        return devices.get(address);
    }

    /** EFI_BLOCK_IO_MEDIA. */
    private static ByteWriter media(BlockDevice device) {
        ByteWriter out = new ByteWriter().u32(device.mediaId());
        out.u8(device.removable() ? 1 : 0).u8(1).u8(device.partition() ? 1 : 0);
        out.u8(device.backend().isReadOnly() ? 1 : 0).u8(1).alignTo(4);
        out.u32(device.blockBytes()).u32(0).alignTo(8);
        return out.u64(device.lastBlock()).u64(0).u32(1).u32(0);
    }

    private long call(Member member, Call call) {
        BlockDevice device = devices.get(call.argument(0));
        if (device == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case Reset -> EfiStatus.SUCCESS;
            case ReadBlocks -> transfer(Direction.READ, call, device, 3);
            case WriteBlocks -> transfer(Direction.WRITE, call, device, 3);
            case FlushBlocks -> transfers.flush(device);
        };
    }

    /** The token is the fourth argument, and the second of FlushBlocksEx(). */
    private long call2(Member2 member, Call call) {
        BlockDevice device = devices.get(call.argument(0));
        if (device == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case Reset -> EfiStatus.SUCCESS;
            case ReadBlocksEx ->
                    transfers.complete(call, 3, transfer(Direction.READ, call, device, 4));
            case WriteBlocksEx ->
                    transfers.complete(call, 3, transfer(Direction.WRITE, call, device, 4));
            case FlushBlocksEx -> transfers.complete(call, 1, transfers.flush(device));
        };
    }

    /**
     * @param size which argument is the size of the buffer, which is the next one
     */
    private long transfer(Direction direction, Call call, BlockDevice device, int size) {
        long status = check(call, device, size);
        return status != EfiStatus.SUCCESS
                ? status
                : transfers.transfer(
                        direction, call, device, call.argument(2) * device.blockBytes(), size);
    }

    private static long check(Call call, BlockDevice device, int size) {
        long lba = call.argument(2);
        long bytes = call.argument(size);
        if (call.int32(1) != device.mediaId()) {
            return EfiStatus.MEDIA_CHANGED;
        }
        if (bytes != 0 && call.argument(size + 1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (bytes < 0 || bytes % device.blockBytes() != 0) {
            return EfiStatus.BAD_BUFFER_SIZE;
        }
        long blocks = bytes / device.blockBytes();
        boolean inside =
                lba >= 0 && lba <= device.lastBlock() + 1 && blocks <= device.lastBlock() + 1 - lba;
        return inside ? EfiStatus.SUCCESS : EfiStatus.INVALID_PARAMETER;
    }
}
