package dev.lungo.conformance.engines;

import dev.lungo.host.HostMemory;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.DeliveryMode;
import dev.lungo.machine.Engine;
import dev.lungo.machine.InterruptMessage;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Processors of any engine on a bench: 16 MiB of RAM, buses with nothing on them, and descriptor
 * tables in the mode that a test wants.
 *
 * <p>Addresses are guest-physical, which paging, where there is any, maps to themselves: the first
 * 2 MiB for all, the rest of the first 4 GiB for the supervisor only.
 */
final class Bench implements AutoCloseable {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;
    static final int RSP = 4;
    static final int RSI = 6;
    static final int RDI = 7;

    static final int CS = 1;

    // Where things are.
    static final long CODE = 0x1000;
    static final long STACK = 0x8000;
    static final long INNER_STACK = 0x9000;
    static final long HANDLERS = 0xA000;
    static final long GDT = 0x10000;
    static final long IDT = 0x12000;
    static final long TSS = 0x13000;
    static final long DATA = 0x18000;
    static final long PAGE_TABLES = 0x20000;

    // The GDT that the protected modes begin with.
    static final int CODE0 = 0x08;
    static final int DATA0 = 0x10;
    static final int CODE3 = 0x18 | 3;
    static final int DATA3 = 0x20 | 3;
    static final int TASK = 0x28;

    private static final int MEMORY_BYTES = 16 << 20;
    private static final int TABLE_LIMIT = 0xFFF;
    private static final int TSS_LIMIT = 0x20FF; // with a bit for every port
    private static final int HANDLER_BYTES = 32;

    /** How long a guest may run before the test fails, on a busy host too. */
    private static final long PATIENCE_MILLIS = 120_000;

    final HostMemory memory = new HostMemory(MEMORY_BYTES);
    final PortBus ports = new PortBus();
    final MmioBus mmio = new MmioBus();
    final ApicBus bus = new ApicBus();

    /** Whose actions nobody runs but the test. */
    final Timers timers = new Timers(System::nanoTime);

    final List<VirtualCpu> cpus = new ArrayList<>();
    private CodeMode mode = CodeMode.CODE16;

    Bench(Way way) {
        this(way, 1);
    }

    Bench(Way way, int count) {
        this(way.engine(), count);
    }

    Bench(Engine engine, int count) {
        for (int i = 0; i < count; i++) {
            LocalApic apic = new LocalApic(i, bus, timers);
            VirtualCpu cpu =
                    engine.createCpu(
                            new CpuSetup(
                                    i,
                                    count,
                                    engine.cpuModels().getLast(),
                                    memory,
                                    ports,
                                    mmio,
                                    apic,
                                    timers.clock()));
            cpus.add(cpu.sleepsItself() ? new Sleeper(cpu, memory) : cpu);
            apic.connect(cpu.signals());
            if (i == 0) {
                apic.virtualWire();
            }
        }
        if (cpu() instanceof LockStepCpu pair) {
            pair.twin().apics.getFirst().virtualWire();
        }
    }

    VirtualCpu cpu() {
        return cpus.getFirst();
    }

    // Running.

    /** Runs the first processor until it stops by itself. */
    VmExit run() {
        return run(cpu());
    }

