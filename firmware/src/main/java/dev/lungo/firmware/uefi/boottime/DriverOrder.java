package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.firmware.uefi.LinearMemory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * In which order drivers are asked about a controller. UEFI 2.10, "ConnectController()" (7.3.12):
 * the caller's list, the platform's overrides (11.3), the families' (11.10), the bus's (11.5), and
 * then all that there are by their versions.
 */
final class DriverOrder {
    static final Guid DRIVER_BINDING = Guid.parse("18a031ab-b443-4d1a-a5c0-0c09261e9f71");

    private static final Guid PLATFORM_OVERRIDE =
            Guid.parse("6b30c738-a391-11d4-9a3b-0090273fc14d");
    private static final Guid FAMILY_OVERRIDE = Guid.parse("b1ee129e-da36-4181-91f8-04a4923766a7");
    private static final Guid BUS_OVERRIDE = Guid.parse("3bc1b285-8a15-4a82-aabf-4d7d13fb3265");

    // EFI_DRIVER_BINDING_PROTOCOL (11.1)
    private static final int VERSION = 24;
    private static final int IMAGE_HANDLE = 32;
    private static final int BYTES = 48;

    /** As many drivers as one protocol may name. */
    private static final int MOST_NAMED = 256;

    private final HandleDatabase handles;
    private final GuestCalls calls;
    private final Pool pool;
    private final LinearMemory memory;

    DriverOrder(HandleDatabase handles, GuestCalls calls, Pool pool, LinearMemory memory) {
        this.handles = handles;
        this.calls = calls;
        this.pool = pool;
        this.memory = memory;
    }

    /**
     * The handles of drivers.
     *
     * @param first those that the caller of ConnectController() names
     */
    Set<Long> of(long controller, List<Long> first) {
        Set<Long> drivers = new LinkedHashSet<>();
        for (long each : first) {
            if (handles.has(each, DRIVER_BINDING)) {
                drivers.add(each);
            }
        }
        List<Long> all = byVersion();
        long platform = handles.address(PLATFORM_OVERRIDE);
        if (platform != 0) {
            addNamed(drivers, all, memory.getLong(platform), platform, controller);
        }
        drivers.addAll(families());
        long bus = handles.address(controller, BUS_OVERRIDE);
        if (bus != 0) {
            addNamed(drivers, all, memory.getLong(bus), bus);
        }
        drivers.addAll(all);
        return drivers;
    }

    /** GetDriver() of both kinds of overrides: it is given the last image, and gives the next. */
    private void addNamed(Set<Long> drivers, List<Long> all, long getDriver, long... arguments) {
        long image = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 8);
        if (image < 0) {
            return;
        }
        memory.putLong(image, 0);
        long[] with = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        with[arguments.length] = image;
        for (int i = 0; i < MOST_NAMED && calls.call(getDriver, with) == EfiStatus.SUCCESS; i++) {
            for (long driver : all) {
                if (field(driver, IMAGE_HANDLE) == memory.getLong(image)) {
                    drivers.add(driver);
                }
            }
        }
        pool.free(image);
    }

    /** Drivers that say how well they know their family of controllers, the best first. */
    private List<Long> families() {
        record Family(long driver, int version) {}
        List<Family> found = new ArrayList<>();
        for (long driver : handles.with(FAMILY_OVERRIDE)) {
            long override = handles.address(driver, FAMILY_OVERRIDE);
            if (handles.has(driver, DRIVER_BINDING) && memory.contains(override, 8)) {
                int version = (int) calls.call(memory.getLong(override), override);
                found.add(new Family(driver, version));
            }
        }
        found.sort((a, b) -> Integer.compareUnsigned(b.version, a.version));
        List<Long> drivers = new ArrayList<>();
        found.forEach(each -> drivers.add(each.driver));
        return drivers;
    }

    private List<Long> byVersion() {
        List<Long> drivers = handles.with(DRIVER_BINDING);
        drivers.sort((a, b) -> Integer.compareUnsigned(version(b), version(a)));
        return drivers;
    }

    private int version(long driver) {
        return (int) field(driver, VERSION);
    }

    private long field(long driver, int offset) {
        long binding = handles.address(driver, DRIVER_BINDING);
        return memory.contains(binding, BYTES) ? memory.getLong(binding + offset) : 0;
    }
}
