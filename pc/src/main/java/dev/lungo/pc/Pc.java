package dev.lungo.pc;

import dev.lungo.boot.BootRequest;
import dev.lungo.boot.KernelLoader;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.acpi.AcpiTables;
import dev.lungo.boot.smbios.Smbios;
import dev.lungo.devices.A20Gate;
import dev.lungo.devices.display.DisplayAdapter;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Firmware;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CoprocessorError;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.Picture;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.RunLoop;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A PC: its buses, devices and processors, wired, and what it starts with in memory.
 *
 * <p>Processors have threads: see {@link RunLoop}. Everything here is for who makes the machine, or
 * for what is {@linkplain #post posted}, but for {@link #post} and {@link #end}.
 */
public final class Pc {
    private final MachineSpec spec;
    private final Platform platform;
    private final MemoryMap map;

    /** A processor's each; those of devices are the first's. */
    private final List<Timers> timers = new ArrayList<>();

    private final PortBus ports = new PortBus();
    private final MmioBus mmio = new MmioBus();
    private final ApicBus apicBus = new ApicBus();
    private final CoprocessorError coprocessorError = new CoprocessorError();
    private final List<LocalApic> apics = new ArrayList<>();
    private final List<VirtualCpu> cpus = new ArrayList<>();
    private final Devices devices;
    private final RunLoop loop;

    /** Null if it has a kernel instead. */
    private final @Nullable Firmware firmware;

    private @Nullable Outcome outcome;

    /**
     * Wires the machine and loads its kernel, or firmware.
     *
     * @throws dev.lungo.boot.BootException if the kernel or a module is malformed or does not fit
     */
    public Pc(MachineSpec spec, Engine engine, Platform platform) {
        this.spec = spec;
        this.platform = platform;
        map = MemoryMap.of(spec.memoryBytes());
        for (int i = 0; i < spec.cpus(); i++) {
            addCpu(i, engine);
        }
        loop = new RunLoop(cpus, timers, platform.loop(), events());
        for (int i = 0; i < spec.cpus(); i++) {
            apics.get(i).connect(loop.signals(i));
        }
        devices =
                new Devices(
                        spec,
                        platform,
                        map,
                        ports,
                        mmio,
                        apicBus,
                        timers.getFirst(),
                        new A20Gate(this::setA20),
                        coprocessorError,
                        this::requestReset,
                        this::end);
        firmware =
                spec.start() instanceof Start.FromFirmware(Function<Board, Firmware> maker)
                        ? maker.apply(board())
                        : null;
        boot();
    }

    private RunLoop.Listener events() {
        return new RunLoop.Listener() {
            @Override
            public void shutdown(int cpu) {
                Pc.this.shutdown(cpu);
            }

            @Override
            public void serviceCall(int cpu) {
                if (firmware != null) {
                    firmware.call(cpu);
                }
            }
        };
    }

    private Board board() {
        List<Board.Disk> disks = new ArrayList<>();
        for (Peripherals.Disk disk : platform.peripherals().disks()) {
            disks.add(
                    new Board.Disk(
                            disk.backend(),
                            disk.medium(),
                            VirtioDevices.FIRST_SLOT + disks.size()));
        }
        return new Board(
                platform.memory(),
                map,
                ports,
                mmio,
                cpus,
                timers.getFirst(),
                disks,
                devices.display()
                        .map(has -> new Board.Display(has.frameBuffer(), Devices.DISPLAY_SLOT)),
                loop::runUntil,
                this::requestReset,
                () -> end(new Outcome.PowerOff()),
                platform.peripherals().tellUser());
    }

    private void addCpu(int index, Engine engine) {
        timers.add(new Timers(platform.clock()));
        LocalApic apic = new LocalApic(index, apicBus, timers.getLast());
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
                                coprocessorError,
                                platform.tracer())));
    }

    /** Does what happens between power-up and the first instruction of the kernel or loader. */
    private void boot() {
        cpus.forEach(VirtualCpu::reset);
        long rsdp = AcpiTables.write(platform.memory(), map, spec.cpus());
        Smbios.write(platform.memory(), map, spec.cpus());
        switch (spec.start()) {
            case Start.Kernel kernel -> start(kernel, rsdp);
            case Start.FromFirmware _ -> startFirmware();
        }
    }

    private void start(Start.Kernel kernel, long rsdp) {
        CpuRegisters entry =
                KernelLoader.load(
                        new BootRequest(
                                kernel.file(), kernel.modules(), kernel.commandLine(), map, rsdp),
                        platform.memory());
        cpus.forEach(MemoryTypeRanges::set);
        LegacyInterrupts.set(ports, platform.memory());
        apics.getFirst().virtualWire();
        cpus.getFirst().load(entry);
    }

    private void startFirmware() {
        cpus.forEach(MemoryTypeRanges::set);
        apics.getFirst().virtualWire();
        Objects.requireNonNull(firmware).start();
    }

    /**
     * Runs the machine until it ends. Once only.
     *
     * @return why it ended
     */
    public Outcome run() {
        try {
            loop.run();
        } finally {
            devices.disconnect();
        }
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
        devices.serialInput().send(bytes, whenTaken);
    }

    /** What is on the screen, if there is one. On the machine's thread, or when it has ended. */
    public Picture screen() {
        return devices.display().map(DisplayAdapter::picture).orElseGet(Picture.Blank::new);
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

    private void setA20(boolean open) {
        for (VirtualCpu cpu : cpus) {
            cpu.setA20(open);
        }
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
            end(new Outcome.Crash(cpu));
        } else {
            requestReset();
        }
    }

    private void reset() {
        apics.forEach(LocalApic::reset);
        if (firmware != null) {
            cpus.forEach(VirtualCpu::reset);
            cpus.forEach(MemoryTypeRanges::set);
            apics.getFirst().virtualWire();
            if (firmware.resume()) {
                loop.restart();
                return;
            }
        }
        devices.reset();
        platform.clearMemory().run();
        boot();
        loop.restart();
    }
}
