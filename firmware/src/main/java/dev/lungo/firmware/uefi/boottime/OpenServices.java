package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Installed;
import dev.lungo.firmware.uefi.boottime.HandleDatabase.Open;
import java.util.ArrayList;
import java.util.List;

/**
 * Who uses which protocol on which handle. UEFI 2.10, "OpenProtocol()" (7.3.9), "CloseProtocol()"
 * (7.3.10), "OpenProtocolInformation()" (7.3.11).
 */
public final class OpenServices {
    private static final int INFORMATION_BYTES = 24;

    private final HandleDatabase handles;
    private final DriverServices drivers;
    private final Pool pool;

    /** The firmware as an agent, for HandleProtocol(). */
    private final long firmware;

    public OpenServices(HandleDatabase handles, DriverServices drivers, Pool pool, long firmware) {
        this.handles = handles;
        this.drivers = drivers;
        this.pool = pool;
        this.firmware = firmware;
    }

    public long handleProtocol(Call call) {
        return open(
                call,
                call.argument(0),
                call.argument(1),
                call.argument(2),
                new Open(firmware, 0, Open.BY_HANDLE_PROTOCOL));
    }

    public long openProtocol(Call call) {
        Open open = new Open(call.argument(3), call.argument(4), call.int32(5));
        return open(call, call.argument(0), call.argument(1), call.argument(2), open);
    }