    static VmExit run(VirtualCpu cpu) {
        boolean[] late = new boolean[1];
        Thread watchdog =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            try {
                                Thread.sleep(PATIENCE_MILLIS);
                                late[0] = true;
                                cpu.kick();
                            } catch (InterruptedException _) {
                                // it stopped
                            }
                        });
        try {
            VmExit exit = cpu.run();
            if (late[0]) {
                CpuRegisters registers = new CpuRegisters();
                cpu.save(registers);
                throw new AssertionError("it is still running, at %x".formatted(registers.rip));
            }
            return exit;
        } finally {
            watchdog.interrupt();
        }
    }

    /** Sends local APICs a message, and its twin's if there is one. */
    void message(int destination, DeliveryMode kind, int vector) {
        InterruptMessage message = new InterruptMessage(destination, false, kind, vector, false);
        bus.deliver(message);
        if (cpu() instanceof LockStepCpu pair) {
            pair.mirror(() -> pair.twin().apicBus.deliver(message));
        }
    }

    void interrupt(int vector) {
        message(0, DeliveryMode.FIXED, vector);
    }

    void nmi() {
        message(0, DeliveryMode.NMI, 0);
    }

    // Programs.

    /** Puts a program to where the modes begin, in the code size of the mode. */
    Bench code(Consumer<Assembler> program) {
        return code(CODE, program);
    }

    Bench code(long at, Consumer<Assembler> program) {
        return code(mode, at, program);
    }

    Bench code(CodeMode codeMode, long at, Consumer<Assembler> program) {
        memory.write(at, Assembler.assemble(codeMode, at, program));
        return this;
    }

    // Modes.

    /** Real mode, segments at 0. */
    Bench realMode() {
        mode = CodeMode.CODE16;
        CpuRegisters registers = new CpuRegisters();
        for (int i = 0; i < 6; i++) {
            registers.segments[i] = new SegmentState(0, 0, 0xFFFF, i == CS ? 0x9B : 0x93);
        }
        registers.ldtr = new SegmentState(0, 0, 0xFFFF, 0x82);
        registers.tr = new SegmentState(0, 0, 0xFFFF, 0x8B);
        registers.idtLimit = 0x3FF;
        registers.cr0 = Cr0.ET;
        return start(registers);
    }

    /** Flat 32-bit protected mode without paging, at a privilege level. */
    Bench protectedMode(int cpl) {
        mode = CodeMode.CODE32;
        tables(false);
        CpuRegisters registers = protectedRegisters(cpl, 0xC09B);
        registers.cr0 = Cr0.ET | Cr0.PE | Cr0.NE;
        memory.putInt(TSS + 4, (int) INNER_STACK);
        memory.putInt(TSS + 8, DATA0);
        return start(registers);
    }

    /** 64-bit mode, at a privilege level. */
    Bench longMode(int cpl) {
        mode = CodeMode.CODE64;
        tables(true);
        pages();
        CpuRegisters registers = protectedRegisters(cpl, 0xA09B);
        registers.cr0 = Cr0.ET | Cr0.PE | Cr0.PG | Cr0.WP | Cr0.NE;
        registers.cr4 = Cr4.PAE | Cr4.OSFXSR | Cr4.OSXMMEXCPT;
        registers.cr3 = PAGE_TABLES;
        registers.efer = Efer.LME | Efer.LMA | Efer.SCE;
        memory.putLong(TSS + 4, INNER_STACK);
        return start(registers);
    }

    private void pages() {
        memory.putLong(PAGE_TABLES, PAGE_TABLES + 0x1000 | 7);
        for (int gib = 0; gib < 4; gib++) {
            long directory = PAGE_TABLES + 0x2000 + 0x1000L * gib;
            memory.putLong(PAGE_TABLES + 0x1000 + 8L * gib, directory | 7);
            for (int i = 0; i < 512; i++) {
                boolean forAll = gib == 0 && i == 0;
                long page = (long) gib << 30 | (long) i << 21;
                memory.putLong(directory + 8L * i, page | (forAll ? 0x87 : 0x83));
            }
        }
    }

    private CpuRegisters protectedRegisters(int cpl, int codeAccess) {
        CpuRegisters registers = new CpuRegisters();
        int dpl = cpl << 5;
        int data = cpl == 0 ? DATA0 : DATA3;
        for (int i = 0; i < 6; i++) {
            registers.segments[i] = new SegmentState(data, 0, -1, 0xC093 | dpl);
        }
        int code = cpl == 0 ? CODE0 : CODE3;
        registers.segments[CS] = new SegmentState(code, 0, -1, codeAccess | dpl);
        registers.tr = new SegmentState(TASK, TSS, TSS_LIMIT, 0x8B);
        registers.gdtBase = GDT;
        registers.gdtLimit = TABLE_LIMIT;
        registers.idtBase = IDT;
        registers.idtLimit = TABLE_LIMIT;
        return registers;
    }

    private void tables(boolean isLong) {
        long code = isLong ? 0x00AF_9B00_0000_FFFFL : 0x00CF_9B00_0000_FFFFL;
        long data = 0x00CF_9300_0000_FFFFL;
        long dpl3 = 3L << 45;
        memory.putLong(GDT + CODE0, code);
        memory.putLong(GDT + DATA0, data);
        memory.putLong(GDT + (CODE3 & ~3), code | dpl3);
        memory.putLong(GDT + (DATA3 & ~3), data | dpl3);
        memory.putLong(GDT + TASK, 0x0000_8B00_0000_0000L | TSS << 16 | TSS_LIMIT);
        memory.putShort(TSS + 0x66, (short) 0x68); // where the bits for ports begin
        for (int i = 0; i < 0x2000; i++) {
            memory.putByte(TSS + 0x68 + i, (byte) 0xFF);
        }
    }

    private Bench start(CpuRegisters registers) {
        registers.rip = CODE;
        registers.gpr[RSP] = STACK;
        registers.rflags = 2;
        cpu().load(registers);
        return this;
    }

    // Interrupts.

    /** The address of a vector's handler. */
    static long handler(int vector) {
        return HANDLERS + (long) HANDLER_BYTES * vector;
    }

    /** Has a program handle a vector, which code of any privilege may call. */
    Bench handle(int vector, Consumer<Assembler> program) {
        long at = handler(vector);
        switch (mode) {
            case CODE16 -> memory.putInt(4L * vector, (int) at);
            case CODE32 -> memory.putLong(IDT + 8L * vector, gate(at));
            case CODE64 -> memory.putLong(IDT + 16L * vector, gate(at));
        }
        return code(at, program);
    }

    /** An interrupt gate. */
    private static long gate(long offset) {
        return offset & 0xFFFF | (long) CODE0 << 16 | 0xEE00L << 32 | (offset >>> 16) << 48;
    }

    // State.

    CpuRegisters registers() {
        return registers(cpu());
    }

    static CpuRegisters registers(VirtualCpu cpu) {
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        return registers;
    }

    long register(int number) {
        return registers().gpr[number];
    }

    /** Changes what the modes begin with. */
    Bench with(Consumer<CpuRegisters> change) {
        CpuRegisters registers = registers();
        change.accept(registers);
        cpu().load(registers);
        return this;
    }

    @Override
    public void close() {
        cpus.forEach(VirtualCpu::close);
        memory.close();
    }
}
