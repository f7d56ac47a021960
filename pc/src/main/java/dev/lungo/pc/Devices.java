package dev.lungo.pc;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.devices.A20Gate;
import dev.lungo.devices.AcpiPm;
import dev.lungo.devices.Cmos;
import dev.lungo.devices.DebugExit;
import dev.lungo.devices.FastA20;
import dev.lungo.devices.FwCfg;
import dev.lungo.devices.Hpet;
import dev.lungo.devices.I8042;
import dev.lungo.devices.PcTestDevice;
import dev.lungo.devices.Pit8254;
import dev.lungo.devices.PortSink;
import dev.lungo.devices.ResetControl;
import dev.lungo.devices.Uart16550;
import dev.lungo.devices.display.BochsDisplay;
import dev.lungo.devices.display.DisplayAdapter;
import dev.lungo.devices.display.Vga;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.isa.Width;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CoprocessorError;
import dev.lungo.machine.IoApic;
import dev.lungo.machine.IrqRouter;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.Pic8259Pair;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Everything on the board but processors and memory: which ports, addresses and lines it has. */
final class Devices {
    /** The last one, which no virtio device takes. */
    static final int DISPLAY_SLOT = 31;

    private final PortBus ports;
    private final MmioBus mmio;
    private final Timers timers;
    private final Platform platform;
    private final MemoryMap map;
    private final Runnable resetMachine;
    private final List<Runnable> resets = new ArrayList<>();
    private final IrqRouter irqs;
    private final A20Gate a20;
    private final SerialInput serialInput;
    private final VirtioDevices virtio;
    private @Nullable DisplayAdapter display;

    /**
     * @param resetMachine asks for a reset
     * @param end asks for an end
     */
    Devices(
            MachineSpec spec,
            Platform platform,
            MemoryMap map,
            PortBus ports,
            MmioBus mmio,
            ApicBus apicBus,
            Timers timers,
            A20Gate a20,
            CoprocessorError coprocessorError,
            Runnable resetMachine,
            Consumer<Outcome> end) {
        this.ports = ports;
        this.mmio = mmio;
        this.timers = timers;
        this.platform = platform;
        this.map = map;
        this.a20 = a20;
        resets.add(a20::reset);
        this.resetMachine = resetMachine;
        irqs = addInterruptControllers(apicBus);
        addCoprocessorError(coprocessorError);
        addClocks();
        addPower(end);
        addKeyboard();
        virtio = addPci(spec, apicBus);
        serialInput = addSerialPort();
        addPortsOfTestsAndFirmware(spec, end);
    }

    /** RESET#. */
    void reset() {
        resets.forEach(Runnable::run);
    }

    /** Waits for input and output under way; nothing that comes later reaches memory. */
    void disconnect() {
        virtio.reset();
    }

    SerialInput serialInput() {
        return serialInput;
    }

    private IrqRouter addInterruptControllers(ApicBus apicBus) {
        Pic8259Pair pic = new Pic8259Pair(apicBus::lint0);
        apicBus.connectInta(pic::acknowledge);
        ports.map(0x20, 2, pic.master());
        ports.map(0xA0, 2, pic.slave());
        ports.map(0x4D0, 2, pic.elcr());
        resets.add(pic::reset);

        IoApic ioApic = new IoApic(0, apicBus);
        mmio.map(PhysicalMap.IO_APIC, IoApic.BYTES, ioApic);
        resets.add(ioApic::reset);
        return new IrqRouter(pic, ioApic);
    }

    private void addCoprocessorError(CoprocessorError coprocessorError) {
        coprocessorError.connect(irqs.isa(13));
        ports.map(0xF0, 1, coprocessorError);
        resets.add(coprocessorError::reset);
    }

    private void addClocks() {
        Hpet hpet = new Hpet(irqs::gsi, timers);
        mmio.map(PhysicalMap.HPET, Hpet.BYTES, hpet);
        resets.add(hpet::reset);

        Pit8254 pit = new Pit8254(hpet.pit(), timers);
        ports.map(0x40, Pit8254.PORTS, pit);
        ports.map(0x61, 1, pit.portB());
        resets.add(pit::reset);

        Cmos cmos = new Cmos(platform.epochNanos().getAsLong(), hpet.rtc(), timers);
        cmos.setMemory(map.lowRamEnd(), map.highRamEnd() - PhysicalMap.FOUR_GIB);
        ports.map(0x70, Cmos.PORTS, cmos);
        resets.add(cmos::reset);
    }

