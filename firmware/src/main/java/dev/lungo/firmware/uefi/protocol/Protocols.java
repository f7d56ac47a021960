package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.OutOfResources;
import dev.lungo.firmware.uefi.Service;
import dev.lungo.firmware.uefi.Stubs;
import dev.lungo.firmware.uefi.boottime.EventServices;
import dev.lungo.firmware.uefi.boottime.HandleDatabase;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.Pool;

/**
 * What the firmware's own protocols are made of: stubs for their members, interfaces in guest
 * memory, handles.
 *
 * @param memory as the firmware maps it
 */
public record Protocols(
        LinearMemory memory, Stubs stubs, Pool pool, HandleDatabase handles, EventServices events) {
    /** Makes the members of a protocol, which all its interfaces share. */
    public <S extends Enum<S>> long[] members(String protocol, S[] slots, Service<S> service) {
        return stubs.add(protocol, slots, service);
    }

    /**
     * Places an interface, or what one points to.
     *
     * @throws OutOfResources if there is no memory left
     */
    public long place(byte[] bytes) {
        long at = give(bytes);
        if (at == 0) {
            throw OutOfResources.INSTANCE;
        }
        return at;
    }

    /** A protocol that is placed for one handle, and given back with it. */
    public Product product(Guid guid, ByteWriter bytes) {
        long at = place(bytes);
        return new Product(guid, at, () -> pool.free(at));
    }

    /** A device path for a handle to come. */
    public Product product(DevicePath path) {
        return product(DevicePath.PROTOCOL, new ByteWriter().bytes(path.toBytes()));
    }

    /** Makes a buffer that the caller gives back: its address, or 0 if there is no memory. */
    public long give(byte[] bytes) {
        long at = pool.allocate(MemoryType.BOOT_SERVICES_DATA, bytes.length);
        if (at < 0) {
            return 0;
        }
        memory.write(at, bytes);
        return at;
    }

    public long place(ByteWriter bytes) {
        return place(bytes.toBytes());
    }

    /** Installs a protocol; on a new handle if {@code handle} is 0. */
    public long install(long handle, Guid guid, long address) {
        long on = handles.install(handle, guid, address);
        if (on < 0) {
            throw OutOfResources.INSTANCE;
        }
        return on;
    }

    /** A new handle with a device path. */
    public long handle(DevicePath path) {
        return install(0, DevicePath.PROTOCOL, place(path.toBytes()));
    }

    /**
     * Ends a request that is already done.
     *
     * @param token 0, or where an event is that is 0 or wants to be signalled, and after it a
     *     status
     */
    long complete(LinearMemory of, long token, long status) {
        if (token != 0 && status == EfiStatus.SUCCESS && of.getLong(token) != 0) {
            of.putLong(token + 8, status);
            events.signal(of.getLong(token));
            events.dispatch();
        }
        return status;
    }

    /** Pointers to functions, one after the other. */
    public static ByteWriter pointers(ByteWriter out, long[] functions) {
        for (long function : functions) {
            out.u64(function);
        }
        return out;
    }
}
