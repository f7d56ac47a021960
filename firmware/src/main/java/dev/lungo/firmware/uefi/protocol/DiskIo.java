package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import java.util.HashMap;
import java.util.Map;

/** EFI_DISK_IO_PROTOCOL. UEFI 2.10, "EFI Disk I/O Protocol" (13.7). */
public final class DiskIo {
    public static final Guid GUID = Guid.parse("ce345171-ba0b-11d2-8e4f-00a0c969723b");

    private static final long REVISION = 0x0001_0000;

    private enum Member {
        ReadDisk,
        WriteDisk
    }

    private final Protocols protocols;
    private final Transfers transfers;
    private final long[] members;
    private final Map<Long, BlockDevice> devices = new HashMap<>();

    public DiskIo(Protocols protocols, Transfers transfers) {
        this.protocols = protocols;
        this.transfers = transfers;
        members = protocols.members("EFI_DISK_IO_PROTOCOL", Member.values(), this::call);
    }

    public void install(long handle, BlockDevice device) {
        ByteWriter out = new ByteWriter().u64(REVISION);
        long at = protocols.place(Protocols.pointers(out, members));
        devices.put(at, device);
        protocols.install(handle, GUID, at);
    }

    private long call(Member member, Call call) {
        BlockDevice device = devices.get(call.argument(0));
        long offset = call.argument(2);
        long bytes = call.argument(3);
        if (device == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (call.int32(1) != BlockDevice.MEDIA_ID) {
            return EfiStatus.MEDIA_CHANGED;
        }
        if (offset < 0 || bytes < 0 || offset > device.backend().bytes() - bytes) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case ReadDisk -> transfers.read(device, offset, call.memory(), call.argument(4), bytes);
            case WriteDisk ->
                    device.backend().isReadOnly()
                            ? EfiStatus.WRITE_PROTECTED
                            : transfers.write(
                                    device, offset, call.memory(), call.argument(4), bytes);
        };
    }
}
