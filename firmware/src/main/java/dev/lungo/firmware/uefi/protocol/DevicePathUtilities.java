package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.BadPointer;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.DevicePath.Node;
import dev.lungo.firmware.uefi.LinearMemory;

/**
 * EFI_DEVICE_PATH_UTILITIES_PROTOCOL. UEFI 2.10, "Device Path Utilities Protocol" (10.5). What is
 * made is in pool memory that the caller gives back; 0 stands for no path.
 */
public final class DevicePathUtilities {
    private static final Guid GUID = Guid.parse("0379be4e-d706-437d-b037-edb82fb772a4");

    private static final int HEADER_BYTES = 4;
    private static final int END_INSTANCE = 1;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        GetDevicePathSize, DuplicateDevicePath, AppendDevicePath, AppendDeviceNode,
        AppendDevicePathInstance, GetNextDevicePathInstance, IsDevicePathMultiInstance,
        CreateDeviceNode
        // spotless:on
    }

    private final Protocols protocols;

    private DevicePathUtilities(Protocols protocols) {
        this.protocols = protocols;
    }

    public static void install(Protocols protocols, long handle) {
        DevicePathUtilities self = new DevicePathUtilities(protocols);
        long[] members =
                protocols.members(
                        "EFI_DEVICE_PATH_UTILITIES_PROTOCOL", Member.values(), self::call);
        ByteWriter out = Protocols.pointers(new ByteWriter(), members);
        protocols.install(handle, GUID, protocols.place(out));
    }

    private long call(Member member, Call call) {
        try {
            return switch (member) {
                case GetDevicePathSize -> call.argument(0) == 0 ? 0 : path(call, 0).length();
                case DuplicateDevicePath ->
                        call.argument(0) == 0 ? 0 : protocols.give(path(call, 0).toBytes());
                case AppendDevicePath ->
                        protocols.give(path(call, 0).with(path(call, 1)).toBytes());
                case AppendDeviceNode -> appendNode(call);
                case AppendDevicePathInstance -> appendInstance(call);
                case GetNextDevicePathInstance -> nextInstance(call);
                case IsDevicePathMultiInstance -> isMultiInstance(path(call, 0)) ? 1 : 0;
                case CreateDeviceNode -> createNode(call);
            };
        } catch (BadPointer _) {
            return 0; // these functions answer with a pointer, a size or a truth value
        }
    }

    private static DevicePath path(Call call, int argument) {
        long at = call.argument(argument);
        return at == 0 ? DevicePath.EMPTY : DevicePath.read(call.memory(), at);
    }

    private long appendNode(Call call) {
        long at = call.argument(1);
        DevicePath path = path(call, 0);
        return protocols.give((at == 0 ? path : path.with(node(call.memory(), at))).toBytes());
    }

    static Node node(LinearMemory memory, long at) {
        int length = memory.getShort(at + 2);
        if (length < HEADER_BYTES) {
            throw BadPointer.INSTANCE;
        }
        byte[] data = memory.read(at + HEADER_BYTES, (long) length - HEADER_BYTES);
        return new Node(memory.getByte(at), memory.getByte(at + 1), data);
    }

    private long appendInstance(Call call) {
        if (call.argument(1) == 0) {
            return 0;
        }
        if (call.argument(0) == 0) {
            return protocols.give(path(call, 1).toBytes());
        }
        DevicePath first = path(call, 0).with(DevicePath.END, END_INSTANCE, new byte[0]);
        return protocols.give(first.with(path(call, 1)).toBytes());
    }

    private long nextInstance(Call call) {
        LinearMemory memory = call.memory();
        long at = memory.getLong(call.argument(0));
        if (at == 0) {
            return 0;
        }
        DevicePath all = DevicePath.read(memory, at);
        DevicePath first = all.firstInstance();
        boolean last = first.nodeBytes() == all.nodeBytes();
        memory.putLong(call.argument(0), last ? 0 : at + first.nodeBytes() + HEADER_BYTES);
        if (call.argument(1) != 0) {
            memory.putLong(call.argument(1), first.length());
        }
        return protocols.give(first.toBytes());
    }

    private static boolean isMultiInstance(DevicePath path) {
        return path.firstInstance().nodeBytes() != path.nodeBytes();
    }

    private long createNode(Call call) {
        int length = call.int16(2);
        if (length < HEADER_BYTES) {
            return 0;
        }
        byte[] node = new byte[length];
        node[0] = (byte) call.argument(0);
        node[1] = (byte) call.argument(1);
        node[2] = (byte) length;
        node[3] = (byte) (length >> 8);
        return protocols.give(node);
    }
}
