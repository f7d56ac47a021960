package dev.lungo.devices.pci;

import dev.lungo.isa.Width;
import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortDevice;
import java.util.ArrayList;
import java.util.List;

/**
 * The configuration space of one function, with a type 0 header. PCI Local Bus Specification 3.0,
 * "Configuration Space Organization" (section 6.1) and "Capabilities List" (section 6.7).
 *
 * <p>A device makes one, says what registers there are, and gives it to {@link PciHost#attach}. It
 * raises INTx through {@link #intx}; {@link Msi}, {@link Msix} and {@link FunctionLevelReset} are
 * capabilities that it may add.
 *
 * <p>It is the function's monitor: the bridge holds it around every access to its registers, memory
 * and ports, and so does the device around whatever it does on another thread.
 *
 * <p>Left out: bridges (type 1), expansion ROMs, parity and system errors, power management, and
 * PCI Express: what lies above FFh reads zero.
 */
public final class ConfigSpace {
    /** A device hears of accesses to its capability. Offsets are from the capability's. */
    @FunctionalInterface
    public interface Listener {
        /** The bytes in configuration space have changed. */
        void written(int offset, int bytes);

        /** They are about to be read. */
        default void reading(int offset, int bytes) {}
    }

    // Header registers
    static final int VENDOR_ID = 0x00;
    static final int DEVICE_ID = 0x02;
    static final int COMMAND = 0x04;
    static final int STATUS = 0x06;
    static final int REVISION_AND_CLASS = 0x08;
    static final int CACHE_LINE_SIZE = 0x0C;
    static final int LATENCY_TIMER = 0x0D;
    static final int HEADER_TYPE = 0x0E;
    static final int BAR_0 = 0x10;
    static final int CARDBUS_CIS_POINTER = 0x28;
    static final int SUBSYSTEM_VENDOR_ID = 0x2C;
    static final int SUBSYSTEM_ID = 0x2E;
    static final int CAPABILITIES_POINTER = 0x34;
    static final int INTERRUPT_LINE = 0x3C;
    static final int INTERRUPT_PIN = 0x3D;

    private static final int HEADER_BYTES = 0x40;
    private static final int MULTIFUNCTION = 0x80;

    // COMMAND
    private static final int IO_SPACE = 1;
    private static final int MEMORY_SPACE = 1 << 1;
    private static final int BUS_MASTER = 1 << 2;
    private static final int PARITY_ERROR_RESPONSE = 1 << 6;
    private static final int SERR_ENABLE = 1 << 8;
    private static final int INTERRUPT_DISABLE = 1 << 10;

    // STATUS
    private static final int INTERRUPT_STATUS = 1 << 3;
    private static final int CAPABILITIES_LIST = 1 << 4;

    // BARs
    private static final int BAR_IO = 1;
    private static final int BAR_64 = 0b100;
    private static final int BAR_PREFETCHABLE = 1 << 3;

    private record Listened(int offset, int bytes, Listener listener) {
        boolean has(int register) {
            return register >= offset && register < offset + bytes;
        }
    }

    private final byte[] values = new byte[256];
    private final byte[] resetValues = new byte[256];
    private final byte[] writable = new byte[256];
    private final List<Bar> bars = new ArrayList<>();
    private final List<Listened> listened = new ArrayList<>();
    private int nextCapability = HEADER_BYTES;
    private int lastPointer = CAPABILITIES_POINTER;

    private IrqLine interrupt = level -> {};
    private Runnable placed = () -> {};
    private boolean intx;

