package dev.lungo.firmware.uefi.runtime;

/** EFI_RUNTIME_SERVICES, behind its header. UEFI 2.10, "EFI Runtime Services Table" (4.5). */
public enum RuntimeService {
    // spotless:off
    GetTime, SetTime, GetWakeupTime, SetWakeupTime,

    SetVirtualAddressMap, ConvertPointer,

    GetVariable, GetNextVariableName, SetVariable,

    GetNextHighMonotonicCount, ResetSystem,

    UpdateCapsule, QueryCapsuleCapabilities,

    QueryVariableInfo
    // spotless:on
}
