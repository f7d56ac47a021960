package dev.lungo.firmware.uefi.boottime;

/** EFI_BOOT_SERVICES, behind its header. UEFI 2.10, "EFI Boot Services Table" (4.4). */
public enum BootService {
    // spotless:off
    RaiseTPL, RestoreTPL,

    AllocatePages, FreePages, GetMemoryMap, AllocatePool, FreePool,

    CreateEvent, SetTimer, WaitForEvent, SignalEvent, CloseEvent, CheckEvent,

    InstallProtocolInterface, ReinstallProtocolInterface, UninstallProtocolInterface,
    HandleProtocol, Reserved, RegisterProtocolNotify, LocateHandle, LocateDevicePath,
    InstallConfigurationTable,

    LoadImage, StartImage, Exit, UnloadImage, ExitBootServices,

    GetNextMonotonicCount, Stall, SetWatchdogTimer,

    ConnectController, DisconnectController,

    OpenProtocol, CloseProtocol, OpenProtocolInformation,

    ProtocolsPerHandle, LocateHandleBuffer, LocateProtocol,
    InstallMultipleProtocolInterfaces, UninstallMultipleProtocolInterfaces,

    CalculateCrc32,

    CopyMem, SetMem, CreateEventEx
    // spotless:on
}
