package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Guid;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.TestMemory;
import dev.lungo.devices.Cmos;
import dev.lungo.devices.ResetControl;
import dev.lungo.devices.display.BochsDisplay;
import dev.lungo.devices.display.DisplayAdapter;
import dev.lungo.devices.pci.ConfigSpace;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.devices.virtio.VirtioFunction;
import dev.lungo.devices.virtio.VirtioNet;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.uefi.boottime.BootService;
import dev.lungo.firmware.uefi.manager.GivenKernel;
import dev.lungo.firmware.uefi.runtime.RuntimeService;
import dev.lungo.firmware.uefi.variables.VariableStore;
import dev.lungo.isa.Width;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.NetBackend;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;

/** UEFI on a board without a processor: a test plays the guest. */
public final class Rig {
    static final long RAM = 32 << 20;

    private static final int PAGE = 4096;

    /** For the test's own data: loaded images and pages come from above. */
    public static final long SCRATCH = 0x20_0000;

    /** 2009-02-13, 23:31:30 UTC. */
    private static final long TIME = 1_234_567_890L * 1_000_000_000;

    static final long MAC = 0x5254_0012_3456L;
    private static final int DISK_SLOT = 1;
    private static final int NETWORK_SLOT = 2;
    private static final int DISPLAY_SLOT = 31;
    private static final long STACK = 0x40_0000;
    private static final long SYSTEM_TABLE = 0x5453_5953_2049_4249L;
    private static final int[] ARGUMENTS = {1, 2, 8, 9};
    private static final int MOST_WAITS = 1000;

    /** The guest waits for what never comes. */
    public static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A network on which everybody answers with the same frame. */
    static final class Echo implements NetBackend {
        final List<byte[]> sent = new ArrayList<>();
        private Receiver receiver = (_, _, _) -> {};

        @Override
        public void send(byte[] frame, int at, int bytes) {
            byte[] copy = Arrays.copyOfRange(frame, at, at + bytes);
            sent.add(copy);
            byte[] answer = copy.clone();
            System.arraycopy(copy, 0, answer, 6, 6);
            System.arraycopy(copy, 6, answer, 0, 6);
            arrive(answer);
        }

        void arrive(byte[] frame) {
            receiver.receive(frame, 0, frame.length);
        }

        @Override
        public void onReceive(Receiver newReceiver) {
            receiver = newReceiver;
        }

        @Override
        public void close() {}
    }

    public final TestMemory memory = new TestMemory(RAM);
    final DisplayAdapter display = new DisplayAdapter(memory);
    final Echo echo = new Echo();
    final List<String> told = new ArrayList<>();
    final VariableStore variables = new VariableStore();
    final Uefi uefi;
    final long systemTable;
    int resets;
    int powerOffs;

    /** The guest's functions, by made-up addresses. */
    private final Map<Long, LongUnaryOperator> functions = new HashMap<>();

    private final PortBus ports = new PortBus();
    private final Cpu cpu = new Cpu();
    long nanos;
    private int waits;
    private final Timers timers = new Timers(() -> nanos);

    public Rig() {
        this(List.of(), Optional.empty());
    }

    /** With a disk, which is the PCI function 00:01.0. */
    public Rig(BlockBackend disk) {
        this(List.of(new Board.Disk(disk, Medium.HARD_DISK, DISK_SLOT)), Optional.empty());
    }

    /** With a kernel to start. */
    Rig(GivenKernel kernel) {
        this(List.of(), Optional.of(kernel));
    }

    private Rig(List<Board.Disk> disks, Optional<GivenKernel> kernel) {
        PciHost pci = new PciHost(new ResetControl(() -> {}), _ -> _ -> {});
        pci.attach(DISPLAY_SLOT, 0, display.config());
        VirtioFunction network =
                new VirtioFunction(
                        made -> new VirtioNet(made, echo, MAC, 1, Runnable::run),
                        memory,
                        (_, _) -> {},
                        /* packed= */ false,
                        told::add);
        if (!disks.isEmpty()) {
            pci.attach(DISK_SLOT, 0, new ConfigSpace(0x1AF4, 0x1042, 1, 0x018000));
        }
        pci.attach(NETWORK_SLOT, 0, network.config());
        MmioBus mmio = new MmioBus();
        mmio.map(
                PhysicalMap.PCI_MMIO,
                PhysicalMap.PCI_MMIO_BYTES,
                pci.memoryWindow(PhysicalMap.PCI_MMIO, PhysicalMap.PCI_MMIO_BYTES));
        ports.map(0x70, Cmos.PORTS, new Cmos(TIME, _ -> {}, timers));
        ports.map(0xCF8, PciHost.CONFIG_PORTS, pci.configPorts());
        ports.map(0x1CE, BochsDisplay.PORTS, display.display());
        Board board =
                new Board(
                        memory,
                        MemoryMap.of(RAM),
                        ports,
                        mmio,
                        List.of(cpu),
                        timers,
                        disks,
                        Optional.of(new Board.Display(display.frameBuffer(), DISPLAY_SLOT)),
                        this::runUntil,
                        () -> resets++,
                        () -> powerOffs++,
                        told::add);
        for (long page = 0; page < RAM; page += PAGE) {
            memory.write(page, new byte[PAGE]);
        }
        uefi =
                new Uefi(
                        board,
                        new Uefi.Settings(
                                List.of(Medium.HARD_DISK),
                                Report.NONE,
                                variables,
                                _ -> {},
                                kernel));
        uefi.start();
        systemTable = find(SYSTEM_TABLE);
    }

