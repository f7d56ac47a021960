package dev.lungo.firmware.uefi.driver;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.boottime.EventServices;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.firmware.uefi.driver.Made.Child;
import dev.lungo.firmware.uefi.protocol.BusAccess;
import dev.lungo.firmware.uefi.protocol.BusAccess.PollClock;
import dev.lungo.firmware.uefi.protocol.BusAccess.Space;
import dev.lungo.firmware.uefi.protocol.PciIo;
import dev.lungo.firmware.uefi.protocol.PciRootBridgeIo;
import dev.lungo.firmware.uefi.protocol.Protocols;
import dev.lungo.isa.Width;
import dev.lungo.machine.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The driver of bus 0: its children are the functions there are, and the legacy devices below the
 * root bridge.
 */
public final class PciDriver {
    private static final int FUNCTIONS = 256;
    private static final int NOBODY = 0xFFFF;
    private static final int MULTIFUNCTION = 0x80;
    private static final long POLL_NANOS = 10_000;

    private final Protocols protocols;
    private final BusAccess bus;
    private final PciIo pciIo;
    private final List<DevicePath> legacy;
    private final long root;
    private final long rootBridge;

    /**
     * @param legacy the paths of what is below the root bridge and not on PCI
     */
    public PciDriver(Protocols protocols, Board board, PageMap pages, List<DevicePath> legacy) {
        this.protocols = protocols;
        this.legacy = legacy;
        bus = new BusAccess(board, pages);
        PollClock clock = clock(board.timers().clock(), protocols.events());
        pciIo = new PciIo(protocols, bus, clock);
        root = protocols.handle(DevicePath.pciRoot());
        PciRootBridgeIo.install(protocols, root, bus, clock);
        rootBridge = protocols.handles().address(root, PciRootBridgeIo.GUID);
    }

    /** The handle of the root bridge. */
    public long root() {
        return root;
    }

    PciIo pciIo() {
        return pciIo;
    }

    Maker.@org.jspecify.annotations.Nullable Start look(long controller) {
        boolean ours = protocols.handles().address(controller, PciRootBridgeIo.GUID) == rootBridge;
        return ours ? () -> Made.children("PCI Root Bridge", children()) : null;
    }

    private List<Child> children() {
        List<Child> children = new ArrayList<>();
        for (int function = 0; function < FUNCTIONS; function++) {
            if ((bus.read(Space.CONFIGURATION, function << 8, Width.DWORD) & 0xFFFF) == NOBODY) {
                continue;
            }
            DevicePath path = DevicePath.pciRoot().pci(function >> 3, function & 7);
            children.add(new Child("", List.of(protocols.product(path), pciIo.make(function))));
            long header = bus.read(Space.CONFIGURATION, function << 8 | 0x0E, Width.BYTE);
            if ((function & 7) == 0 && (header & MULTIFUNCTION) == 0) {
                function += 7;
            }
        }
        for (DevicePath path : legacy) {
            children.add(new Child("", List.of(protocols.product(path))));
        }
        return children;
    }

    private static PollClock clock(Clock clock, EventServices events) {
        return new PollClock() {
            @Override
            public long deadline(long units) {
                boolean far = units < 0 || units > Long.MAX_VALUE / 400;
                return clock.nanos() + (far ? Long.MAX_VALUE / 4 : units * 100);
            }

            @Override
            public boolean waits(long deadline) {
                if (clock.nanos() >= deadline) {
                    return false;
                }
                events.stall(POLL_NANOS);
                return true;
            }
        };
    }
}