    private long open(Call call, long handle, long guidAt, long result, Open open) {
        if (!handles.isHandle(handle)
                || guidAt == 0
                || (result == 0 && open.attributes != Open.TEST_PROTOCOL)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (!isSound(handle, open)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Installed found = handles.find(handle, call.memory().guid(guidAt));
        if (found == null) {
            if (result != 0 && open.attributes != Open.TEST_PROTOCOL) {
                call.memory().putLong(result, 0);
            }
            return EfiStatus.UNSUPPORTED;
        }
        long status = add(handle, found, open);
        boolean gives = status == EfiStatus.SUCCESS || status == EfiStatus.ALREADY_STARTED;
        if (gives && open.attributes != Open.TEST_PROTOCOL) {
            call.memory().putLong(result, found.address);
        }
        return status;
    }

    private boolean isSound(long handle, Open open) {
        return switch (open.attributes) {
            case Open.BY_HANDLE_PROTOCOL, Open.GET_PROTOCOL, Open.TEST_PROTOCOL -> true;
            case Open.BY_CHILD_CONTROLLER ->
                    handles.isHandle(open.agent)
                            && handles.isHandle(open.controller)
                            && open.controller != handle;
            case Open.BY_DRIVER, Open.BY_DRIVER | Open.EXCLUSIVE ->
                    handles.isHandle(open.agent) && handles.isHandle(open.controller);
            case Open.EXCLUSIVE -> handles.isHandle(open.agent);
            default -> false;
        };
    }

    /** "OpenProtocol()" (7.3.9), its rules about who may open beside whom. */
    private long add(long handle, Installed installed, Open wanted) {
        int exclusive = wanted.attributes & Open.EXCLUSIVE;
        if ((wanted.attributes & (Open.BY_DRIVER | Open.EXCLUSIVE)) != 0) {
            for (Open other : new ArrayList<>(installed.opens)) {
                boolean byDriver = (other.attributes & Open.BY_DRIVER) != 0;
                boolean byExclusive = (other.attributes & Open.EXCLUSIVE) != 0;
                if (byDriver && same(other, wanted) && other.attributes == wanted.attributes) {
                    return EfiStatus.ALREADY_STARTED;
                }
                if (byExclusive || (byDriver && exclusive == 0)) {
                    return EfiStatus.ACCESS_DENIED;
                }
            }
        }
        if (exclusive != 0 && !disconnectDrivers(handle, installed)) {
            return EfiStatus.ACCESS_DENIED;
        }
        if (handles.find(handle, installed.guid) != installed) {
            return EfiStatus.UNSUPPORTED; // a driver that stopped has taken it away
        }
        if (wanted.agent == 0) {
            return EfiStatus.SUCCESS;
        }
        for (Open other : installed.opens) {
            if (same(other, wanted) && other.attributes == wanted.attributes) {
                other.count++;
                return EfiStatus.SUCCESS;
            }
        }
        return handles.addOpen(installed, wanted) ? EfiStatus.SUCCESS : EfiStatus.OUT_OF_RESOURCES;
    }

    private static boolean same(Open a, Open b) {
        return a.agent == b.agent && a.controller == b.controller;
    }

    private boolean disconnectDrivers(long handle, Installed installed) {
        for (Open open : new ArrayList<>(installed.opens)) {
            if ((open.attributes & Open.BY_DRIVER) != 0) {
                drivers.disconnect(handle, open.agent, 0);
            }
        }
        for (Open open : installed.opens) {
            if ((open.attributes & Open.BY_DRIVER) != 0) {
                return false;
            }
        }
        return true;
    }

    public long closeProtocol(Call call) {
        long handle = call.argument(0);
        long agent = call.argument(2);
        long controller = call.argument(3);
        boolean sound =
                handles.isHandle(handle)
                        && handles.isHandle(agent)
                        && (controller == 0 || handles.isHandle(controller));
        if (!sound || call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Installed found = handles.find(handle, call.memory().guid(call.argument(1)));
        if (found == null) {
            return EfiStatus.NOT_FOUND;
        }
        return close(found, agent, controller) ? EfiStatus.SUCCESS : EfiStatus.NOT_FOUND;
    }

    private boolean close(Installed installed, long agent, long controller) {
        List<Open> closed = new ArrayList<>();
        for (Open open : installed.opens) {
            if (open.agent == agent && open.controller == controller) {
                closed.add(open);
            }
        }
        handles.removeOpens(installed, closed);
        return !closed.isEmpty();
    }

    // ---- For the firmware's own drivers

    /**
     * A driver takes over a controller by one of its protocols.
     *
     * @return an {@link EfiStatus}
     */
    public long openByDriver(long controller, Guid guid, long driver) {
        Installed found = handles.find(controller, guid);
        return found == null
                ? EfiStatus.UNSUPPORTED
                : add(controller, found, new Open(driver, controller, Open.BY_DRIVER));
    }

    /** A driver has made a child that uses a controller's protocol. False if there is no room. */
    public boolean openForChild(long controller, Guid guid, long driver, long child) {
        Installed found = handles.find(controller, guid);
        Open open = new Open(driver, child, Open.BY_CHILD_CONTROLLER);
        return found != null && add(controller, found, open) == EfiStatus.SUCCESS;
    }

    /** Undoes one of these. */
    public void close(long controller, Guid guid, long driver, long opener) {
        Installed found = handles.find(controller, guid);
        if (found != null) {
            close(found, driver, opener);
        }
    }

    /** The driver that has taken over a controller by one of its protocols, or 0. */
    public long driverOf(long controller, Guid guid) {
        Installed found = handles.find(controller, guid);
        if (found != null) {
            for (Open open : found.opens) {
                if ((open.attributes & Open.BY_DRIVER) != 0) {
                    return open.agent;
                }
            }
        }
        return 0;
    }

    public long openProtocolInformation(Call call) {
        long bufferAt = call.argument(2);
        long countAt = call.argument(3);
        if (call.argument(1) == 0 || bufferAt == 0 || countAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(bufferAt, 0);
        call.memory().putLong(countAt, 0);
        Installed found = handles.find(call.argument(0), call.memory().guid(call.argument(1)));
        if (found == null) {
            return EfiStatus.NOT_FOUND;
        }
        List<Open> opens = found.opens;
        long bytes = (long) INFORMATION_BYTES * opens.size();
        long buffer = pool.allocate(MemoryType.BOOT_SERVICES_DATA, bytes);
        if (buffer < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        for (int i = 0; i < opens.size(); i++) {
            long at = buffer + (long) INFORMATION_BYTES * i;
            call.memory().putLong(at, opens.get(i).agent);
            call.memory().putLong(at + 8, opens.get(i).controller);
            call.memory().putInt(at + 16, opens.get(i).attributes);
            call.memory().putInt(at + 20, opens.get(i).count);
        }
        call.memory().putLong(bufferAt, buffer);
        call.memory().putLong(countAt, opens.size());
        return EfiStatus.SUCCESS;
    }
}