    /**
     * @param classCode base class, subclass and programming interface, as in "Class Codes"
     *     (appendix D): 060000h is a host bridge
     */
    public ConfigSpace(int vendor, int device, int revision, int classCode) {
        define(VENDOR_ID, Width.WORD, vendor, 0);
        define(DEVICE_ID, Width.WORD, device, 0);
        define(
                COMMAND,
                Width.WORD,
                0,
                BUS_MASTER | PARITY_ERROR_RESPONSE | SERR_ENABLE | INTERRUPT_DISABLE);
        define(REVISION_AND_CLASS, Width.DWORD, classCode << 8 | revision, 0);
        define(CACHE_LINE_SIZE, Width.BYTE, 0, 0xFF);
        define(LATENCY_TIMER, Width.BYTE, 0, 0);
        define(INTERRUPT_LINE, Width.BYTE, 0, 0xFF);
    }

    // ---- What the device says

    /** Defines a register: its value at reset, and the bits a guest can write. */
    public void define(int offset, Width width, long value, long writableBits) {
        for (int i = 0; i < width.bytes(); i++) {
            values[offset + i] = (byte) (value >> (8 * i));
            resetValues[offset + i] = values[offset + i];
            writable[offset + i] = (byte) (writableBits >> (8 * i));
        }
    }

    public void subsystem(int vendor, int id) {
        define(SUBSYSTEM_VENDOR_ID, Width.WORD, vendor, 0);
        define(SUBSYSTEM_ID, Width.WORD, id, 0);
    }

    /** Says which of INTA to INTD, 1 to 4, it raises. */
    public void interruptPin(int pin) {
        define(INTERRUPT_PIN, Width.BYTE, pin, 0);
    }

    /** Says that function 0 has others beside it. */
    public void multifunction() {
        define(HEADER_TYPE, Width.BYTE, MULTIFUNCTION, 0);
    }

    /**
     * Asks for memory addresses.
     *
     * @param index 0 to 5; a 64-bit one takes the next as well
     * @param bytes a power of two, at least 16
     */
    public void memoryBar(
            int index, long bytes, boolean wide, boolean prefetchable, MmioDevice device) {
        memoryBar(new Bar(this, index, bytes, wide, device, null, null), prefetchable);
    }

    /**
     * Asks for memory addresses, prefetchable ones, for memory that a guest may see as RAM there.
     *
     * @param index as for the other
     */
    public void memoryBar(int index, boolean wide, DeviceMemory content) {
        MmioDevice device =
                new MmioDevice() {
                    @Override
                    public long read(long offset, Width width) {
                        return content.get(offset, width);
                    }

                    @Override
                    public void write(long offset, Width width, long value) {
                        content.put(offset, width, value);
                    }
                };
        memoryBar(new Bar(this, index, content.bytes(), wide, device, null, content), true);
    }

    private void memoryBar(Bar bar, boolean prefetchable) {
        boolean wide = bar.wide;
        int index = bar.index;
        long bytes = bar.bytes;
        checkSize(bytes, 16);
        bars.add(bar);
        int low = (wide ? BAR_64 : 0) | (prefetchable ? BAR_PREFETCHABLE : 0);
        define(BAR_0 + 4 * index, wide ? Width.QWORD : Width.DWORD, low, -bytes);
        define(COMMAND, Width.WORD, 0, commandWritable() | MEMORY_SPACE);
    }

    /**
     * Asks for ports.
     *
     * @param bytes a power of two, 4 to 256
     */
    public void portBar(int index, int bytes, PortDevice device) {
        checkSize(bytes, 4);
        bars.add(new Bar(this, index, bytes, false, null, device, null));
        define(BAR_0 + 4 * index, Width.DWORD, BAR_IO, -bytes);
        define(COMMAND, Width.WORD, 0, commandWritable() | IO_SPACE);
    }

    private static void checkSize(long bytes, long least) {
        if (bytes < least || Long.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("no BAR of " + bytes + " bytes");
        }
    }

    private int commandWritable() {
        return (writable[COMMAND] & 0xFF) | (writable[COMMAND + 1] & 0xFF) << 8;
    }

