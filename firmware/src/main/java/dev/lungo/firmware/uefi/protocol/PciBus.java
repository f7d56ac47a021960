package dev.lungo.firmware.uefi.protocol;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.boottime.EventServices;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.firmware.uefi.protocol.BusAccess.PollClock;
import dev.lungo.firmware.uefi.protocol.BusAccess.Space;
import dev.lungo.isa.Width;
import dev.lungo.machine.Clock;
import java.util.HashMap;
import java.util.Map;

/** The handles of the root bridge and of the functions of bus 0. */
public final class PciBus {
    private static final int FUNCTIONS = 256;
    private static final int NOBODY = 0xFFFF;
    private static final int MULTIFUNCTION = 0x80;
    private static final long POLL_NANOS = 10_000;

    private final Map<Integer, Long> handles = new HashMap<>();

    public PciBus(Protocols protocols, Board board, PageMap pages) {
        BusAccess bus = new BusAccess(board, pages);
        PollClock clock = clock(board.timers().clock(), protocols.events());
        long root = protocols.handle(DevicePath.pciRoot());
        PciRootBridgeIo.install(protocols, root, bus, clock);
        PciIo pciIo = new PciIo(protocols, bus, clock);
        for (int function = 0; function < FUNCTIONS; function++) {
            if ((bus.read(Space.CONFIGURATION, function << 8, Width.DWORD) & 0xFFFF) == NOBODY) {
                continue;
            }
            long header = bus.read(Space.CONFIGURATION, function << 8 | 0x0E, Width.BYTE);
            long handle = protocols.handle(DevicePath.pciRoot().pci(function >> 3, function & 7));
            pciIo.install(handle, function);
            handles.put(function, handle);
            if ((function & 7) == 0 && (header & MULTIFUNCTION) == 0) {
                function += 7;
            }
        }
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

    /** The handle of function 0 of a device. */
    public long handle(Protocols protocols, int device) {
        Long found = handles.get(device << 3);
        return found == null ? protocols.handle(DevicePath.pciRoot().pci(device, 0)) : found;
    }
}
