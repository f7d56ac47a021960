package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.BadPointer;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.DevicePathText;
import dev.lungo.firmware.uefi.LinearMemory;

/**
 * EFI_DEVICE_PATH_TO_TEXT_PROTOCOL and EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL. UEFI 2.10, "Device Path
 * to Text Protocol" (10.6.2), "Device Path from Text Protocol" (10.6.3). What is made is in pool
 * memory that the caller gives back.
 */
public final class DevicePathTexts {
    private static final Guid TO_TEXT = Guid.parse("8b843e20-8132-4852-90cc-551a4e4a7f1c");
    private static final Guid FROM_TEXT = Guid.parse("05c99a21-c70f-4ad2-8a5f-35df3343f51e");

    private enum ToText {
        ConvertDeviceNodeToText,
        ConvertDevicePathToText
    }

    private enum FromText {
        ConvertTextToDeviceNode,
        ConvertTextToDevicePath
    }

    private final Protocols protocols;

    private DevicePathTexts(Protocols protocols) {
        this.protocols = protocols;
    }

    public static void install(Protocols protocols, long handle) {
        DevicePathTexts self = new DevicePathTexts(protocols);
        long[] to =
                protocols.members(
                        "EFI_DEVICE_PATH_TO_TEXT_PROTOCOL", ToText.values(), self::toText);
        long[] from =
                protocols.members(
                        "EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL", FromText.values(), self::fromText);
        protocols.install(
                handle, TO_TEXT, protocols.place(Protocols.pointers(new ByteWriter(), to)));
        protocols.install(
                handle, FROM_TEXT, protocols.place(Protocols.pointers(new ByteWriter(), from)));
    }

    private long toText(ToText member, Call call) {
        long at = call.argument(0);
        if (at == 0) {
            return 0;
        }
        try {
            String text =
                    switch (member) {
                        case ConvertDeviceNodeToText ->
                                DevicePathText.of(DevicePathUtilities.node(call.memory(), at));
                        case ConvertDevicePathToText ->
                                DevicePathText.of(DevicePath.read(call.memory(), at));
                    };
            return protocols.give(LinearMemory.text16(text));
        } catch (BadPointer _) {
            return 0;
        }
    }

    private long fromText(FromText member, Call call) {
        if (call.argument(0) == 0) {
            return 0;
        }
        try {
            String text = call.memory().text16(call.argument(0));
            return switch (member) {
                case ConvertTextToDeviceNode -> {
                    DevicePath.Node node = DevicePathText.node(text);
                    ByteWriter out = new ByteWriter().u8(node.type()).u8(node.subtype());
                    yield protocols.give(out.u16(node.length()).bytes(node.data()).toBytes());
                }
                case ConvertTextToDevicePath -> protocols.give(DevicePathText.path(text).toBytes());
            };
        } catch (BadPointer _) {
            return 0;
        }
    }
}
