package dev.lungo.firmware.bios;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.devices.A20Gate;
import dev.lungo.devices.Cmos;
import dev.lungo.devices.FastA20;
import dev.lungo.devices.I8042;
import dev.lungo.devices.Uart16550;
import dev.lungo.devices.display.BochsDisplay;
import dev.lungo.devices.display.DisplayAdapter;
import dev.lungo.devices.display.Vga;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Report;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.Pic8259Pair;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A BIOS on a board of which a processor that executes nothing is a part: tests call services. */
public final class BiosBench {
    static final int AX = 0;
    static final int CX = 1;
    static final int DX = 2;
    static final int BX = 3;
    static final int SP = 4;
    static final int BP = 5;
    static final int SI = 6;
    static final int DI = 7;
    static final int ES = 0;
    static final int CS = 1;
    static final int SS = 2;
    static final int DS = 3;

    /** 2009-02-13, 23:31:30 UTC, which is a Friday. */
    private static final long TIME = 1_234_567_890L * 1_000_000_000;

    private static final int STACK = 0x7000;
    private static final int OUT_BYTES = 2;
    private static final int MEMORY = 4 << 20;

    public final ArrayMemory memory = new ArrayMemory(MEMORY);
    public final PortBus ports = new PortBus();
    final MmioBus mmio = new MmioBus();
    public final Report report = Report.wanted();
    final A20Gate a20 = new A20Gate(_ -> {});
    final DisplayAdapter display = new DisplayAdapter(memory);
    final I8042 keyboardController = new I8042(_ -> {}, _ -> {}, a20, () -> {});
    final List<String> events = new ArrayList<>();
    final ByteArrayOutputStream serial = new ByteArrayOutputStream();
    final Uart16550 uart;
    long now;
    public CpuRegisters state = new CpuRegisters();

    private final Timers timers = new Timers(() -> now);
    private final Bios bios;

    public BiosBench(Board.Disk... disks) {
        this(List.of(Medium.HARD_DISK, Medium.CDROM), disks);
    }

    public BiosBench(List<Medium> order, Board.Disk... disks) {
        Pic8259Pair pic = new Pic8259Pair(_ -> {});
        ports.map(0x20, 2, pic.master());
        ports.map(0xA0, 2, pic.slave());
        ports.map(0x70, Cmos.PORTS, new Cmos(TIME, _ -> {}, timers));
        ports.map(0x60, 1, keyboardController.data());
        ports.map(0x64, 1, keyboardController.command());
        ports.map(0x92, 1, new FastA20(a20, () -> events.add("reset by port 92h")));
        uart = new Uart16550(serial::write, _ -> {}, timers);
        ports.map(0x3F8, Uart16550.PORTS, uart);
        PciHost pci = new PciHost(nothing(), _ -> _ -> {});
        pci.attach(31, 0, display.config());
        ports.map(0xCF8, PciHost.CONFIG_PORTS, pci.configPorts());
        ports.map(0x3B0, Vga.PORTS, display.vga());
        ports.map(0x1CE, BochsDisplay.PORTS, display.display());
        for (int i = 0; i < state.segments.length; i++) {
            state.segments[i] = new SegmentState(0, 0, 0xFFFF, 0x93);
        }
        mmio.map(PhysicalMap.VGA, PhysicalMap.VGA_BYTES, display.window());
        Board board =
                new Board(
                        memory,
                        MemoryMap.of(MEMORY),
                        ports,
                        mmio,
                        List.of(new Stopped()),
                        timers,
                        Arrays.asList(disks),
                        Optional.empty(),
                        (_, _) -> {},
                        () -> events.add("reset"),
                        () -> events.add("power off"),
                        events::add);
        bios = new Bios(board, new Bios.Settings(order, true, report));
        bios.start();
    }

    public static Board.Disk disk(BlockBackend backend) {
        return new Board.Disk(backend, Medium.HARD_DISK, 1);
    }

    public static Board.Disk cdrom(BlockBackend backend) {
        return new Board.Disk(backend, Medium.CDROM, 2);
    }

