package dev.lungo.firmware.uefi.manager;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.protocol.LoadFile;
import dev.lungo.firmware.uefi.protocol.Protocols;
import java.util.Optional;

/**
 * A kernel that is an EFI application, given by the user and started before anything else.
 *
 * @param initrd which Linux looks for by a path of its own: Linux, Documentation/arch/x86/boot.rst,
 *     LINUX_EFI_INITRD_MEDIA_GUID
 */
public record GivenKernel(BootFile file, Optional<BootFile> initrd, String commandLine) {
    /** "Vendor-Defined Media Device Path" (10.3.5.3). */
    private static final int VENDOR = 3;

    private static final DevicePath KERNEL = media("4ab67d9f-b6a7-4d1b-8f4b-2f32f32a6a2c");
    private static final DevicePath INITRD = media("5568e427-68fc-4f3d-ac74-ca555231cc68");

    private static DevicePath media(String guid) {
        return DevicePath.EMPTY.vendor(DevicePath.MEDIA, VENDOR, Guid.parse(guid));
    }

    /** Makes what it is loaded by. */
    public void install(Protocols protocols) {
        LoadFile.install(protocols, KERNEL, LoadFile.GUID, file);
        initrd.ifPresent(has -> LoadFile.install(protocols, INITRD, LoadFile.GUID2, has));
    }

    DevicePath path() {
        return KERNEL;
    }

    /** What the kernel is told: text in CHAR16. */
    byte[] loadOptions() {
        return commandLine.isEmpty() ? new byte[0] : LinearMemory.text16(commandLine);
    }
}
