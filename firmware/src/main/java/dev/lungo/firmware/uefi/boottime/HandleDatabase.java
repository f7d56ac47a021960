package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Handles and the protocols on them. UEFI 2.10, "Protocol Handler Services" (7.3).
 *
 * <p>The firmware installs its own protocols here; the guest's way is {@link ProtocolServices}.
 */
public final class HandleDatabase {
    /** As many protocols as may be installed, so that no guest makes this grow without end. */
    private static final int MOST_INTERFACES = 1 << 14;

    /** As many entries about who has opened protocols. */
    private static final int MOST_OPENS = 1 << 16;

    /** Who has opened a protocol. "OpenProtocol()" (7.3.9). */
    static final class Open {
        // Attributes (table 7.11)
        static final int BY_HANDLE_PROTOCOL = 0x01;
        static final int GET_PROTOCOL = 0x02;
        static final int TEST_PROTOCOL = 0x04;
        static final int BY_CHILD_CONTROLLER = 0x08;
        static final int BY_DRIVER = 0x10;
        static final int EXCLUSIVE = 0x20;

        final long agent;
        final long controller;
        final int attributes;
        int count = 1;

        Open(long agent, long controller, int attributes) {
            this.agent = agent;
            this.controller = controller;
            this.attributes = attributes;
        }
    }

    /** A protocol on a handle. */
    static final class Installed {
        final Guid guid;
        long address;
        final List<Open> opens = new ArrayList<>();

        Installed(Guid guid, long address) {
            this.guid = guid;
            this.address = address;
        }
    }

    /** Who wants to know of a protocol's installations, and which handles it has not yet asked. */
    static final class Registration {
        final Guid guid;
        final long event;
        final List<Long> fresh = new ArrayList<>();

        Registration(Guid guid, long event) {
            this.guid = guid;
            this.event = event;
        }
    }

    private final Consumer<Guid> onMissing;
    private final Pool pool;
    private final EventServices events;

    /** In the order of their creation. */
    private final Map<Long, Map<Guid, Installed>> handles = new LinkedHashMap<>();

    final Map<Long, Registration> registrations = new LinkedHashMap<>();
    private int interfaces;
    private int opens;

    /**
     * @param onMissing is told of protocols that somebody has looked for in vain
     */
    public HandleDatabase(Pool pool, EventServices events, Consumer<Guid> onMissing) {
        this.onMissing = onMissing;
        this.pool = pool;
        this.events = events;
    }

    public boolean isHandle(long handle) {
        return handles.containsKey(handle);
    }

    /** All handles, the oldest first. */
    public List<Long> all() {
        return new ArrayList<>(handles.keySet());
    }

    /** Those with a protocol, the oldest first. */
    public List<Long> with(Guid guid) {
        List<Long> found = new ArrayList<>();
        for (var entry : handles.entrySet()) {
            if (entry.getValue().containsKey(guid)) {
                found.add(entry.getKey());
            }
        }
        return found;
    }

    /** The protocols on a handle; none if it is no handle. */
    public List<Guid> protocols(long handle) {
        Map<Guid, Installed> on = handles.get(handle);
        return on == null ? List.of() : new ArrayList<>(on.keySet());
    }

    @Nullable Installed find(long handle, Guid guid) {
        Map<Guid, Installed> on = handles.get(handle);
        return on == null ? null : on.get(guid);
    }

    /** Somebody has looked for a protocol that is nowhere. */
    void noteMissing(Guid guid) {
        onMissing.accept(guid);
    }

    /** The interface of a protocol on a handle, or 0. */
    public long address(long handle, Guid guid) {
        Installed found = find(handle, guid);
        return found == null ? 0 : found.address;
    }

    public boolean has(long handle, Guid guid) {
        return find(handle, guid) != null;
    }

    /** A protocol on any handle, or 0. */
    public long address(Guid guid) {
        for (Map<Guid, Installed> on : handles.values()) {
            Installed found = on.get(guid);
            if (found != null) {
                return found.address;
            }
        }
        return 0;
    }

    /**
     * Installs a protocol that is not yet on the handle.
     *
     * @param handle or 0 for a new one
     * @return the handle, or negative if there is no room
     */
    public long install(long handle, Guid guid, long address) {
        if (interfaces >= MOST_INTERFACES) {
            return -1;
        }
        long at = handle == 0 ? pool.allocate(MemoryType.BOOT_SERVICES_DATA, 1) : handle;
        if (at < 0) {
            return -1;
        }
        handles.computeIfAbsent(at, _ -> new LinkedHashMap<>())
                .put(guid, new Installed(guid, address));
        interfaces++;
        tell(at, guid);
        return at;
    }

    /** Tells those who registered for it that a protocol is on a handle anew. */
    void tell(long handle, Guid guid) {
        for (Registration registration : registrations.values()) {
            if (registration.guid.equals(guid)) {
                if (!registration.fresh.contains(handle)) {
                    registration.fresh.add(handle);
                }
                events.signal(registration.event);
            }
        }
    }

    /** Takes a protocol off. A handle without any is none any more. */
    public void remove(long handle, Guid guid) {
        Map<Guid, Installed> on = handles.get(handle);
        if (on == null) {
            return;
        }
        Installed removed = on.remove(guid);
        if (removed != null) {
            interfaces--;
            opens -= removed.opens.size();
        }
        for (Registration registration : registrations.values()) {
            if (registration.guid.equals(guid)) {
                registration.fresh.remove(handle);
            }
        }
        if (on.isEmpty()) {
            handles.remove(handle);
            pool.free(handle);
        }
    }

    /** False if there is no room for it. */
    boolean addOpen(Installed installed, Open open) {
        if (opens >= MOST_OPENS) {
            return false;
        }
        installed.opens.add(open);
        opens++;
        return true;
    }

    void removeOpens(Installed installed, List<Open> closed) {
        installed.opens.removeAll(closed);
        opens -= closed.size();
    }

    /** An agent is gone, and has closed whatever it had opened. */
    void forget(long agent) {
        for (Map<Guid, Installed> on : handles.values()) {
            for (Installed installed : on.values()) {
                List<Open> closed = new ArrayList<>();
                for (Open open : installed.opens) {
                    if (open.agent == agent) {
                        closed.add(open);
                    }
                }
                removeOpens(installed, closed);
            }
        }
    }

    long newRegistration(Guid guid, long event) {
        long id = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 1);
        if (id >= 0) {
            Registration registration = new Registration(guid, event);
            registration.fresh.addAll(with(guid));
            registrations.put(id, registration);
        }
        return id;
    }
}
