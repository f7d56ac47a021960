package dev.lungo.firmware.uefi.protocol;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.PciConfiguration;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.isa.Width;

/**
 * Accesses that PCI's protocols make for drivers. UEFI 2.10, "PCI Root Bridge I/O Protocol" (14.2):
 * EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH, and buffers that devices reach, which are memory like any
 * other here.
 */
public final class BusAccess {
    /** As many accesses as one call may make. */
    private static final long MOST_COUNT = 1 << 22;

    private static final int WIDTHS = 12;
    private static final int CONFIG_BYTES = 256;

    /** Which address space. */
    public enum Space {
        MEMORY,
        PORTS,
        /** The address is that of a function, in bits 15:8, and of a register. */
        CONFIGURATION
    }

    private final Board board;
    private final PciConfiguration pci;
    private final PageMap pages;

    public BusAccess(Board board, PageMap pages) {
        this.board = board;
        pci = new PciConfiguration(board.ports());
        this.pages = pages;
    }

    /**
     * Reads or writes {@code count} values.
     *
     * @param width 0 to 3 for both sides going on, 4 to 7 for a FIFO on the bus, 8 to 11 for one
     *     value in the buffer
     */
    long transfer(
            Space space,
            boolean writes,
            int width,
            long address,
            long count,
            LinearMemory memory,
            long buffer) {
        if (width < 0 || width >= WIDTHS || buffer == 0 || count < 0 || count > MOST_COUNT) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Width each = Width.ofBytes(1 << (width & 3));
        if (address % each.bytes() != 0 && space != Space.PORTS) {
            return EfiStatus.UNSUPPORTED;
        }
        boolean fifo = width >= 4 && width < 8;
        boolean fill = width >= 8;
        memory.require(buffer, fill ? each.bytes() : each.bytes() * count);
        for (long i = 0; i < count; i++) {
            long at = fifo ? address : address + i * each.bytes();
            long in = fill ? buffer : buffer + i * each.bytes();
            if (writes) {
                write(space, at, each, get(memory, in, each));
            } else {
                put(memory, in, each, read(space, at, each));
            }
        }
        return EfiStatus.SUCCESS;
    }

    private static long get(LinearMemory memory, long at, Width width) {
        return switch (width) {
            case BYTE -> memory.getByte(at);
            case WORD -> memory.getShort(at);
            case DWORD -> memory.getInt(at) & 0xFFFF_FFFFL;
            case QWORD -> memory.getLong(at);
        };
    }

    private static void put(LinearMemory memory, long at, Width width, long value) {
        switch (width) {
            case BYTE -> memory.putByte(at, (int) value);
            case WORD -> memory.putShort(at, (int) value);
            case DWORD -> memory.putInt(at, (int) value);
            case QWORD -> memory.putLong(at, value);
        }
    }

    public long read(Space space, long address, Width width) {
        if (width == Width.QWORD && space != Space.MEMORY) {
            long low = read(space, address, Width.DWORD) & 0xFFFF_FFFFL;
            return low | read(space, address + 4, Width.DWORD) << 32;
        }
        return switch (space) {
            case MEMORY -> readMemory(address, width);
            case PORTS -> board.ports().read((int) address & 0xFFFF, width) & width.mask();
            case CONFIGURATION ->
                    pci.read((int) address >> 8 & 0xFF, (int) address & 0xFF, width) & width.mask();
        };
    }

    void write(Space space, long address, Width width, long value) {
        if (width == Width.QWORD && space != Space.MEMORY) {
            write(space, address, Width.DWORD, value);
            write(space, address + 4, Width.DWORD, value >>> 32);
            return;
        }
        switch (space) {
            case MEMORY -> writeMemory(address, width, value);
            case PORTS -> board.ports().write((int) address & 0xFFFF, width, (int) value);
            case CONFIGURATION ->
                    pci.write((int) address >> 8 & 0xFF, (int) address & 0xFF, width, (int) value);
        }
    }

