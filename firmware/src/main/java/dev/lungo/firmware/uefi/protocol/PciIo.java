package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.protocol.BusAccess.PollClock;
import dev.lungo.firmware.uefi.protocol.BusAccess.Space;
import dev.lungo.isa.Width;
import java.util.HashMap;
import java.util.Map;

/** EFI_PCI_IO_PROTOCOL. UEFI 2.10, "EFI PCI I/O Protocol" (14.4). There are no option ROMs. */
public final class PciIo {
    public static final Guid GUID = Guid.parse("4cf5b200-68b8-4ca5-9eec-b23e3f50029a");

    private static final int COMMAND = 0x04;
    private static final int FIRST_BAR = 0x10;
    private static final int BARS = 6;

    /** BarIndex: the address is one of the bus. */
    private static final int PASS_THROUGH = 0xFF;

    // Attributes(): EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION
    private static final int GET = 0;
    private static final int SET = 1;
    private static final int ENABLE = 2;
    private static final int DISABLE = 3;
    private static final int SUPPORTED = 4;

    /** I/O, memory, bus master: the command register's lowest bits. */
    private static final int ATTRIBUTE_SHIFT = 8;

    private static final long ATTRIBUTES = 7L << ATTRIBUTE_SHIFT;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        PollMem, PollIo, MemRead, MemWrite, IoRead, IoWrite, PciRead, PciWrite, CopyMem, Map, Unmap,
        AllocateBuffer, FreeBuffer, Flush, GetLocation, Attributes, GetBarAttributes,
        SetBarAttributes
        // spotless:on
    }

    /**
     * A base address register.
     *
     * @param ports whether it is in the I/O space
     */
    private record Bar(boolean ports, long base, long bytes) {}

    private final Protocols protocols;
    private final BusAccess bus;
    private final PollClock clock;
    private final long[] members;

    /** Device and function, as in bits 7:0 of the requester ID, by interface. */
    private final Map<Long, Integer> functions = new HashMap<>();

    public PciIo(Protocols protocols, BusAccess bus, PollClock clock) {
        this.protocols = protocols;
        this.bus = bus;
        this.clock = clock;
        members = protocols.members("EFI_PCI_IO_PROTOCOL", Member.values(), this::call);
    }

    /**
     * Makes the protocol of a function.
     *
     * @param function device and function, as in bits 7:0 of the requester ID
     */
    public Product make(int function) {
        Product made =
                protocols.product(
                        GUID, Protocols.pointers(new ByteWriter(), members).u64(0).u64(0));
        functions.put(made.address(), function);
        return made.andThen(() -> functions.remove(made.address()));
    }

    /** The function behind an interface, or -1 if it is not one of these. */
    public int function(long address) {
        return functions.getOrDefault(address, -1);
    }

    private long call(Member member, Call call) {
        Integer function = functions.get(call.argument(0));
        if (function == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case PollMem -> poll(call, function, Space.MEMORY);
            case PollIo -> poll(call, function, Space.PORTS);
            case MemRead -> access(call, function, Space.MEMORY, false);
            case MemWrite -> access(call, function, Space.MEMORY, true);
            case IoRead -> access(call, function, Space.PORTS, false);
            case IoWrite -> access(call, function, Space.PORTS, true);
            case PciRead -> configuration(call, function, false);
            case PciWrite -> configuration(call, function, true);
            case CopyMem -> copy(call, function);
            case Map -> BusAccess.map(call);
            case Unmap -> call.argument(1) == 0 ? EfiStatus.INVALID_PARAMETER : EfiStatus.SUCCESS;
            case AllocateBuffer -> bus.allocate(call);
            case FreeBuffer -> bus.free(call);
            case Flush -> EfiStatus.SUCCESS;
            case GetLocation -> getLocation(call, function);
            case Attributes -> attributes(call, function);
            case GetBarAttributes -> getBarAttributes(call, function);
            case SetBarAttributes -> EfiStatus.UNSUPPORTED;
        };
    }

    /** Where an offset in a BAR is on the bus; negative if there is no such thing. */
    private long address(int function, Space space, int bar, long offset, long bytes) {
        if (bar == PASS_THROUGH) {
            return offset;
        }
        Bar found = bar >= 0 && bar < BARS ? bar(function, bar) : new Bar(false, 0, 0);
        boolean inside =
                found.base != 0
                        && found.ports == (space == Space.PORTS)
                        && offset >= 0
                        && bytes >= 0
                        && offset <= found.bytes - bytes;
        return inside ? found.base + offset : -1;
    }

    private long read(int function, int register) {
        return bus.read(Space.CONFIGURATION, (long) function << 8 | register, Width.DWORD);
    }

    private void write(int function, int register, long value) {
        bus.write(Space.CONFIGURATION, (long) function << 8 | register, Width.DWORD, value);
    }

    /** PCI Local Bus Specification 3.0, "Base Addresses" (section 6.2.5.1). */
    private Bar bar(int function, int index) {
        int register = FIRST_BAR + 4 * index;
        long low = read(function, register);
        boolean ports = (low & 1) != 0;
        boolean wide = !ports && (low & 0b110) == 0b100 && index + 1 < BARS;
        long high = wide ? read(function, register + 4) : 0;
        long flags = ports ? 3 : 15;
        long size = size(function, register, low) & ~flags;
        long highSize = wide ? size(function, register + 4, high) : 0xFFFF_FFFFL;
        long bytes = size == 0 && highSize == 0xFFFF_FFFFL ? 0 : -(size | highSize << 32);
        if (ports) {
            bytes = bytes & 0xFFFF;
        }
        return new Bar(ports, low & ~flags | high << 32, bytes);
    }

    private long size(int function, int register, long value) {
        long command = read(function, COMMAND) & 0xFFFF;
        write(function, COMMAND, command & ~3);
        write(function, register, -1);
        long size = read(function, register);
        write(function, register, value);
        write(function, COMMAND, command);
        return size;
    }

    private long poll(Call call, int function, Space space) {
        long at = address(function, space, call.int32(2) & 0xFF, call.argument(3), 1);
        return at < 0 ? EfiStatus.UNSUPPORTED : bus.poll(space, call.int32(1), at, call, 4, clock);
    }

    private long access(Call call, int function, Space space, boolean writes) {
        int width = call.int32(1);
        long count = call.argument(4);
        if (width < 0 || count < 0 || count > 1 << 24) {
            return EfiStatus.INVALID_PARAMETER;
        }
        boolean fifo = width >= 4 && width < 8;
        long bytes = (fifo ? 1 : count) << (width & 3);
        long at = address(function, space, call.int32(2) & 0xFF, call.argument(3), bytes);
        return at < 0
                ? EfiStatus.UNSUPPORTED
                : bus.transfer(space, writes, width, at, count, call.memory(), call.argument(5));
    }

    private long configuration(Call call, int function, boolean writes) {
        long register = call.argument(2) & 0xFFFF_FFFFL;
        if (!BusAccess.isConfiguration(register, call.int32(1), call.argument(3))) {
            return EfiStatus.UNSUPPORTED;
        }
        return bus.transfer(
                Space.CONFIGURATION,
                writes,
                call.int32(1),
                (long) function << 8 | register,
                call.argument(3),
                call.memory(),
                call.argument(4));
    }

    private long copy(Call call, int function) {
        int width = call.int32(1);
        long bytes = Math.max(0, call.argument(6)) << (width & 3);
        long to = address(function, Space.MEMORY, call.int32(2) & 0xFF, call.argument(3), bytes);
        long from = address(function, Space.MEMORY, call.int32(4) & 0xFF, call.argument(5), bytes);
        return to < 0 || from < 0
                ? EfiStatus.UNSUPPORTED
                : bus.copy(width, to, from, call.argument(6));
    }

    private static long getLocation(Call call, int function) {
        long[] location = {0, 0, function >> 3, function & 7};
        for (int i = 0; i < location.length; i++) {
            if (call.argument(i + 1) == 0) {
                return EfiStatus.INVALID_PARAMETER;
            }
            call.memory().putLong(call.argument(i + 1), location[i]);
        }
        return EfiStatus.SUCCESS;
    }

    private long attributes(Call call, int function) {
        long value = call.argument(2);
        long result = call.argument(3);
        long command = read(function, COMMAND) & 0xFFFF;
        int operation = call.int32(1);
        if (operation == GET || operation == SUPPORTED) {
            if (result == 0) {
                return EfiStatus.INVALID_PARAMETER;
            }
            long now = (command & 7) << ATTRIBUTE_SHIFT;
            call.memory().putLong(result, operation == GET ? now : ATTRIBUTES);
            return EfiStatus.SUCCESS;
        }
        if (operation < GET || operation > SUPPORTED) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if ((value & ~ATTRIBUTES) != 0) {
            return EfiStatus.UNSUPPORTED;
        }
        long bits = value >> ATTRIBUTE_SHIFT;
        long wanted =
                switch (operation) {
                    case SET -> command & ~7 | bits;
                    case ENABLE -> command | bits;
                    case DISABLE -> command & ~bits;
                    default -> command;
                };
        write(function, COMMAND, wanted);
        return EfiStatus.SUCCESS;
    }

    private long getBarAttributes(Call call, int function) {
        int index = call.int32(1) & 0xFF;
        if (call.argument(2) == 0 && call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (index >= BARS) {
            return EfiStatus.UNSUPPORTED;
        }
        if (call.argument(2) != 0) {
            call.memory().putLong(call.argument(2), ATTRIBUTES);
        }
        if (call.argument(3) != 0) {
            Bar bar = bar(function, index);
            ByteWriter out = new ByteWriter();
            if (bar.bytes != 0) {
                PciRootBridgeIo.descriptor(out, bar.ports ? 1 : 0, bar.base, bar.bytes);
            }
            long at = protocols.give(out.u8(0x79).u8(0).toBytes());
            if (at == 0) {
                return EfiStatus.OUT_OF_RESOURCES;
            }
            call.memory().putLong(call.argument(3), at);
        }
        return EfiStatus.SUCCESS;
    }
}
