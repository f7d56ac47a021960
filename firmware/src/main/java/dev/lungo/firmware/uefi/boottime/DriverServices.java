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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Binds drivers to controllers. UEFI 2.10, "ConnectController()" (7.3.12), "DisconnectController()"
 * (7.3.13).
 *
 * <p>The firmware's own drivers are asked in Java, so that they can be before there is a guest.
 */
public final class DriverServices {
    private static final Guid DRIVER_BINDING = DriverOrder.DRIVER_BINDING;

    // EFI_DRIVER_BINDING_PROTOCOL (11.1)
    private static final int SUPPORTED = 0;
    private static final int START = 8;
    private static final int STOP = 16;

    private static final int MOST_DRIVERS = 1024;

    /** So deep do controllers have children. */
    private static final int MOST_GENERATIONS = 16;

    private final HandleDatabase handles;
    private final GuestCalls calls;
    private final Pool pool;
    private final LinearMemory memory;
    private final DriverOrder order;

    /** By the address of their binding protocols. */
    private final Map<Long, OwnDriver> own = new HashMap<>();

    /**
     * @param memory as the firmware maps it
     */
    public DriverServices(
            HandleDatabase handles, GuestCalls calls, Pool pool, LinearMemory memory) {
        this.handles = handles;
        this.calls = calls;
        this.pool = pool;
        this.memory = memory;
        order = new DriverOrder(handles, calls, pool, memory);
    }

    /** Makes a driver of the firmware's own known. */
    public void add(long binding, OwnDriver driver) {
        own.put(binding, driver);
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

    // ---- Connecting

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

    /** Connects a controller and all below it to the best drivers there are. */
    public void connectAll(long controller) {
        connect(controller, 0, List.of(), /* recursive= */ true);
    }

    private long connect(long controller, long remaining, List<Long> first, boolean recursive) {
        return connect(controller, remaining, first, recursive, 0);
    }

    /**
     * @param remaining guest-linear, a device path or 0
     * @param first the handles of drivers that are asked before others
     */
    private long connect(
            long controller, long remaining, List<Long> first, boolean recursive, int generation) {
        boolean started = false;
        Set<Long> drivers = order.of(controller, first);
        // One that has started may have given the controller what another has been waiting for.
        for (boolean more = true; more; ) {
            more = false;
            for (long driver : new ArrayList<>(drivers)) {
                long binding = handles.address(driver, DRIVER_BINDING);
                boolean supported =
                        binding != 0
                                && handles.isHandle(controller)
                                && supported(binding, controller, remaining);
                if (supported) {
                    drivers.remove(driver);
                    more = true;
                    started |= start(binding, controller, remaining);
                }
            }
        }
        if (recursive && generation < MOST_GENERATIONS) {
            for (long child : children(controller, 0)) {
                connect(child, 0, List.of(), /* recursive= */ true, generation + 1);
            }
        }
        boolean atEnd = remaining != 0 && DevicePath.read(memory, remaining).isEmpty();
        return started || atEnd ? EfiStatus.SUCCESS : EfiStatus.NOT_FOUND;
    }

    private boolean supported(long binding, long controller, long remaining) {
        OwnDriver driver = own.get(binding);
        long status =
                driver != null
                        ? driver.supported(controller)
                        : call(binding, SUPPORTED, binding, controller, remaining);
        return status == EfiStatus.SUCCESS;
    }

    private boolean start(long binding, long controller, long remaining) {
        OwnDriver driver = own.get(binding);
        long status =
                driver != null
                        ? driver.start(controller)
                        : call(binding, START, binding, controller, remaining);
        return status == EfiStatus.SUCCESS;
    }

    private long call(long binding, int member, long... arguments) {
        return calls.call(memory.getLong(binding + member), arguments);
    }

    /**
     * The handles that use a controller's protocols as children.
     *
     * @param agent whose children, or 0 for everybody's
     */
    private Set<Long> children(long controller, long agent) {
        Set<Long> children = new LinkedHashSet<>();
        for (Open open : opens(controller)) {
            if (open.attributes == Open.BY_CHILD_CONTROLLER
                    && (agent == 0 || open.agent == agent)) {
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

    // ---- Disconnecting

    public long disconnectController(Call call) {
        long controller = call.argument(0);
        long driver = call.argument(1);
        long child = call.argument(2);
        boolean sound =
                handles.isHandle(controller)
                        && (driver == 0 || handles.has(driver, DRIVER_BINDING))
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
            if ((open.attributes & Open.BY_DRIVER) != 0 && (driver == 0 || open.agent == driver)) {
                agents.add(open.agent);
            }
        }
        boolean stopped = false;
        boolean refused = false;
        for (long agent : agents) {
            long binding = handles.address(agent, DRIVER_BINDING);
            Set<Long> children = children(controller, agent);
            if (binding != 0 && (child == 0 || children.contains(child))) {
                boolean ok = stop(controller, binding, children, child);
                stopped |= ok;
                refused |= !ok;
            }
        }
        if (agents.isEmpty() || stopped) {
            return EfiStatus.SUCCESS;
        }
        return refused ? EfiStatus.DEVICE_ERROR : EfiStatus.NOT_FOUND;
    }

    /** Stops children, and the controller once there are none left. */
    private boolean stop(long controller, long binding, Set<Long> children, long child) {
        List<Long> stopped = child == 0 ? new ArrayList<>(children) : List.of(child);
        if (!stopped.isEmpty() && stopOne(binding, controller, stopped) != EfiStatus.SUCCESS) {
            return false;
        }
        return stopped.size() < children.size()
                || stopOne(binding, controller, List.of()) == EfiStatus.SUCCESS;
    }

    private long stopOne(long binding, long controller, List<Long> children) {
        OwnDriver driver = own.get(binding);
        if (driver != null) {
            return driver.stop(controller, children);
        }
        if (children.isEmpty()) {
            return call(binding, STOP, binding, controller, 0, 0);
        }
        long buffer = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 8L * children.size());
        if (buffer < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        for (int i = 0; i < children.size(); i++) {
            memory.putLong(buffer + 8L * i, children.get(i));
        }
        long status = call(binding, STOP, binding, controller, children.size(), buffer);
        pool.free(buffer);
        return status;
    }
}
