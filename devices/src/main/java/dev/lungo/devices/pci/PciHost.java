package dev.lungo.devices.pci;

import dev.lungo.isa.Width;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.WidePortDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A PCI host bridge with bus 0 behind it: both ways to configuration space, and the windows in
 * which functions have their memory and ports. PCI Local Bus Specification 3.0, "Configuration
 * Mechanism #1" (section 3.2.2.3.2); PCI Firmware Specification 3.3, "MCFG Table" (section 4.1.2).
 *
 * <p>Functions that are not there read all ones. The bridge itself is function 0:0.0; it passes for
 * the one of Intel's Q35, without any of its registers. Left out: bridges to further buses.
 */
public final class PciHost {
    /** How many ports {@link #configPorts} has, from CF8h on. */
    public static final int CONFIG_PORTS = 8;

    /** The size of {@link #ecam}: 256 buses. */
    public static final long ECAM_BYTES = 256L << 20;

    private static final int CONFIG_DATA = 4;
    private static final int RESET_CONTROL = 1; // CF9h
    private static final int ENABLE = 1 << 31;
    private static final int ADDRESS_WRITABLE = 0x80FF_FFFC;

    private static final int INTEL = 0x8086;
    private static final int Q35_HOST_BRIDGE = 0x29C0;
    private static final int HOST_BRIDGE_CLASS = 0x060000;

    private static final int DEVICES = 32;
    private static final int FUNCTIONS = 8;
    private static final int WIRES = 8;

    private final PortDevice resetControl;
    private final IntFunction<IrqLine> pirq;

    /** By device and function, as in bits 7:0 of the requester ID. */
    private final TreeMap<Integer, ConfigSpace> functions = new TreeMap<>();

    private final List<Bar> memoryBars = new ArrayList<>();
    private final List<Bar> portBars = new ArrayList<>();

    private record Window(long base, long bytes) {
        boolean has(Bar bar) {
            return bar.base >= base && bar.base - base <= bytes - bar.bytes;
        }
    }

    private final List<Window> windows = new ArrayList<>();
    private int address;

    /**
     * @param resetControl what is at CF9h, among the address's bytes
     * @param pirq makes a new source on one of the eight interrupt wires, 0 to 7
     */
    public PciHost(PortDevice resetControl, IntFunction<IrqLine> pirq) {
        this.resetControl = resetControl;
        this.pirq = pirq;
        attach(0, 0, new ConfigSpace(INTEL, Q35_HOST_BRIDGE, 0, HOST_BRIDGE_CLASS));
    }

    /**
     * Puts a function on bus 0, when it has said all about itself. Its pin goes to wire (device +
     * pin - 1) mod 8. Where two functions are placed at the same address, the first one answers.
     */
    public void attach(int device, int function, ConfigSpace config) {
        if (device < 0 || device >= DEVICES || function < 0 || function >= FUNCTIONS) {
            throw new IllegalArgumentException("no PCI function " + device + "." + function);
        }
        if (functions.putIfAbsent(device << 3 | function, config) != null) {
            throw new IllegalArgumentException(
                    "PCI function " + device + "." + function + " is there already");
        }
        for (Bar bar : config.bars()) {
            (bar.ports == null ? memoryBars : portBars).add(bar);
        }
        config.onPlaced(this::showMemory);
        if (config.pin() != 0) {
            config.connectInterrupt(pirq.apply((device + config.pin() - 1) % WIRES));
        }
    }

    /** The bridge's address register; devices reset their own configuration spaces. */
    public void reset() {
        address = 0;
        ConfigSpace bridge = functions.get(0);
        if (bridge != null) {
            bridge.reset();
        }
    }

    // ---- Configuration

    private int readConfig(int bus, int devfn, int register, Width width) {
        ConfigSpace function = bus == 0 ? functions.get(devfn) : null;
        if (function == null) {
            return (int) width.mask();
        }
        synchronized (function) {
            return function.readByGuest(register, width);
        }
    }

    private void writeConfig(int bus, int devfn, int register, Width width, int value) {
        ConfigSpace function = bus == 0 ? functions.get(devfn) : null;
        if (function != null) {
            synchronized (function) {
                function.write(register, width, value);
            }
        }
    }

