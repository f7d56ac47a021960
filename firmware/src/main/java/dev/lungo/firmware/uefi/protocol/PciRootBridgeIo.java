package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.protocol.BusAccess.PollClock;
import dev.lungo.firmware.uefi.protocol.BusAccess.Space;

/**
 * EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL of the one root bridge there is. UEFI 2.10, "PCI Root Bridge I/O
 * Protocol" (14.2).
 */
public final class PciRootBridgeIo {
    public static final Guid GUID = Guid.parse("2f707ebb-4a1a-11d4-9a38-0090273fc14d");

    /** "Pci.Read()": the register's bits 7:0, function's 15:8, device's 23:16, bus's 31:24. */
    private static final int BUS_SHIFT = 24;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        PollMem, PollIo, MemRead, MemWrite, IoRead, IoWrite, PciRead, PciWrite, CopyMem, Map, Unmap,
        AllocateBuffer, FreeBuffer, Flush, GetAttributes, SetAttributes, Configuration
        // spotless:on
    }

    private final BusAccess bus;
    private final PollClock clock;
    private final long resources;

    private PciRootBridgeIo(BusAccess bus, PollClock clock, long resources) {
        this.bus = bus;
        this.clock = clock;
        this.resources = resources;
    }

    public static void install(Protocols protocols, long handle, BusAccess bus, PollClock clock) {
        PciRootBridgeIo self = new PciRootBridgeIo(bus, clock, protocols.place(resources()));
        long[] members =
                protocols.members("EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL", Member.values(), self::call);
        ByteWriter out = Protocols.pointers(new ByteWriter().u64(0), members).u32(0).u32(0);
        protocols.install(handle, GUID, protocols.place(out));
    }

    /** ACPI 6.4, "QWord Address Space Descriptor" (6.4.3.5.1): bus numbers, ports, memory. */
    private static ByteWriter resources() {
        ByteWriter out = new ByteWriter();
        descriptor(out, 2, 0, 1);
        descriptor(out, 1, PhysicalMap.PCI_IO, PhysicalMap.PCI_IO_PORTS);
        descriptor(out, 0, PhysicalMap.PCI_MMIO, PhysicalMap.PCI_MMIO_BYTES);
        return out.u8(0x79).u8(0);
    }

    static void descriptor(ByteWriter out, int type, long base, long length) {
        out.u8(0x8A).u16(0x2B).u8(type).u8(0).u8(0);
        out.u64(type == 0 ? 32 : 0).u64(base).u64(base + length - 1).u64(0).u64(length);
    }

    private long call(Member member, Call call) {
        int width = call.int32(1);
        long address = call.argument(2);
        return switch (member) {
            case PollMem -> bus.poll(Space.MEMORY, width, address, call, 3, clock);
            case PollIo -> bus.poll(Space.PORTS, width, address, call, 3, clock);
            case MemRead -> transfer(call, Space.MEMORY, false, address);
            case MemWrite -> transfer(call, Space.MEMORY, true, address);
            case IoRead -> transfer(call, Space.PORTS, false, address);
            case IoWrite -> transfer(call, Space.PORTS, true, address);
            case PciRead -> configuration(call, false);
            case PciWrite -> configuration(call, true);
            case CopyMem -> bus.copy(width, address, call.argument(3), call.argument(4));
            case Map -> BusAccess.map(call);
            case Unmap -> call.argument(1) == 0 ? EfiStatus.INVALID_PARAMETER : EfiStatus.SUCCESS;
            case AllocateBuffer -> bus.allocate(call);
            case FreeBuffer -> bus.free(call);
            case Flush -> EfiStatus.SUCCESS;
            case GetAttributes -> getAttributes(call);
            case SetAttributes -> call.argument(1) == 0 ? EfiStatus.SUCCESS : EfiStatus.UNSUPPORTED;
            case Configuration -> {
                call.memory().putLong(call.argument(1), resources);
                yield EfiStatus.SUCCESS;
            }
        };
    }

    private long transfer(Call call, Space space, boolean writes, long address) {
        return bus.transfer(
                space,
                writes,
                call.int32(1),
                address,
                call.argument(3),
                call.memory(),
                call.argument(4));
    }

    /** Buses that are not there read all ones. */
    private long configuration(Call call, boolean writes) {
        long address = call.argument(2);
        long register = address >>> 32 == 0 ? address & 0xFF : address >>> 32;
        if (!BusAccess.isConfiguration(register, call.int32(1), call.argument(3))) {
            return EfiStatus.UNSUPPORTED;
        }
        long function = (address >> 16 & 0x1F) << 3 | address >> 8 & 7;
        if ((address >> BUS_SHIFT & 0xFF) != 0) {
            function = 0x1F << 3 | 7; // where nothing is
        }
        return transfer(call, Space.CONFIGURATION, writes, function << 8 | register);
    }

    private static long getAttributes(Call call) {
        for (int i = 1; i <= 2; i++) {
            if (call.argument(i) != 0) {
                call.memory().putLong(call.argument(i), 0);
            }
        }
        boolean none = call.argument(1) == 0 && call.argument(2) == 0;
        return none ? EfiStatus.INVALID_PARAMETER : EfiStatus.SUCCESS;
    }
}