    private void addPower(Consumer<Outcome> end) {
        AcpiPm acpi =
                new AcpiPm(
                        irqs.isa(PhysicalMap.SCI),
                        timers,
                        () -> end.accept(new Outcome.PowerOff()));
        ports.map(PhysicalMap.PM1A_EVENT, AcpiPm.PORTS, acpi);
        ports.map(PhysicalMap.GPE0, AcpiPm.GPE_PORTS, acpi.gpe());
        resets.add(acpi::reset);

        FastA20 systemControl = new FastA20(a20, resetMachine);
        ports.map(0x92, 1, systemControl);
        resets.add(systemControl::reset);
    }

    private void addKeyboard() {
        I8042 keyboard = new I8042(irqs.isa(1), irqs.isa(12), a20, resetMachine);
        ports.map(0x60, 1, keyboard.data());
        ports.map(0x64, 1, keyboard.command());
        resets.add(keyboard::reset);
    }

    private VirtioDevices addPci(MachineSpec spec, ApicBus apicBus) {
        ResetControl resetControl = new ResetControl(resetMachine);
        resets.add(resetControl::reset);

        PciHost pci =
                new PciHost(
                        resetControl,
                        wire -> irqs.pci(PhysicalMap.pciGsi(wire, 0), PhysicalMap.pciIrq(wire, 0)));
        ports.map(0xCF8, PciHost.CONFIG_PORTS, pci.configPorts());
        ports.map(PhysicalMap.PCI_IO, PhysicalMap.PCI_IO_PORTS, pci.portWindow(PhysicalMap.PCI_IO));
        mmio.map(PhysicalMap.ECAM, PhysicalMap.ECAM_BYTES, pci.ecam());
        mmio.map(
                PhysicalMap.PCI_MMIO,
                PhysicalMap.PCI_MMIO_BYTES,
                pci.memoryWindow(PhysicalMap.PCI_MMIO, PhysicalMap.PCI_MMIO_BYTES));
        long mmio64 = PhysicalMap.pciMmio64(map.highRamEnd());
        mmio.map(
                mmio64,
                PhysicalMap.PCI_MMIO64_BYTES,
                pci.memoryWindow(mmio64, PhysicalMap.PCI_MMIO64_BYTES));
        resets.add(pci::reset);

        VirtioDevices virtio =
                new VirtioDevices(pci, platform.memory(), apicBus, platform.peripherals());
        resets.add(virtio::reset);
        virtio.add(spec.cpus());
        if (spec.start() instanceof Start.FromFirmware) {
            addDisplay(pci);
        }
        return virtio;
    }

    /** Who starts from a kernel has a serial port, or what virtio has. */
    private void addDisplay(PciHost pci) {
        DisplayAdapter adapter = new DisplayAdapter(platform.memory());
        pci.attach(DISPLAY_SLOT, 0, adapter.config());
        ports.map(0x3B0, Vga.PORTS, adapter.vga());
        ports.map(0x1CE, BochsDisplay.PORTS, adapter.display());
        mmio.map(PhysicalMap.VGA, PhysicalMap.VGA_BYTES, adapter.window());
        resets.add(adapter::reset);
        display = adapter;
    }

    /** The display, if there is one. */
    Optional<DisplayAdapter> display() {
        return Optional.ofNullable(display);
    }

    private SerialInput addSerialPort() {
        Uart16550 uart = new Uart16550(platform.serial(), irqs.isa(4), timers);
        ports.map(0x3F8, Uart16550.PORTS, uart);
        resets.add(uart::reset);
        return new SerialInput(uart);
    }

    private void addPortsOfTestsAndFirmware(MachineSpec spec, Consumer<Outcome> end) {
        ports.map(0x80, 0x10, new PortSink(0x10)); // POST codes, and where DMA pages were
        ports.map(
                0xF4,
                DebugExit.PORTS,
                new DebugExit(status -> end.accept(new Outcome.DebugExit(status))));

        FwCfg fwCfg = new FwCfg();
        fwCfg.put(FwCfg.RAM_SIZE, Width.QWORD, spec.memoryBytes());
        fwCfg.put(FwCfg.NB_CPUS, Width.WORD, spec.cpus());
        fwCfg.put(FwCfg.MAX_CPUS, Width.WORD, spec.cpus());
        ports.map(0x510, FwCfg.PORTS, fwCfg);
        resets.add(fwCfg::reset);

        PcTestDevice tests = new PcTestDevice(irqs::gsi);
        ports.map(0xE0, PcTestDevice.DATA_PORTS, tests.data());
        ports.map(0x2000, PcTestDevice.LINE_PORTS, tests.lines());
        mmio.map(0xFF00_0000L, PcTestDevice.MEMORY_BYTES, tests.memory());
    }
}
