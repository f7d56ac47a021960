package dev.lungo.firmware.uefi.runtime;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.Service;

/**
 * Which method answers which runtime service. Operating systems may call from any processor: one
 * call is answered at a time.
 */
public record RuntimeServices(
        TimeServices time,
        VirtualMemoryServices virtualMemory,
        VariableServices variables,
        SystemServices system)
        implements Service<RuntimeService> {
    @Override
    public long call(RuntimeService slot, Call call) {
        return switch (slot) { // no default: a slot without an answer does not compile
            // spotless:off
            case GetTime -> time.getTime(call);
            case SetTime -> time.setTime(call);
            case GetWakeupTime -> time.getWakeupTime(call);
            case SetWakeupTime -> time.setWakeupTime(call);

            case SetVirtualAddressMap -> virtualMemory.setVirtualAddressMap(call);
            case ConvertPointer -> virtualMemory.convertPointer(call);

            case GetVariable -> variables.getVariable(call);
            case GetNextVariableName -> variables.getNextVariableName(call);
            case SetVariable -> variables.setVariable(call);

            case GetNextHighMonotonicCount -> system.getNextHighMonotonicCount(call);
            case ResetSystem -> system.resetSystem(call);

            case UpdateCapsule -> system.updateCapsule(call);
            case QueryCapsuleCapabilities -> system.queryCapsuleCapabilities(call);

            case QueryVariableInfo -> variables.queryVariableInfo(call);
            // spotless:on
        };
    }
}
