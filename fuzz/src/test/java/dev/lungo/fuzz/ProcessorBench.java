package dev.lungo.fuzz;

import static dev.lungo.isa.Mnemonic.FLD;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.VMOVUPS;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Mnemonic.XSAVE;
import static dev.lungo.isa.Mnemonic.XSETBV;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.cpu.SoftEngine;
import dev.lungo.fuzz.GuestMode.Paging;
import dev.lungo.host.HostMemory;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.Clock;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;
import dev.lungo.machine.Tracer;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A processor with RAM, one device behind ports and one behind addresses, whose clock stands still
 * while it runs. It runs in blocks, or instruction by instruction: a tracer makes an engine do so.
 */
final class ProcessorBench {
    static final long DEVICE = 0xC000_0000L;
    private static final int FIRST_DEVICE_PORT = 0x100;
    private static final long SAVE_AREA = 0x7_0000;
    private static final int COMPARED_BYTES = 0x8_0000;

    /** Of 512 blocks each. */
    private static final int BEATS = 4;

    private static final int MOST_STEPS = 20_000;

    private static final Watchdog WATCHDOG = new Watchdog();

    /**
     * How a run ended.
     *
     * @param byItself it was not kicked, and would end so again
     */
    record Ending(boolean byItself, CpuRegisters registers) {}

    private final class StandingClock implements Clock {
        @Override
        public long nanos() {
            return 1000L * runs;
        }

        @Override
        public void beat() {
            beats++;
            if (beats > BEATS) {
                cpu.kick();
            }
            if (beats > 2 * BEATS) {
                throw new AssertionError("the processor was kicked and goes on");
            }
        }
    }

    private final HostMemory memory = new HostMemory(4 << 20);
    private final GuestTables tables = new GuestTables(memory);
    private final Random device = new Random();
    private final Clock clock = new StandingClock();
    private final LocalApic apic = new LocalApic(0, new ApicBus(), new Timers(clock));
    private final VirtualCpu cpu;
    private int beats;
    private int steps;
    private @Nullable Instruction last;
    private long lastLinear;

    /** A repetition may have been: when it notices is not the same in blocks and in steps. */
    private boolean overwritten;

    private int runs;

    /** One that runs in blocks. */
    static ProcessorBench interpreting() {
        return new ProcessorBench(new SoftEngine(), false);
    }

    /** One that runs instruction by instruction. */
    static ProcessorBench stepping() {
        return new ProcessorBench(new SoftEngine(), true);
    }

    /** One that translates what it runs often; the test is skipped where the host cannot. */
    static ProcessorBench translating() {
        SoftEngine engine = new SoftEngine();
        assumeTrue(engine.hasTier("native"), "the host has no processor for it");
        return new ProcessorBench(engine.withTier("native"), false);
    }

    private ProcessorBench(Engine engine, boolean stepwise) {
        Tracer tracer =
                stepwise ? (_, _, linear, instruction) -> step(linear, instruction) : Tracer.NONE;
        String model = engine.cpuModels().getLast();
        cpu =
                engine.createCpu(
                        new CpuSetup(0, 2, model, memory, ports(), mmio(), apic, clock, tracer));
        apic.connect(cpu.signals());
    }

    private void step(long linear, Instruction instruction) {
        if (++steps > MOST_STEPS) {
            cpu.kick();
        }
        Instruction before = last;
        if (before != null
                && (before.has(Instruction.REP) || before.has(Instruction.REPNE))
                && linear != lastLinear + before.length()
                && !(linear == lastLinear && before.equals(instruction))) {
            overwritten = true;
        }
        last = instruction;
        lastLinear = linear;
    }

    private PortBus ports() {
        PortBus ports = new PortBus();
        ports.map(
                FIRST_DEVICE_PORT,
                0x1000,
                new PortDevice() {
                    @Override
                    public int read(int offset) {
                        return device.nextInt(256);
                    }

                    @Override
                    public void write(int offset, int value) {}
                });
        return ports;
    }

    private MmioBus mmio() {
        MmioBus mmio = new MmioBus();
        mmio.map(
                DEVICE,
                0x10_0000,
                new MmioDevice() {
                    @Override
                    public long read(long offset, Width width) {
                        return device.nextLong() & width.mask();
                    }

                    @Override
                    public void write(long offset, Width width, long value) {}
                });
        return mmio;
    }

