package dev.lungo.firmware.uefi.boottime;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.Service;
import dev.lungo.firmware.uefi.Unimplemented;
import java.util.function.ToLongFunction;

/** Which method answers which boot service. */
public record BootServices(
        EventServices events,
        MemoryServices memory,
        ProtocolServices protocols,
        OpenServices opens,
        ImageServices images,
        DriverServices drivers,
        MiscellaneousServices miscellaneous,
        ToLongFunction<Call> exitBootServices)
        implements Service<BootService> {
    @Override
    public long call(BootService slot, Call call) {
        return switch (slot) { // no default: a slot without an answer does not compile
            // spotless:off
            case RaiseTPL -> events.raiseTpl(call);
            case RestoreTPL -> events.restoreTpl(call);

            case AllocatePages -> memory.allocatePages(call);
            case FreePages -> memory.freePages(call);
            case GetMemoryMap -> memory.getMemoryMap(call);
            case AllocatePool -> memory.allocatePool(call);
            case FreePool -> memory.freePool(call);

            case CreateEvent -> events.createEvent(call);
            case SetTimer -> events.setTimer(call);
            case WaitForEvent -> events.waitForEvent(call);
            case SignalEvent -> events.signalEvent(call);
            case CloseEvent -> events.closeEvent(call);
            case CheckEvent -> events.checkEvent(call);

            case InstallProtocolInterface -> protocols.installProtocolInterface(call);
            case ReinstallProtocolInterface -> protocols.reinstallProtocolInterface(call);
            case UninstallProtocolInterface -> protocols.uninstallProtocolInterface(call);
            case HandleProtocol -> opens.handleProtocol(call);
            case Reserved -> throw Unimplemented.INSTANCE;
            case RegisterProtocolNotify -> protocols.registerProtocolNotify(call);
            case LocateHandle -> protocols.locateHandle(call);
            case LocateDevicePath -> protocols.locateDevicePath(call);
            case InstallConfigurationTable -> miscellaneous.installConfigurationTable(call);

            case LoadImage -> images.loadImage(call);
            case StartImage -> images.startImage(call);
            case Exit -> images.exit(call);
            case UnloadImage -> images.unloadImage(call);
            case ExitBootServices -> exitBootServices.applyAsLong(call);

            case GetNextMonotonicCount -> miscellaneous.getNextMonotonicCount(call);
            case Stall -> miscellaneous.stall(call);
            case SetWatchdogTimer -> miscellaneous.setWatchdogTimer(call);

            case ConnectController -> drivers.connectController(call);
            case DisconnectController -> drivers.disconnectController(call);

            case OpenProtocol -> opens.openProtocol(call);
            case CloseProtocol -> opens.closeProtocol(call);
            case OpenProtocolInformation -> opens.openProtocolInformation(call);

            case ProtocolsPerHandle -> protocols.protocolsPerHandle(call);
            case LocateHandleBuffer -> protocols.locateHandleBuffer(call);
            case LocateProtocol -> protocols.locateProtocol(call);
            case InstallMultipleProtocolInterfaces ->
                    protocols.installMultipleProtocolInterfaces(call);
            case UninstallMultipleProtocolInterfaces ->
                    protocols.uninstallMultipleProtocolInterfaces(call);

            case CalculateCrc32 -> miscellaneous.calculateCrc32(call);

            case CopyMem -> miscellaneous.copyMem(call);
            case SetMem -> miscellaneous.setMem(call);
            case CreateEventEx -> events.createEventEx(call);
            // spotless:on
        };
    }
}