    private long readMemory(long address, Width width) {
        if (!board.memory().contains(address, width.bytes())) {
            return address < 0 ? width.mask() : board.mmio().read(address, width);
        }
        return switch (width) {
            case BYTE -> board.memory().getByte(address) & 0xFF;
            case WORD -> board.memory().getShort(address) & 0xFFFF;
            case DWORD -> board.memory().getInt(address) & 0xFFFF_FFFFL;
            case QWORD -> board.memory().getLong(address);
        };
    }

    private void writeMemory(long address, Width width, long value) {
        if (!board.memory().contains(address, width.bytes())) {
            if (address >= 0) {
                board.mmio().write(address, width, value);
            }
            return;
        }
        switch (width) {
            case BYTE -> board.memory().putByte(address, (byte) value);
            case WORD -> board.memory().putShort(address, (short) value);
            case DWORD -> board.memory().putInt(address, (int) value);
            case QWORD -> board.memory().putLong(address, value);
        }
    }

    /** Whether a register is one of the 256 bytes that both ways to them reach. */
    static boolean isConfiguration(long register, int width, long count) {
        long bytes = count << (width & 3);
        return register >= 0 && count >= 0 && count <= 256 && register + bytes <= CONFIG_BYTES;
    }

    // ---- Waiting

    /** PollMem(), PollIo(): until a value is what is wanted, or time is over. */
    long poll(Space space, int width, long address, Call call, int firstArgument, PollClock clock) {
        if (width < 0 || width > 3 || call.argument(firstArgument + 3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long mask = call.argument(firstArgument);
        long wanted = call.argument(firstArgument + 1);
        long end = clock.deadline(call.argument(firstArgument + 2));
        long result = call.argument(firstArgument + 3);
        while (true) {
            long value = read(space, address, Width.ofBytes(1 << width));
            call.memory().putLong(result, value);
            if ((value & mask) == wanted) {
                return EfiStatus.SUCCESS;
            }
            if (!clock.waits(end)) {
                return EfiStatus.TIMEOUT;
            }
        }
    }

    /** How time passes while a register is polled. */
    public interface PollClock {
        /** The time of the machine's clock at which so many units of 100 ns are over. */
        long deadline(long units);

        /** Lets some time pass; false if the deadline is over. */
        boolean waits(long deadline);
    }

    // ---- Buffers

    /** CopyMem(): as though the source were read whole before. */
    long copy(int width, long to, long from, long count) {
        if (width < 0 || width > 3 || count < 0 || count > MOST_COUNT) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Width each = Width.ofBytes(1 << width);
        boolean down = Long.compareUnsigned(to, from) > 0;
        for (long i = 0; i < count; i++) {
            long offset = (down ? count - 1 - i : i) * each.bytes();
            write(Space.MEMORY, to + offset, each, read(Space.MEMORY, from + offset, each));
        }
        return EfiStatus.SUCCESS;
    }

    /** Map(): devices see the guest's memory where it is. */
    static long map(Call call) {
        long operation = call.int32(1);
        boolean sound =
                operation >= 0
                        && operation < 6
                        && call.argument(2) != 0
                        && call.argument(3) != 0
                        && call.argument(4) != 0
                        && call.argument(5) != 0;
        if (!sound) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(call.argument(2), call.memory().getLong(call.argument(3)));
        call.memory().putLong(call.argument(4), call.argument(2));
        call.memory().putLong(call.argument(5), call.argument(2));
        return EfiStatus.SUCCESS;
    }

    long allocate(Call call) {
        int type = call.int32(2);
        if (type != MemoryType.BOOT_SERVICES_DATA && type != MemoryType.RUNTIME_SERVICES_DATA) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(call.argument(4), 8);
        long at = pages.allocate(type, call.argument(3), 0xFFFF_FFFFL, PageMap.PAGE);
        if (at < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(call.argument(4), at);
        return EfiStatus.SUCCESS;
    }

    long free(Call call) {
        return pages.free(call.argument(2), call.argument(1)) == EfiStatus.SUCCESS
                ? EfiStatus.SUCCESS
                : EfiStatus.INVALID_PARAMETER;
    }
}
