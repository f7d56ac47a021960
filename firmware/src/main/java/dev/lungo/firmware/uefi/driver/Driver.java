package dev.lungo.firmware.uefi.driver;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.OutOfResources;
import dev.lungo.firmware.uefi.boottime.HandleDatabase;
import dev.lungo.firmware.uefi.boottime.OpenServices;
import dev.lungo.firmware.uefi.boottime.OwnDriver;
import dev.lungo.firmware.uefi.boottime.ProtocolServices;
import dev.lungo.firmware.uefi.driver.Made.Child;
import dev.lungo.firmware.uefi.protocol.Product;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A driver of the firmware's: it takes over controllers by one of their protocols, and installs
 * others on them, or makes children. UEFI 2.10, "EFI Driver Binding Protocol" (11.1).
 */
final class Driver implements OwnDriver {
    /** A controller under this driver, and the handles of those children that are left. */
    private record Managed(Made made, Map<Long, Child> children) {}

    private final HandleDatabase handles;
    private final ProtocolServices protocols;
    private final OpenServices opens;
    private final String name;
    private final Guid uses;
    private final Maker maker;
    private final long handle;
    private final Map<Long, Managed> managed = new HashMap<>();

    /**
     * @param uses the protocol by which it takes over a controller
     * @param handle its own
     */
    Driver(
            HandleDatabase handles,
            ProtocolServices protocols,
            OpenServices opens,
            String name,
            Guid uses,
            Maker maker,
            long handle) {
        this.handles = handles;
        this.protocols = protocols;
        this.opens = opens;
        this.name = name;
        this.uses = uses;
        this.maker = maker;
        this.handle = handle;
    }

    String name() {
        return name;
    }

    /**
     * The name of a controller that it manages, or of a child of that.
     *
     * @param child or 0
     * @return null if it does not manage it, empty if it has no name
     */
    @Nullable String nameOf(long controller, long child) {
        Managed found = managed(controller);
        if (found == null) {
            return null;
        }
        if (child == 0) {
            return found.made.name();
        }
        Child of = found.children.get(child);
        return of == null ? null : of.name();
    }

    /** Null if it is not under this driver, or the guest has closed behind its back. */
    private @Nullable Managed managed(long controller) {
        return opens.driverOf(controller, uses) == handle ? managed.get(controller) : null;
    }

    @Override
    public long supported(long controller) {
        if (managed(controller) != null) {
            return EfiStatus.ALREADY_STARTED;
        }
        if (opens.driverOf(controller, uses) != 0) {
            return EfiStatus.ACCESS_DENIED;
        }
        return handles.has(controller, uses) && maker.look(controller) != null
                ? EfiStatus.SUCCESS
                : EfiStatus.UNSUPPORTED;
    }

    @Override
    public long start(long controller) {
        Maker.Start start = handles.has(controller, uses) ? maker.look(controller) : null;
        if (start == null) {
            return EfiStatus.UNSUPPORTED;
        }
        long status = opens.openByDriver(controller, uses, handle);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        try {
            Managed now = new Managed(start.make(), new HashMap<>());
            managed.put(controller, now);
            if (install(controller, now)) {
                return EfiStatus.SUCCESS;
            }
            stop(controller, new ArrayList<>(now.children.keySet()));
            stop(controller, List.of());
        } catch (OutOfResources _) {
            opens.close(controller, uses, handle, controller);
        }
        return EfiStatus.OUT_OF_RESOURCES;
    }

    private boolean install(long controller, Managed now) {
        for (Product each : now.made.onController()) {
            if (handles.has(controller, each.guid())
                    || handles.install(controller, each.guid(), each.address()) < 0) {
                return false;
            }
        }
        for (Child child : now.made.children()) {
            long at = 0;
            for (Product each : child.onHandle()) {
                long on = at < 0 ? at : handles.install(at, each.guid(), each.address());
                if (on >= 0) {
                    now.children.put(on, child);
                }
                at = on;
            }
            if (at < 0 || !opens.openForChild(controller, uses, handle, at)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long stop(long controller, List<Long> children) {
        Managed now = managed(controller);
        if (now == null) {
            return EfiStatus.DEVICE_ERROR;
        }
        for (long child : children) {
            Child of = now.children.get(child);
            if (of == null || !uninstall(child, of.onHandle())) {
                return EfiStatus.DEVICE_ERROR;
            }
            opens.close(controller, uses, handle, child);
            now.children.remove(child);
        }
        if (!children.isEmpty()) {
            return EfiStatus.SUCCESS;
        }
        if (!now.children.isEmpty() || !uninstall(controller, now.made.onController())) {
            return EfiStatus.DEVICE_ERROR;
        }
        opens.close(controller, uses, handle, controller);
        managed.remove(controller);
        return EfiStatus.SUCCESS;
    }

    /** All, or none if somebody does not let go of one. */
    private boolean uninstall(long on, List<Product> products) {
        List<Product> gone = new ArrayList<>();
        for (Product each : products.reversed()) {
            long status = protocols.uninstall(on, each.guid(), each.address());
            if (status == EfiStatus.ACCESS_DENIED) {
                gone.reversed().forEach(back -> handles.install(on, back.guid(), back.address()));
                return false;
            }
            gone.add(each);
        }
        gone.forEach(each -> each.discard().run());
        return true;
    }
}
