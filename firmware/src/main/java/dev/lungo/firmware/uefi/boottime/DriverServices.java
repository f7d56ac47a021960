package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.BadPointer;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Installed;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Open;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Binds drivers that the guest has loaded to controllers. UEFI 2.10, "ConnectController()"
 * (7.3.12), "DisconnectController()" (7.3.13).
 *
 * <p>The firmware's own protocols are no drivers': they are where they are from the beginning. Left
 * out: the platform's, the family's and the bus's driver overrides.
 */
public final class DriverServices {
    static final Guid DRIVER_BINDING = Guid.parse("18a031ab-b443-4d1a-a5c0-0c09261e9f71");

    // EFI_DRIVER_BINDING_PROTOCOL (11.1)
    private static final int SUPPORTED = 0;
    private static final int START = 8;
    private static final int STOP = 16;
    private static final int VERSION = 24;
    private static final int DRIVER_BINDING_HANDLE = 40;

    private static final int BY_CHILD_CONTROLLER = 0x08;
    private static final int BY_DRIVER = 0x10;

    private static final int MOST_DRIVERS = 1024;

    /** So deep do controllers have children. */
    private static final int MOST_GENERATIONS = 16;

    private final HandleDatabase handles;
    private final GuestCalls calls;
    private final Pool pool;
    private final LinearMemory memory;

    /**
     * @param memory as the firmware maps it
     */
    public DriverServices(
            HandleDatabase handles, GuestCalls calls, Pool pool, LinearMemory memory) {
        this.handles = handles;
        this.calls = calls;
        this.pool = pool;
        this.memory = memory;
    }

    /** The path of a handle; null if it has none, or a broken one. */
    public @Nullable DevicePath devicePath(long handle) {
        long address = handles.address(handle, DevicePath.PROTOCOL);
        if (address == 0) {
            return null;
        }
        try {
            return DevicePath.read(memory, address);
        } catch (BadPointer _) {
            return null;
        }
    }

    public long connectController(Call call) {
        long controller = call.argument(0);
        long list = call.argument(1);
        if (!handles.isHandle(controller)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        List<Long> first = new ArrayList<>();
        for (int i = 0; list != 0 && i < MOST_DRIVERS; i++) {
            long driver = call.memory().getLong(list + 8L * i);
            if (driver == 0) {
                break;
            }
            first.add(driver);
        }
        return connect(controller, call.argument(2), first, call.bool(3));
    }

    /**
     * @param remaining guest-linear, a device path or 0
     * @param first the handles of drivers that are asked before others
     */
    long connect(long controller, long remaining, List<Long> first, boolean recursive) {
        return connect(controller, remaining, first, recursive, 0);
    }

    private long connect(
            long controller, long remaining, List<Long> first, boolean recursive, int generation) {
        boolean started = false;
        Set<Long> drivers = new LinkedHashSet<>();
        for (long each : first) {
            if (handles.has(each, DRIVER_BINDING)) {
                drivers.add(each);
            }
        }
        drivers.addAll(byVersion());
        for (long driver : drivers) {
            long binding = handles.address(driver, DRIVER_BINDING);
            if (binding != 0 && handles.isHandle(controller)) {
                long status = call(binding, SUPPORTED, binding, controller, remaining);
                if (status == EfiStatus.SUCCESS) {
                    status = call(binding, START, binding, controller, remaining);
                    started |= status == EfiStatus.SUCCESS;
                }
            }
        }
        if (recursive && generation < MOST_GENERATIONS) {
            for (long child : children(controller)) {
                connect(child, 0, List.of(), /* recursive= */ true, generation + 1);
            }
        }
        boolean atEnd = remaining != 0 && DevicePath.read(memory, remaining).isEmpty();
        return started || atEnd ? EfiStatus.SUCCESS : EfiStatus.NOT_FOUND;
    }

    private long call(long binding, int member, long... arguments) {
        return calls.call(memory.getLong(binding + member), arguments);
    }

    private List<Long> byVersion() {
        List<Long> drivers = handles.with(DRIVER_BINDING);
        drivers.sort((a, b) -> Integer.compareUnsigned(version(b), version(a)));
        return drivers;
    }

    private int version(long driver) {
        long binding = handles.address(driver, DRIVER_BINDING);
        return memory.contains(binding, DRIVER_BINDING_HANDLE + 8)
                ? memory.getInt(binding + VERSION)
                : 0;
    }

    private Set<Long> children(long controller) {
        Set<Long> children = new LinkedHashSet<>();
        for (Open open : opens(controller)) {
            if (open.attributes == BY_CHILD_CONTROLLER) {
                children.add(open.controller);
            }
        }
        return children;
    }

    private List<Open> opens(long handle) {
        List<Open> opens = new ArrayList<>();
        for (Guid guid : handles.protocols(handle)) {
            Installed installed = handles.find(handle, guid);
            if (installed != null) {
                opens.addAll(installed.opens);
            }
        }
        return opens;
    }

    public long disconnectController(Call call) {
        long controller = call.argument(0);
        long driver = call.argument(1);
        long child = call.argument(2);
        boolean sound =
                handles.isHandle(controller)
                        && (driver == 0 || handles.isHandle(driver))
                        && (child == 0 || handles.isHandle(child));
        return sound ? disconnect(controller, driver, child) : EfiStatus.INVALID_PARAMETER;
    }

    /**
     * @param driver or 0 for all of them
     * @param child or 0 for all of them
     */
    long disconnect(long controller, long driver, long child) {
        Set<Long> agents = new LinkedHashSet<>();
        for (Open open : opens(controller)) {
            if ((open.attributes & BY_DRIVER) != 0 && (driver == 0 || open.agent == driver)) {
                agents.add(open.agent);
            }
        }
        boolean stopped = false;
        for (long agent : agents) {
            long binding = handles.address(agent, DRIVER_BINDING);
            if (binding != 0) {
                stopped |= stop(controller, agent, binding, child);
            }
        }
        if (agents.isEmpty()) {
            return EfiStatus.SUCCESS;
        }
        return stopped ? EfiStatus.SUCCESS : EfiStatus.NOT_FOUND;
    }

    private boolean stop(long controller, long agent, long binding, long child) {
        Set<Long> children = new LinkedHashSet<>();
        for (Open open : opens(controller)) {
            if (open.attributes == BY_CHILD_CONTROLLER && open.agent == agent) {
                children.add(open.controller);
            }
        }
        boolean all = child == 0 || (children.contains(child) && children.size() == 1);
        Set<Long> stopped = child == 0 ? children : Set.of(child);
        if (child != 0 && !children.contains(child)) {
            return false;
        }
        boolean ok = stopped.isEmpty() || stopChildren(controller, binding, stopped);
        if (ok && all) {
            ok = call(binding, STOP, binding, controller, 0, 0) == EfiStatus.SUCCESS;
        }
        return ok;
    }

    private boolean stopChildren(long controller, long binding, Set<Long> children) {
        long buffer = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 8L * children.size());
        if (buffer < 0) {
            return false;
        }
        int i = 0;
        for (long each : children) {
            memory.putLong(buffer + 8L * i++, each);
        }
        long status = call(binding, STOP, binding, controller, children.size(), buffer);
        pool.free(buffer);
        return status == EfiStatus.SUCCESS;
    }
}