    /** INT with these values in AX, BX, CX, DX, as many as there are. */
    BiosBench call(int vector, int... values) {
        int[] registers = {AX, BX, CX, DX};
        for (int i = 0; i < values.length; i++) {
            state.gpr[registers[i]] = values[i] & 0xFFFF_FFFFL;
        }
        return interrupt(vector);
    }

    /** Processors are reset: whether the program goes on. */
    boolean resume() {
        return bios.resume();
    }

    /** INT with the registers as they are. */
    public BiosBench interrupt(int vector) {
        state.gpr[SP] = STACK;
        segment(SS, 0);
        memory.putShort(STACK, (short) 0x1234);
        memory.putShort(STACK + 2, (short) 0x0000);
        memory.putShort(STACK + 4, (short) 0x0202);
        int pointer = memory.getInt(4L * vector);
        segment(CS, pointer >>> 16);
        return trapAt((pointer & 0xFFFF) + OUT_BYTES);
    }

    /** Goes on behind an OUT in the code segment that there is. */
    public BiosBench trapAt(int offset) {
        state.rip = offset;
        bios.call(0);
        return this;
    }

    /** The first OUT to the service port from a vector's handler on. */
    public BiosBench hardwareInterrupt(int vector) {
        int pointer = memory.getInt(4L * vector);
        segment(CS, pointer >>> 16);
        long at = ((long) (pointer >>> 16) << 4) + (pointer & 0xFFFF);
        int offset = 0;
        while ((memory.getShort(at + offset) & 0xFFFF) != 0xB4E6) {
            offset++;
        }
        return trapAt((pointer & 0xFFFF) + offset + OUT_BYTES);
    }

    public BiosBench segment(int register, int selector) {
        state.segments[register] = new SegmentState(selector, (long) selector << 4, 0xFFFF, 0x93);
        return this;
    }

    BiosBench set(int register, int value) {
        state.gpr[register] = value & 0xFFFF_FFFFL;
        return this;
    }

    int get(int register) {
        return (int) state.gpr[register] & 0xFFFF;
    }

    int high(int register) {
        return get(register) >> 8;
    }

    int low(int register) {
        return get(register) & 0xFF;
    }

    boolean carry() {
        return (memory.getByte(STACK + 4) & 1) != 0;
    }

    boolean zero() {
        return (memory.getByte(STACK + 4) & 1 << 6) != 0;
    }

    /** Whether the caller was sent to wait. */
    boolean waits(int vector) {
        int stub = memory.getInt(4L * vector) & 0xFFFF;
        return state.rip > stub + OUT_BYTES && state.rip < stub + 8;
    }

    void type(String characters) {
        for (byte each : characters.getBytes(StandardCharsets.UTF_8)) {
            uart.receive(each);
        }
    }

    String printed() {
        return serial.toString(StandardCharsets.UTF_8);
    }

    /** The characters of a row of the text screen. */
    String row(int row) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < 80; column++) {
            text.append((char) memory.getByte(0xB8000 + 2 * (80 * row + column)));
        }
        return text.toString().stripTrailing();
    }

    private static PortDevice nothing() {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return 0xFF;
            }

            @Override
            public void write(int offset, int value) {}
        };
    }

    /** Has registers, and nothing else. */
    private final class Stopped implements VirtualCpu {
        @Override
        public VmExit run() {
            return new VmExit.Halt();
        }

        @Override
        public void kick() {}

        @Override
        public Signals signals() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void save(CpuRegisters into) {
            copy(state, into);
        }

        @Override
        public void load(CpuRegisters from) {
            copy(from, state);
        }

        @Override
        public void writeMsr(int msr, long value) {}

        @Override
        public void setA20(boolean open) {}

        @Override
        public void reset() {}
    }

    private static void copy(CpuRegisters from, CpuRegisters into) {
        System.arraycopy(from.gpr, 0, into.gpr, 0, from.gpr.length);
        System.arraycopy(from.segments, 0, into.segments, 0, from.segments.length);
        into.rip = from.rip;
        into.rflags = from.rflags;
        into.cr0 = from.cr0;
        into.gdtBase = from.gdtBase;
        into.gdtLimit = from.gdtLimit;
        into.idtBase = from.idtBase;
        into.idtLimit = from.idtLimit;
    }
}
