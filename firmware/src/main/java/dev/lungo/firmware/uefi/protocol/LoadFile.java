package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.EfiStatus;

/**
 * Files that the user has given: EFI_LOAD_FILE_PROTOCOL, for what can be booted, and
 * EFI_LOAD_FILE2_PROTOCOL, for what is needed beside it. UEFI 2.10, "Load File Protocol" (13.1),
 * "Load File 2 Protocol" (13.2).
 */
public final class LoadFile {
    public static final Guid GUID = Guid.parse("56ec3091-954c-11d2-8e3f-00a0c969723b");
    public static final Guid GUID2 = Guid.parse("4006c0c1-fcb3-403e-996d-4a6c8724e06d");

    private enum Member {
        LoadFile
    }

    private final Guid guid;
    private final BootFile file;

    private LoadFile(Guid guid, BootFile file) {
        this.guid = guid;
        this.file = file;
    }

    /**
     * Makes a handle with a file.
     *
     * @param guid which of the two protocols
     * @param path the handle's, which is all that names the file
     */
    public static void install(Protocols protocols, DevicePath path, Guid guid, BootFile file) {
        LoadFile self = new LoadFile(guid, file);
        String name = guid.equals(GUID) ? "EFI_LOAD_FILE_PROTOCOL" : "EFI_LOAD_FILE2_PROTOCOL";
        long[] members = protocols.members(name, Member.values(), self::call);
        long at = protocols.place(Protocols.pointers(new ByteWriter(), members));
        protocols.install(protocols.handle(path), guid, at);
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case LoadFile -> loadFile(call);
        };
    }

    private long loadFile(Call call) {
        long sizeAt = call.argument(3);
        long buffer = call.argument(4);
        if (guid.equals(GUID2) && call.bool(2)) {
            return EfiStatus.UNSUPPORTED;
        }
        if (call.argument(1) == 0 || sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (!DevicePath.read(call.memory(), call.argument(1)).isEmpty()) {
            return EfiStatus.NOT_FOUND;
        }
        long room = call.memory().getLong(sizeAt);
        call.memory().putLong(sizeAt, file.length());
        if (buffer == 0 || Long.compareUnsigned(room, file.length()) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        call.memory().write(buffer, file.copy(0, file.length()));
        return EfiStatus.SUCCESS;
    }
}
