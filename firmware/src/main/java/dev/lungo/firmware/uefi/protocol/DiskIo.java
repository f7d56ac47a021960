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
 * EFI_DISK_IO_PROTOCOL and EFI_DISK_IO2_PROTOCOL. UEFI 2.10, "EFI Disk I/O Protocol" (13.7), "EFI
 * Disk I/O 2 Protocol" (13.8).
 *
 * <p>Requests of the second kind are done before the call returns, and their events signalled.
 */
public final class DiskIo {
    public static final Guid GUID = Guid.parse("ce345171-ba0b-11d2-8e4f-00a0c969723b");
    public static final Guid GUID2 = Guid.parse("151c8eae-7f2c-472c-9e54-9828194f6a88");

    private static final long REVISION = 0x0001_0000;
    private static final long REVISION2 = 0x0002_0000;

    private enum Member {
        ReadDisk,
        WriteDisk
    }

    /** In the order of the interface. */
    private enum Member2 {
        Cancel,
        ReadDiskEx,
        WriteDiskEx,
        FlushDiskEx
    }

    private final Protocols protocols;
    private final Transfers transfers;
    private final long[] members;
    private final long[] members2;
    private final Map<Long, BlockDevice> devices = new HashMap<>();

    public DiskIo(Protocols protocols, Transfers transfers) {
        this.protocols = protocols;
        this.transfers = transfers;
        members = protocols.members("EFI_DISK_IO_PROTOCOL", Member.values(), this::call);
        members2 = protocols.members("EFI_DISK_IO2_PROTOCOL", Member2.values(), this::call2);
    }

    /** Makes both of a disk. */
    public List<Product> make(BlockDevice device) {
        ByteWriter first = new ByteWriter().u64(REVISION);
        ByteWriter second = new ByteWriter().u64(REVISION2);
        return List.of(
                known(device, protocols.product(GUID, Protocols.pointers(first, members))),
                known(device, protocols.product(GUID2, Protocols.pointers(second, members2))));
    }

    private Product known(BlockDevice device, Product product) {
        devices.put(product.address(), device);
        return product.andThen(() -> devices.remove(product.address()));
    }

    /** The disk behind an interface; null if it is not one of these. */
    public @Nullable BlockDevice device(long address) {
        return devices.get(address);
    }

    private long call(Member member, Call call) {
        BlockDevice device = devices.get(call.argument(0));
        if (device == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case ReadDisk -> transfer(Direction.READ, call, device, 3);
            case WriteDisk -> transfer(Direction.WRITE, call, device, 3);
        };
    }

    /** The token is the fourth argument, and the second of FlushDiskEx(). */
    private long call2(Member2 member, Call call) {
        BlockDevice device = devices.get(call.argument(0));
        if (device == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case Cancel -> EfiStatus.SUCCESS; // nothing is ever under way
            case ReadDiskEx ->
                    transfers.complete(call, 3, transfer(Direction.READ, call, device, 4));
            case WriteDiskEx ->
                    transfers.complete(call, 3, transfer(Direction.WRITE, call, device, 4));
            case FlushDiskEx -> transfers.complete(call, 1, transfers.flush(device));
        };
    }

    /**
     * @param size which argument is the size of the buffer, which is the next one
     */
    private long transfer(Direction direction, Call call, BlockDevice device, int size) {
        long status = check(call, device, size);
        return status != EfiStatus.SUCCESS
                ? status
                : transfers.transfer(direction, call, device, call.argument(2), size);
    }

    private static long check(Call call, BlockDevice device, int size) {
        long offset = call.argument(2);
        long bytes = call.argument(size);
        if (call.int32(1) != device.mediaId()) {
            return EfiStatus.MEDIA_CHANGED;
        }
        boolean inside = offset >= 0 && bytes >= 0 && offset <= device.backend().bytes() - bytes;
        return inside ? EfiStatus.SUCCESS : EfiStatus.INVALID_PARAMETER;
    }
}