    /**
     * Adds a capability after those there are. Its body is zero, and read-only, until the device
     * {@linkplain #define defines} it.
     *
     * @param id as in "Capability IDs" (appendix H)
     * @param bodyBytes what follows ID and next pointer
     * @return its offset
     */
    public int capability(int id, int bodyBytes) {
        int offset = nextCapability;
        int bytes = bodyBytes + 2;
        if (offset + bytes > values.length) {
            throw new IllegalArgumentException("no room for capability " + id);
        }
        define(offset, Width.BYTE, id, 0);
        define(lastPointer, Width.BYTE, offset, 0);
        define(STATUS, Width.WORD, CAPABILITIES_LIST, 0);
        lastPointer = offset + 1;
        nextCapability = (offset + bytes + 3) & ~3;
        return offset;
    }

    /** Has accesses to these registers reported. */
    public void listen(int offset, int bytes, Listener listener) {
        listened.add(new Listened(offset, bytes, listener));
    }

    // ---- What the device does

    /** Changes a register, read-only bits and all. */
    public void set(int offset, Width width, int value) {
        for (int i = 0; i < width.bytes(); i++) {
            values[offset + i] = (byte) (value >> (8 * i));
        }
    }

    /** Drives the interrupt pin. */
    public void intx(boolean asserted) {
        intx = asserted;
        int status = asserted ? INTERRUPT_STATUS : 0;
        values[STATUS] = (byte) ((values[STATUS] & ~INTERRUPT_STATUS) | status);
        interrupt.set(asserted && (values[COMMAND + 1] & INTERRUPT_DISABLE >> 8) == 0);
    }

    /** Whether the guest lets the device reach memory and send messages. */
    public boolean isBusMaster() {
        return (values[COMMAND] & BUS_MASTER) != 0;
    }

    /** RST#. */
    public void reset() {
        System.arraycopy(resetValues, 0, values, 0, values.length);
        intx(false);
        placeBars();
    }

    // ---- What the host does

    List<Bar> bars() {
        return bars;
    }

    void connectInterrupt(IrqLine line) {
        interrupt = line;
    }

    /** Has the bridge called when the guest may have placed memory elsewhere. */
    void onPlaced(Runnable bridge) {
        placed = bridge;
    }

    int pin() {
        return values[INTERRUPT_PIN] & 0xFF;
    }

    /** A guest's read: a register of the first 256 bytes; what lies above reads zero. */
    int readByGuest(int offset, Width width) {
        for (Listened each : listened) {
            if (each.has(offset)) {
                each.listener.reading(offset - each.offset, width.bytes());
            }
        }
        return read(offset, width);
    }

    /** A register as it is, zero-extended. */
    public int read(int offset, Width width) {
        int value = 0;
        for (int i = 0; i < width.bytes() && offset + i < values.length; i++) {
            value |= (values[offset + i] & 0xFF) << (8 * i);
        }
        return value;
    }

    /** A guest's write: read-only bits stay. */
    public void write(int offset, Width width, int value) {
        for (int i = 0; i < width.bytes() && offset + i < values.length; i++) {
            int mask = writable[offset + i];
            int written = value >> (8 * i);
            values[offset + i] = (byte) ((values[offset + i] & ~mask) | (written & mask));
        }
        if (offset < CARDBUS_CIS_POINTER) {
            intx(intx); // INTERRUPT_DISABLE
            placeBars();
        }
        for (Listened each : listened) {
            if (each.has(offset)) {
                each.listener.written(offset - each.offset, width.bytes());
            }
        }
    }

    private void placeBars() {
        for (Bar bar : bars) {
            int register = BAR_0 + 4 * bar.index;
            long low = read(register, Width.DWORD) & 0xFFFF_FFFFL;
            long high = bar.wide ? (long) read(register + 4, Width.DWORD) << 32 : 0;
            boolean enabled =
                    (values[COMMAND] & (bar.ports == null ? MEMORY_SPACE : IO_SPACE)) != 0;
            bar.base = enabled ? (high | low) & -bar.bytes : Bar.NOWHERE;
        }
        placed.run();
    }
}