    /** CONFIG_ADDRESS, which takes four bytes at a time, CONFIG_DATA, and CF9h between them. */
    public PortDevice configPorts() {
        return new WidePortDevice() {
            @Override
            public int read(int offset, Width width) {
                if (offset >= CONFIG_DATA) {
                    return isEnabled()
                            ? readConfig(bus(), devfn(), register(offset), width)
                            : (int) width.mask();
                }
                if (offset == 0 && width == Width.DWORD) {
                    return address;
                }
                if (offset == RESET_CONTROL && width == Width.BYTE) {
                    return resetControl.read(0);
                }
                return (int) width.mask();
            }

            @Override
            public void write(int offset, Width width, int value) {
                if (offset >= CONFIG_DATA) {
                    if (isEnabled()) {
                        writeConfig(bus(), devfn(), register(offset), width, value);
                    }
                } else if (offset == 0 && width == Width.DWORD) {
                    address = value & ADDRESS_WRITABLE;
                } else if (offset == RESET_CONTROL && width == Width.BYTE) {
                    resetControl.write(0, value);
                }
            }
        };
    }

    private boolean isEnabled() {
        return (address & ENABLE) != 0;
    }

    private int bus() {
        return address >> 16 & 0xFF;
    }

    private int devfn() {
        return address >> 8 & 0xFF;
    }

    private int register(int offset) {
        return (address & 0xFC) + offset - CONFIG_DATA;
    }

    /** The enhanced configuration access mechanism: 4 KiB a function. */
    public MmioDevice ecam() {
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                if (width == Width.QWORD) {
                    return read(offset, Width.DWORD) | read(offset + 4, Width.DWORD) << 32;
                }
                int value =
                        readConfig(
                                (int) (offset >> 20),
                                (int) (offset >> 12) & 0xFF,
                                (int) offset & 0xFFF,
                                width);
                return width.truncate(value);
            }

            @Override
            public void write(long offset, Width width, long value) {
                if (width == Width.QWORD) {
                    write(offset, Width.DWORD, value);
                    write(offset + 4, Width.DWORD, value >>> 32);
                    return;
                }
                writeConfig(
                        (int) (offset >> 20),
                        (int) (offset >> 12) & 0xFF,
                        (int) offset & 0xFFF,
                        width,
                        (int) value);
            }
        };
    }

    // ---- Windows

    private @Nullable Bar memoryAt(long guestPhysical, Width width) {
        for (Bar bar : memoryBars) {
            if (bar.contains(guestPhysical, width.bytes())) {
                return bar;
            }
        }
        return null;
    }

    private @Nullable Bar portsAt(int port, Width width) {
        for (Bar bar : portBars) {
            if (bar.contains(port, width.bytes())) {
                return bar;
            }
        }
        return null;
    }

    /**
     * Shows the memory of functions where nothing else is: wholly in a window, and nowhere in
     * another function's range. What is left is reached by the bus, as all else.
     */
    private synchronized void showMemory() {
        for (Bar bar : memoryBars) {
            if (bar.content == null) {
                continue;
            }
            if (isInWindow(bar) && isAlone(bar)) {
                bar.content.show(bar.base);
            } else {
                bar.content.hide();
            }
        }
    }

    private boolean isInWindow(Bar bar) {
        for (Window window : windows) {
            if (window.has(bar)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAlone(Bar bar) {
        for (Bar other : memoryBars) {
            if (other != bar && other.overlaps(bar)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The functions' memory, for a range of addresses of the board's choice, in which there is
     * nothing else.
     */
    public MmioDevice memoryWindow(long guestPhysicalBase, long bytes) {
        windows.add(new Window(guestPhysicalBase, bytes));
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                long at = guestPhysicalBase + offset;
                Bar bar = memoryAt(at, width);
                if (bar == null || bar.memory == null) {
                    return width.mask();
                }
                synchronized (bar.function) {
                    return bar.memory.read(bar.offset(at), width);
                }
            }

            @Override
            public void write(long offset, Width width, long value) {
                long at = guestPhysicalBase + offset;
                Bar bar = memoryAt(at, width);
                if (bar != null && bar.memory != null) {
                    synchronized (bar.function) {
                        bar.memory.write(bar.offset(at), width, value);
                    }
                }
            }
        };
    }

    /** The functions' ports, for a range of ports of the board's choice. */
    public PortDevice portWindow(int basePort) {
        return new WidePortDevice() {
            @Override
            public int read(int offset, Width width) {
                int port = basePort + offset;
                Bar bar = portsAt(port, width);
                if (bar == null || bar.ports == null) {
                    return (int) width.mask();
                }
                synchronized (bar.function) {
                    return bar.ports.read((int) bar.offset(port), width);
                }
            }

            @Override
            public void write(int offset, Width width, int value) {
                int port = basePort + offset;
                Bar bar = portsAt(port, width);
                if (bar != null && bar.ports != null) {
                    synchronized (bar.function) {
                        bar.ports.write((int) bar.offset(port), width, value);
                    }
                }
            }
        };
    }
}