    /** From power-up to a state in which every instruction has what it needs. */
    void powerUp(GuestMode mode, long seed) {
        memory.clear();
        apic.reset();
        cpu.reset();
        runs = 0;
        device.setSeed(seed);
        tables.write(GuestMode.LONG_64, new Random(seed));
        runInLongMode(PREAMBLE);
        tables.write(mode, new Random(seed));
    }

    private void runInLongMode(byte[] code) {
        memory.write(GuestTables.CODE, code);
        CpuRegisters registers = GuestMode.LONG_64.registers(Paging.NONE, false);
        registers.cr4 |= Cr4.OSFXSR | Cr4.OSXSAVE;
        cpu.load(registers);
        beats = 0;
        while (cpu.run() instanceof VmExit.Kicked) {} // late, and not meant for this
    }

    /** Puts bytes where code or tables are. */
    void write(long guestPhysical, byte... bytes) {
        memory.write(guestPhysical, bytes);
    }

    /** Loads a state that processors can have: the upper levels of the tables are as they were. */
    void load(CpuRegisters registers) {
        tables.writePointers();
        cpu.load(registers);
    }

    void nmi() {
        cpu.signals().nmi();
    }

    void interrupt(int vector) {
        apic.writeMmio(0xF0, 0x1FF); // SVR: enabled
        apic.writeMmio(0x300, 0x4_4000 | vector); // ICR: to itself
    }

    Ending run() {
        beats = 0;
        steps = 0;
        last = null;
        overwritten = false;
        runs++;
        VmExit exit;
        boolean kicked;
        do { // a kick may be a late one, for the run before
            WATCHDOG.begin(cpu);
            try {
                exit = cpu.run();
            } finally {
                kicked = WATCHDOG.end() || beats > BEATS || steps > MOST_STEPS;
            }
        } while (exit instanceof VmExit.Kicked && !kicked);
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        ArchitecturalState.check(registers);
        if (!(exit instanceof VmExit.Shutdown)) {
            ArchitecturalState.checkBases(registers);
        }
        registers.rflags &= ~Rflags.RF; // it tells how often a repetition was left
        return new Ending(!kicked && !overwritten, registers);
    }

    /** What memory holds, x87 and vector registers included. It is not to be run after that. */
    byte[] contents() {
        tables.write(GuestMode.LONG_64, new Random(0));
        runInLongMode(EPILOGUE);
        byte[] contents = new byte[COMPARED_BYTES];
        memory.read(0, contents, 0, contents.length);
        return contents;
    }

    /** XCR0, the registers for system calls, vector and x87 registers. */
    private static final byte[] PREAMBLE =
            Assembler.assemble(
                    CodeMode.CODE64,
                    GuestTables.CODE,
                    a -> {
                        a.op(MOV, ECX, imm(0)).op(MOV, EAX, imm(7)).op(MOV, EDX, imm(0)).op(XSETBV);
                        wrmsr(a, Msr.IA32_STAR, 0x0028_0008_0000_0000L);
                        wrmsr(a, Msr.IA32_LSTAR, GuestTables.HANDLERS);
                        wrmsr(a, Msr.IA32_SYSENTER_CS, 0x10);
                        wrmsr(a, Msr.IA32_SYSENTER_ESP, GuestTables.INNER_STACK);
                        wrmsr(a, Msr.IA32_SYSENTER_EIP, GuestTables.HANDLERS);
                        for (int i = 0; i < 16; i++) {
                            long at = GuestTables.DATA + 64L * i;
                            a.op(
                                    VMOVUPS,
                                    new Operand.Register(RegisterKind.YMM, i),
                                    abs(32, at, 8));
                            if (i < 6) {
                                a.op(FLD, abs(10, at + 32, 8));
                            }
                        }
                        a.op(HLT);
                    });

    private static void wrmsr(Assembler a, int msr, long value) {
        a.op(MOV, ECX, imm(msr))
                .op(MOV, EAX, imm(value & 0xFFFF_FFFFL))
                .op(MOV, EDX, imm(value >>> 32));
        a.op(WRMSR);
    }

    /** Saves what {@link CpuRegisters} has not. */
    private static final byte[] EPILOGUE =
            Assembler.assemble(
                    CodeMode.CODE64,
                    GuestTables.CODE,
                    a -> {
                        a.op(MOV, ECX, imm(0)).op(MOV, EAX, imm(7)).op(MOV, EDX, imm(0)).op(XSETBV);
                        a.op(XSAVE, abs(0, SAVE_AREA, 8)).op(HLT);
                    });
}