    /** RESET#: the firmware begins anew, and puts everything where it was. */
    void reset() {
        uefi.start();
        assertThat(find(SYSTEM_TABLE)).isEqualTo(systemTable);
    }

    private long find(long signature) {
        for (long at = RAM - 8; at > 0; at -= 8) {
            if (memory.getLong(at) == signature) {
                return at;
            }
        }
        throw new AssertionError("there is no system table");
    }

    long bootServices() {
        return memory.getLong(systemTable + 96);
    }

    /** Every function that the guest finds: all stubs there are. */
    public List<Long> allFunctions() {
        List<Long> all = new ArrayList<>();
        byte[] none = new byte[PAGE];
        byte[] page = new byte[PAGE];
        for (long start = 0x100_0000; start < RAM; start += PAGE) {
            memory.read(start, page, 0, PAGE);
            for (int i = 0; !Arrays.equals(page, none) && i < PAGE - 3; i++) {
                if (memory.getInt(start + i) == 0xCCC3_B4E6) {
                    all.add(start + i);
                }
            }
        }
        return all;
    }

    public long boot(BootService service, long... arguments) {
        return call(
                memory.getLong(bootServices() + 24 + 8L * index(service, BootService.values())),
                arguments);
    }

    long runtime(RuntimeService service, long... arguments) {
        long table = memory.getLong(systemTable + 88);
        return call(
                memory.getLong(table + 24 + 8L * index(service, RuntimeService.values())),
                arguments);
    }

    private static <S> int index(S slot, S[] slots) {
        return Arrays.asList(slots).indexOf(slot);
    }

    /** Calls a function of the firmware's as the guest would. */
    public long call(long stub, long... arguments) {
        CpuRegisters before = new CpuRegisters();
        cpu.save(before);
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        long rsp = (before.gpr[4] == 0 ? STACK : before.gpr[4]) - 512 & -16;
        registers.rip = stub + 2;
        registers.gpr[4] = rsp;
        memory.putLong(rsp, 0x1234);
        for (int i = 0; i < arguments.length; i++) {
            if (i < ARGUMENTS.length) {
                registers.gpr[ARGUMENTS[i]] = arguments[i];
            } else {
                memory.putLong(rsp + 8 + 8L * i, arguments[i]);
            }
        }
        cpu.load(registers);
        waits = 0;
        uefi.call(0);
        long result = cpu.registers.gpr[0];
        cpu.load(before);
        return result;
    }

    /** A function of the guest's, which gets its second argument. */
    public long function(LongUnaryOperator body) {
        long at = 0x30_0000 + 16L * functions.size();
        functions.put(at, body);
        return at;
    }

    /** An argument of the guest's function that is being called. */
    public long argument(int index) {
        return index < ARGUMENTS.length
                ? cpu.registers.gpr[ARGUMENTS[index]]
                : memory.getLong(cpu.registers.gpr[4] + 8 + 8L * index);
    }

    private void runUntil(int index, BooleanSupplier holds) {
        while (!holds.getAsBoolean()) {
            LongUnaryOperator function = functions.get(cpu.registers.rip);
            if (function != null) {
                long rsp = cpu.registers.gpr[4];
                long result = function.applyAsLong(cpu.registers.gpr[2]);
                cpu.registers.gpr[0] = result;
                cpu.registers.gpr[4] = rsp + 8;
                cpu.registers.rip = memory.getLong(rsp) + 2;
                uefi.call(0);
            } else if (waits++ > MOST_WAITS || timers.nextDeadline() == Timers.NEVER) {
                throw new Endless();
            } else {
                nanos = Math.max(nanos, timers.nextDeadline());
                timers.runDue();
            }
        }
    }

    void write(int port, int value) {
        ports.write(port, Width.BYTE, value);
    }

    int read(int port) {
        return ports.read(port, Width.BYTE);
    }

    long put(String text) {
        memory.write(SCRATCH + 0x1_0000, LinearMemory.text16(text));
        return SCRATCH + 0x1_0000;
    }

    long put(Guid guid) {
        memory.write(SCRATCH + 0x2_0000, guid.toBytes());
        return SCRATCH + 0x2_0000;
    }

    /** A processor that only has registers, in 64-bit mode with memory mapped to itself. */
    private static final class Cpu implements VirtualCpu {
        CpuRegisters registers = new CpuRegisters();

        @Override
        public void save(CpuRegisters into) {
            copy(registers, into);
        }

        @Override
        public void load(CpuRegisters from) {
            CpuRegisters made = new CpuRegisters();
            copy(from, made);
            registers = made;
        }

        private static void copy(CpuRegisters from, CpuRegisters to) {
            System.arraycopy(from.gpr, 0, to.gpr, 0, 16);
            System.arraycopy(from.segments, 0, to.segments, 0, 6);
            to.rip = from.rip;
            to.rflags = from.rflags;
            to.cr0 = from.cr0;
            to.cr3 = from.cr3;
            to.cr4 = from.cr4;
            to.efer = from.efer;
        }

        @Override
        public VmExit run() {
            throw new AssertionError("there are no instructions");
        }

        @Override
        public void kick() {}

        @Override
        public Signals signals() {
            throw new AssertionError("there are no interrupts");
        }

        @Override
        public void writeMsr(int msr, long value) {}

        @Override
        public void setA20(boolean open) {}

        @Override
        public void reset() {}
    }
}
