package dev.lungo.pc;

import dev.lungo.boot.BootRequest;
import dev.lungo.boot.KernelLoader;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.acpi.AcpiTables;
import dev.lungo.devices.AcpiPm;
import dev.lungo.devices.Cmos;
import dev.lungo.devices.DebugExit;
import dev.lungo.devices.FastA20;
import dev.lungo.devices.I8042;
import dev.lungo.devices.Pit8254;
import dev.lungo.devices.PortSink;
import dev.lungo.devices.ResetControl;
import dev.lungo.devices.Uart16550;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.IoApic;
import dev.lungo.machine.IrqRouter;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.Pic8259Pair;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.RunLoop;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PC: its buses, devices and processors, wired, and its kernel in memory, as firmware and a boot
 * loader would leave it.
 *
 * <p>All of it lives on the thread that calls {@link #run}, but for {@link #post} and {@link #end}.
 */
public final class Pc {
    private final MachineSpec spec;
    private final Platform platform;
    private final MemoryMap map;
    private final Timers timers;
    private final PortBus ports = new PortBus();
    private final MmioBus mmio = new MmioBus();
    private final ApicBus apicBus = new ApicBus();
    private final List<LocalApic> apics = new ArrayList<>();
    private final List<VirtualCpu> cpus = new ArrayList<>();

    /** What RESET# is wired to, but for the processors. */
    private final List<Runnable> resets = new ArrayList<>();

    private final SerialInput serialInput;
    private final RunLoop loop;
    private @Nullable Outcome outcome;

    /**
     * Wires the machine and loads its kernel.
     *
     * @throws dev.lungo.boot.BootException if the kernel or a module is malformed or does not fit
     */
    public Pc(MachineSpec spec, Engine engine, Platform platform) {
        this.spec = spec;
        this.platform = platform;
        map = MemoryMap.of(spec.memoryBytes());
        timers = new Timers(platform.clock());
        for (int i = 0; i < spec.cpus(); i++) {
            addCpu(i, engine);
        }
        loop = new RunLoop(cpus, timers, platform.loop(), this::shutdown);
        for (int i = 0; i < spec.cpus(); i++) {
            apics.get(i).connect(loop.signals(i));
        }
        IrqRouter irqs = addInterruptControllers();
        serialInput = addDevices(irqs);
        boot();
    }

    private void addCpu(int index, Engine engine) {
        LocalApic apic = new LocalApic(index, apicBus, timers);
        apics.add(apic);
        cpus.add(
                engine.createCpu(
                        new CpuSetup(
                                index,
                                spec.cpus(),
                                spec.cpuModel(),
                                platform.memory(),
                                ports,
                                mmio,
                                apic,
                                platform.clock(),
                                platform.tracer())));
        resets.add(apic::reset);
    }

    private IrqRouter addInterruptControllers() {
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

    private SerialInput addDevices(IrqRouter irqs) {
        Pit8254 pit = new Pit8254(irqs.isa(0), timers);
        ports.map(0x40, Pit8254.PORTS, pit);
        ports.map(0x61, 1, pit.portB());
        resets.add(pit::reset);

        I8042 keyboard = new I8042(irqs.isa(1), irqs.isa(12), this::requestReset);
        ports.map(0x60, 1, keyboard.data());
        ports.map(0x64, 1, keyboard.command());
        resets.add(keyboard::reset);

        Cmos cmos = new Cmos(platform.epochNanos().getAsLong(), irqs.isa(8), timers);
        cmos.setMemory(map.lowRamEnd(), map.highRamEnd() - PhysicalMap.FOUR_GIB);
        ports.map(0x70, Cmos.PORTS, cmos);
        resets.add(cmos::reset);

        FastA20 systemControl = new FastA20(this::requestReset);
        ports.map(0x92, 1, systemControl);
        resets.add(systemControl::reset);

        ResetControl resetControl = new ResetControl(this::requestReset);
        ports.map(PhysicalMap.RESET_CONTROL, 1, resetControl);
        resets.add(resetControl::reset);

        AcpiPm acpi =
                new AcpiPm(irqs.isa(PhysicalMap.SCI), timers, () -> end(new Outcome.PowerOff()));
        ports.map(PhysicalMap.PM1A_EVENT, AcpiPm.PORTS, acpi);
        ports.map(PhysicalMap.GPE0, AcpiPm.GPE_PORTS, acpi.gpe());
        resets.add(acpi::reset);

        ports.map(0x80, 0x10, new PortSink(0x10)); // POST codes, and where DMA pages were
        ports.map(
                0xF4, DebugExit.PORTS, new DebugExit(status -> end(new Outcome.DebugExit(status))));

        Uart16550 uart = new Uart16550(platform.serial(), irqs.isa(4), timers);
        ports.map(0x3F8, Uart16550.PORTS, uart);
        resets.add(uart::reset);
        return new SerialInput(uart);
    }

    /** Does what firmware and a boot loader do between power-up and the kernel's first step. */
    private void boot() {
        long rsdp = AcpiTables.write(platform.memory(), map, spec.cpus());
        CpuRegisters entry =
                KernelLoader.load(
                        new BootRequest(
                                spec.kernel(), spec.modules(), spec.commandLine(), map, rsdp),
                        platform.memory());
        apics.getFirst().virtualWire();
        cpus.getFirst().load(entry);
    }

    /**
     * Runs the machine until it ends. Once only.
     *
     * @return why it ended
     */
    public Outcome run() {
        loop.run();
        if (outcome == null) {
            throw new IllegalStateException("the run loop ended without a reason");
        }
        return outcome;
    }

    /** Ends the machine, for any thread. The first reason counts. */
    public void end(Outcome reason) {
        post(() -> endNow(reason));
    }

    /** Has something done between instructions, for any thread. */
    public void post(Runnable action) {
        loop.post(action);
    }

    /**
     * Sends bytes to the serial port. On the machine's thread.
     *
     * @param whenTaken called once when more may be sent
     */
    public void sendToSerial(byte[] bytes, Runnable whenTaken) {
        serialInput.send(bytes, whenTaken);
    }

    public RunLoop loop() {
        return loop;
    }

    public List<VirtualCpu> cpus() {
        return List.copyOf(cpus);
    }

    public PortBus ports() {
        return ports;
    }

    public MmioBus mmio() {
        return mmio;
    }

    private void endNow(Outcome reason) {
        if (outcome == null) {
            outcome = reason;
        }
        loop.end();
    }

    private void requestReset() {
        post(() -> {
            if (spec.onReset() == OnReset.END) {
                endNow(new Outcome.Reset());
            } else {
                reset();
            }
        });
    }

    private void shutdown(int cpu) {
        if (spec.onShutdown() == OnShutdown.CRASH) {
            endNow(new Outcome.Crash(cpu));
        } else {
            requestReset();
        }
    }

    private void reset() {
        resets.forEach(Runnable::run);
        platform.clearMemory().run();
        cpus.forEach(VirtualCpu::reset);
        boot();
        loop.wakeAll();
    }
}
