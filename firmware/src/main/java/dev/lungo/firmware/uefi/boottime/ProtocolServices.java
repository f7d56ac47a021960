package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Installed;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Open;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Registration;
import java.util.ArrayList;
import java.util.List;

/** The guest's way to the handle database. UEFI 2.10, "Protocol Handler Services" (7.3). */
public final class ProtocolServices {
    // EFI_LOCATE_SEARCH_TYPE
    private static final int ALL_HANDLES = 0;
    private static final int BY_REGISTER_NOTIFY = 1;
    private static final int BY_PROTOCOL = 2;

    /** The most pairs that an InstallMultipleProtocolInterfaces() may have. */
    private static final int MOST_PAIRS = 256;

    private final HandleDatabase handles;
    private final DriverServices drivers;
    private final EventServices events;
    private final Pool pool;

    public ProtocolServices(
            HandleDatabase handles, DriverServices drivers, EventServices events, Pool pool) {
        this.handles = handles;
        this.drivers = drivers;
        this.events = events;
        this.pool = pool;
    }

    // ---- Installing

    public long installProtocolInterface(Call call) {
        long handleAt = call.argument(0);
        long guidAt = call.argument(1);
        if (handleAt == 0 || guidAt == 0 || call.int32(2) != 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long handle = call.memory().getLong(handleAt);
        long status = installable(handle, call.memory().guid(guidAt));
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        return install(call, handleAt, call.memory().guid(guidAt), call.argument(3));
    }

    private long installable(long handle, Guid guid) {
        if (handle != 0 && (!handles.isHandle(handle) || handles.has(handle, guid))) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return EfiStatus.SUCCESS;
    }

    private long install(Call call, long handleAt, Guid guid, long address) {
        long handle = handles.install(call.memory().getLong(handleAt), guid, address);
        if (handle < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(handleAt, handle);
        events.dispatch();
        return EfiStatus.SUCCESS;
    }

    public long reinstallProtocolInterface(Call call) {
        long handle = call.argument(0);
        long guidAt = call.argument(1);
        if (!handles.isHandle(handle) || guidAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Guid guid = call.memory().guid(guidAt);
        Installed found = handles.find(handle, guid);
        if (found == null || found.address != call.argument(2)) {
            return EfiStatus.NOT_FOUND;
        }
        if (!release(handle, found)) {
            return EfiStatus.ACCESS_DENIED;
        }
        found.address = call.argument(3);
        handles.tell(handle, guid);
        drivers.connectAll(handle);
        events.dispatch();
        return EfiStatus.SUCCESS;
    }

    public long uninstallProtocolInterface(Call call) {
        long guidAt = call.argument(1);
        if (guidAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return uninstall(call.argument(0), call.memory().guid(guidAt), call.argument(2));
    }

    /**
     * Takes a protocol off a handle, once the drivers that use it have let go of it.
     *
     * @return an {@link EfiStatus}
     */
    public long uninstall(long handle, Guid guid, long address) {
        if (!handles.isHandle(handle)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Installed found = handles.find(handle, guid);
        if (found == null || found.address != address) {
            return EfiStatus.NOT_FOUND;
        }
        if (!release(handle, found)) {
            return EfiStatus.ACCESS_DENIED;
        }
        handles.remove(handle, guid);
        return EfiStatus.SUCCESS;
    }

    /** Has drivers let go of a protocol; false if somebody does not. */
    private boolean release(long handle, Installed installed) {
        for (Open open : new ArrayList<>(installed.opens)) {
            if ((open.attributes & Open.BY_DRIVER) != 0) {
                drivers.disconnect(handle, open.agent, 0);
            }
        }
        boolean used = false;
        List<Open> passive = new ArrayList<>();
        for (Open open : installed.opens) {
            if ((open.attributes & (Open.BY_DRIVER | Open.EXCLUSIVE | Open.BY_CHILD_CONTROLLER))
                    != 0) {
                used = true;
            } else {
                passive.add(open);
            }
        }
        if (used) {
            drivers.connectAll(handle);
            return false;
        }
        handles.removeOpens(installed, passive);
        return true;
    }

    public long installMultipleProtocolInterfaces(Call call) {
        long handleAt = call.argument(0);
        if (handleAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long before = call.memory().getLong(handleAt);
        List<Guid> done = new ArrayList<>();
        for (int i = 0; i < MOST_PAIRS && call.argument(1 + 2 * i) != 0; i++) {
            Guid guid = call.memory().guid(call.argument(1 + 2 * i));
            long address = call.argument(2 + 2 * i);
            long status = installable(call.memory().getLong(handleAt), guid);
            if (status == EfiStatus.SUCCESS
                    && guid.equals(DevicePath.PROTOCOL)
                    && hasDevicePath(DevicePath.read(call.memory(), address))) {
                status = EfiStatus.ALREADY_STARTED;
            }
            if (status == EfiStatus.SUCCESS) {
                status = install(call, handleAt, guid, address);
            }
            if (status != EfiStatus.SUCCESS) {
                long handle = call.memory().getLong(handleAt);
                done.forEach(each -> handles.remove(handle, each));
                call.memory().putLong(handleAt, before);
                return status;
            }
            done.add(guid);
        }
        return EfiStatus.SUCCESS;
    }

    private boolean hasDevicePath(DevicePath path) {
        for (long handle : handles.with(DevicePath.PROTOCOL)) {
            DevicePath other = drivers.devicePath(handle);
            if (other != null && other.equals(path)) {
                return true;
            }
        }
        return false;
    }

    public long uninstallMultipleProtocolInterfaces(Call call) {
        long handle = call.argument(0);
        List<Installed> done = new ArrayList<>();
        for (int i = 0; i < MOST_PAIRS && call.argument(1 + 2 * i) != 0; i++) {
            Guid guid = call.memory().guid(call.argument(1 + 2 * i));
            long address = call.argument(2 + 2 * i);
            if (uninstall(handle, guid, address) != EfiStatus.SUCCESS) {
                // Some may have been the last on the handle: they come back where there is one.
                for (Installed each : done) {
                    handles.install(handle, each.guid, each.address);
                }
                return EfiStatus.INVALID_PARAMETER;
            }
            done.add(new Installed(guid, address));
        }
        return EfiStatus.SUCCESS;
    }

    public long registerProtocolNotify(Call call) {
        long result = call.argument(2);
        if (call.argument(0) == 0 || result == 0 || !events.exists(call.argument(1))) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(result, 8);
        long id = handles.newRegistration(call.memory().guid(call.argument(0)), call.argument(1));
        if (id < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(result, id);
        return EfiStatus.SUCCESS;
    }

    // ---- Finding

    public long locateHandle(Call call) {
        long sizeAt = call.argument(3);
        if (sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        List<Long> found = new ArrayList<>();
        long status = search(call, found, /* takes= */ false);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        long room = call.memory().getLong(sizeAt);
        long bytes = 8L * found.size();
        call.memory().putLong(sizeAt, bytes);
        if (Long.compareUnsigned(room, bytes) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        if (call.argument(4) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        putAll(call.memory(), call.argument(4), found);
        search(call, new ArrayList<>(), /* takes= */ true);
        return EfiStatus.SUCCESS;
    }

    public long locateHandleBuffer(Call call) {
        long countAt = call.argument(3);
        long bufferAt = call.argument(4);
        if (countAt == 0 || bufferAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(countAt, 0);
        call.memory().putLong(bufferAt, 0);
        List<Long> found = new ArrayList<>();
        long status = search(call, found, /* takes= */ true);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        long buffer = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 8L * found.size());
        if (buffer < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        putAll(call.memory(), buffer, found);
        call.memory().putLong(countAt, found.size());
        call.memory().putLong(bufferAt, buffer);
        return EfiStatus.SUCCESS;
    }

    private static void putAll(LinearMemory memory, long at, List<Long> values) {
        memory.require(at, 8L * values.size());
        for (int i = 0; i < values.size(); i++) {
            memory.putLong(at + 8L * i, values.get(i));
        }
    }

    /**
     * @param takes whether a registration's next handle is used up
     */
    private long search(Call call, List<Long> into, boolean takes) {
        switch (call.int32(0)) {
            case ALL_HANDLES -> into.addAll(handles.all());
            case BY_REGISTER_NOTIFY -> {
                Registration registration = handles.registrations.get(call.argument(2));
                if (registration == null) {
                    return EfiStatus.INVALID_PARAMETER;
                }
                if (!registration.fresh.isEmpty()) {
                    into.add(registration.fresh.getFirst());
                    if (takes) {
                        registration.fresh.removeFirst();
                    }
                }
            }
            case BY_PROTOCOL -> {
                if (call.argument(1) == 0) {
                    return EfiStatus.INVALID_PARAMETER;
                }
                into.addAll(handles.with(call.memory().guid(call.argument(1))));
            }
            default -> {
                return EfiStatus.INVALID_PARAMETER;
            }
        }
        return into.isEmpty() ? EfiStatus.NOT_FOUND : EfiStatus.SUCCESS;
    }

    public long locateProtocol(Call call) {
        long result = call.argument(2);
        if (result == 0 || call.argument(0) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(result, 0);
        Guid guid = call.memory().guid(call.argument(0));
        if (call.argument(1) == 0) {
            List<Long> with = handles.with(guid);
            if (with.isEmpty()) {
                handles.noteMissing(guid);
                return EfiStatus.NOT_FOUND;
            }
            call.memory().putLong(result, handles.address(with.getFirst(), guid));
            return EfiStatus.SUCCESS;
        }
        Registration registration = handles.registrations.get(call.argument(1));
        if (registration == null || registration.fresh.isEmpty()) {
            return EfiStatus.NOT_FOUND;
        }
        call.memory()
                .putLong(
                        result,
                        handles.address(registration.fresh.removeFirst(), registration.guid));
        return EfiStatus.SUCCESS;
    }

    public long locateDevicePath(Call call) {
        long pathAt = call.argument(1);
        long result = call.argument(2);
        if (call.argument(0) == 0 || pathAt == 0 || call.memory().getLong(pathAt) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Guid guid = call.memory().guid(call.argument(0));
        long address = call.memory().getLong(pathAt);
        DevicePath wanted = DevicePath.read(call.memory(), address).firstInstance();
        long best = 0;
        int matched = -1;
        for (long handle : handles.with(guid)) {
            DevicePath path = drivers.devicePath(handle);
            if (path != null && path.nodeBytes() > matched && wanted.startsWith(path)) {
                best = handle;
                matched = path.nodeBytes();
            }
        }
        if (matched < 0) {
            return EfiStatus.NOT_FOUND;
        }
        if (result == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(result, best);
        call.memory().putLong(pathAt, address + matched);
        return EfiStatus.SUCCESS;
    }

    public long protocolsPerHandle(Call call) {
        long bufferAt = call.argument(1);
        long countAt = call.argument(2);
        if (!handles.isHandle(call.argument(0)) || bufferAt == 0 || countAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        List<Guid> guids = handles.protocols(call.argument(0));
        // The caller gives back the list of pointers, not what they point to: that is in it, too.
        long buffer = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 24L * guids.size());
        if (buffer < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        long at = buffer + 8L * guids.size();
        for (int i = 0; i < guids.size(); i++) {
            call.memory().putLong(buffer + 8L * i, at + 16L * i);
            call.memory().putGuid(at + 16L * i, guids.get(i));
        }
        call.memory().putLong(bufferAt, buffer);
        call.memory().putLong(countAt, guids.size());
        return EfiStatus.SUCCESS;
    }
}
