package dev.lungo.firmware.uefi.driver;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.boottime.DriverServices;
import dev.lungo.firmware.uefi.boottime.OpenServices;
import dev.lungo.firmware.uefi.boottime.ProtocolServices;
import dev.lungo.firmware.uefi.protocol.BlockIo;
import dev.lungo.firmware.uefi.protocol.DiskIo;
import dev.lungo.firmware.uefi.protocol.PciIo;
import dev.lungo.firmware.uefi.protocol.PciRootBridgeIo;
import dev.lungo.firmware.uefi.protocol.Protocols;
import dev.lungo.firmware.uefi.protocol.SerialIo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's own drivers, for the guest to see: EFI_DRIVER_BINDING_PROTOCOL and
 * EFI_COMPONENT_NAME2_PROTOCOL. UEFI 2.10, "EFI Driver Binding Protocol" (11.1), "EFI Component
 * Name Protocol" (11.5).
 */
public final class Drivers {
    private static final Guid BINDING = Guid.parse("18a031ab-b443-4d1a-a5c0-0c09261e9f71");
    private static final Guid COMPONENT_NAME2 = Guid.parse("6a7a5cff-e8d9-4f70-bada-75ab3025ce14");

    private static final String LANGUAGE = "en";

    /** Below 10h are a platform's own drivers: the guest's are asked before them. */
    private static final int VERSION = 0x0A;

    private enum Member {
        Supported,
        Start,
        Stop
    }

    private enum NameMember {
        GetDriverName,
        GetControllerName
    }

    /** As many children as Stop() is given at a time. */
    private static final long MOST_CHILDREN = 1 << 14;

    private final Protocols protocols;
    private final DriverServices services;
    private final ProtocolServices installing;
    private final OpenServices opens;
    private final long image;
    private final long[] members;
    private final long[] nameMembers;

    /** By the addresses of their protocols. */
    private final Map<Long, Driver> drivers = new HashMap<>();

    /**
     * @param image the handle of the image that the drivers are in
     */
    public Drivers(
            Protocols protocols,
            DriverServices services,
            ProtocolServices installing,
            OpenServices opens,
            long image) {
        this.protocols = protocols;
        this.services = services;
        this.installing = installing;
        this.opens = opens;
        this.image = image;
        members = protocols.members("EFI_DRIVER_BINDING_PROTOCOL", Member.values(), this::call);
        nameMembers =
                protocols.members(
                        "EFI_COMPONENT_NAME2_PROTOCOL", NameMember.values(), this::callName);
    }

    /** Makes all there are. */
    public void addAll(
            PciDriver pci,
            DiskDrivers disks,
            NetworkDriver networks,
            ConsoleDrivers consoles,
            DisplayDriver display) {
        // spotless:off
        //  name                     takes over by         makes
        add("PCI Bus Driver",        PciRootBridgeIo.GUID, pci::look);
        add("Virtio Block Driver",   PciIo.GUID,           disks::disk);
        add("Disk I/O Driver",       BlockIo.GUID,         disks::bytes);
        add("Partition Driver",      DiskIo.GUID2,         disks::partitions);
        add("File System Driver",    DiskIo.GUID,          disks::files);
        add("Virtio Network Driver", PciIo.GUID,           networks::look);
        add("Display Driver",        PciIo.GUID,           display::look);
        add("Serial Port Driver",    DevicePath.PROTOCOL,  consoles::serial);
        add("Serial Console Driver", SerialIo.GUID,        consoles::terminal);
        // spotless:on
    }

    /**
     * Makes a driver.
     *
     * @param uses the protocol by which it takes over controllers
     */
    private void add(String name, Guid uses, Maker maker) {
        long languages = protocols.place(ByteWriter.cString(LANGUAGE));
        ByteWriter names = Protocols.pointers(new ByteWriter(), nameMembers).u64(languages);
        long namesAt = protocols.place(names);
        long handle = protocols.install(0, COMPONENT_NAME2, namesAt);
        ByteWriter binding = Protocols.pointers(new ByteWriter(), members);
        long at = protocols.place(binding.u32(VERSION).u32(0).u64(image).u64(handle));
        protocols.install(handle, BINDING, at);
        Driver driver =
                new Driver(protocols.handles(), installing, opens, name, uses, maker, handle);
        drivers.put(at, driver);
        drivers.put(namesAt, driver);
        services.add(at, driver);
    }

    private long call(Member member, Call call) {
        Driver driver = drivers.get(call.argument(0));
        long controller = call.argument(1);
        if (driver == null || !protocols.handles().isHandle(controller)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case Supported -> driver.supported(controller);
            case Start -> driver.start(controller);
            case Stop -> driver.stop(controller, children(call));
        };
    }

    private static List<Long> children(Call call) {
        long count = Math.clamp(call.argument(2), 0, MOST_CHILDREN);
        List<Long> children = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            children.add(call.memory().getLong(call.argument(3) + 8 * i));
        }
        return children;
    }

    private long callName(NameMember member, Call call) {
        Driver driver = drivers.get(call.argument(0));
        return driver == null
                ? EfiStatus.INVALID_PARAMETER
                : switch (member) {
                    case GetDriverName -> give(call, 1, driver.name());
                    case GetControllerName -> controllerName(call, driver);
                };
    }

    private long controllerName(Call call, Driver driver) {
        long controller = call.argument(1);
        long child = call.argument(2);
        boolean sound =
                protocols.handles().isHandle(controller)
                        && (child == 0 || protocols.handles().isHandle(child));
        return sound
                ? give(call, 3, driver.nameOf(controller, child))
                : EfiStatus.INVALID_PARAMETER;
    }

    /**
     * @param language which argument is the language; the next one is where the name goes
     * @param name null or empty if there is none
     */
    private long give(Call call, int language, @Nullable String name) {
        if (call.argument(language) == 0 || call.argument(language + 1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (name == null || name.isEmpty() || !isOurs(call.memory(), call.argument(language))) {
            return EfiStatus.UNSUPPORTED;
        }
        call.memory().putLong(call.argument(language + 1), named(name));
        return EfiStatus.SUCCESS;
    }

    /** Names stay: whoever asks does not give them back. */
    private final Map<String, Long> names = new HashMap<>();

    private long named(String name) {
        Long at = names.get(name);
        if (at == null) {
            at = protocols.place(LinearMemory.text16(name));
            names.put(name, at);
        }
        return at;
    }

    private static boolean isOurs(LinearMemory memory, long linear) {
        for (int i = 0; i <= LANGUAGE.length(); i++) {
            int wanted = i < LANGUAGE.length() ? LANGUAGE.charAt(i) : 0;
            if (memory.getByte(linear + i) != wanted) {
                return false;
            }
        }
        return true;
    }
}
