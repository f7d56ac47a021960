package dev.lungo.fuzz;

import static dev.lungo.isa.Mnemonic.FLD;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.VMOVUPS;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Mnemonic.XSETBV;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.cpu.SoftEngine;
import dev.lungo.fuzz.GuestMode.Paging;
import dev.lungo.host.HostMemory;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Efer;
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
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any code in any mode, over tables that may be corrupt, with any registers: the processor never
 * throws, stops when it is kicked, and is always in a state that the architecture has.
 *
 * <p>An input is a byte for the mode, one for paging and privilege, eight that registers and data
 * are made from, one for how many bytes of the tables change, three for each of those, and code. It
 * is run from each of its instructions in turn, since the first that faults or halts ends a run.
 */
class ProcessorFuzz {
    private static final List<GuestMode> MODES = List.of(GuestMode.values());
    private static final List<Paging> PAGINGS = List.of(Paging.values());
    private static final int HEADER_BYTES = 11;
    private static final int MOST_CHANGES = 8;
    private static final int MOST_CODE_BYTES = 256;
    private static final int MOST_RUNS = 24;

    /** Of 512 blocks each. */
    private static final int BEATS = 4;

    private static final long DEVICE = 0xC000_0000L;
    private static final int FIRST_DEVICE_PORT = 0x100;

    private final class CountingClock implements Clock {
        private long nanos;

        @Override
        public long nanos() {
            return nanos += 100;
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

    private static final Watchdog WATCHDOG = new Watchdog();

    private final HostMemory memory = new HostMemory(4 << 20);
    private final GuestTables tables = new GuestTables(memory);
    private final Clock clock = new CountingClock();
    private final LocalApic apic = new LocalApic(0, new ApicBus(), new Timers(clock));
    private final VirtualCpu cpu = processor();
    private int beats;

    private VirtualCpu processor() {
        Random values = new Random(1);
        PortBus ports = new PortBus();
        ports.map(
                FIRST_DEVICE_PORT,
                0x1000,
                new PortDevice() {
                    @Override
                    public int read(int offset) {
                        return values.nextInt(256);
                    }

                    @Override
                    public void write(int offset, int value) {}
                });
        MmioBus mmio = new MmioBus();
        mmio.map(
                DEVICE,
                0x10_0000,
                new MmioDevice() {
                    @Override
                    public long read(long offset, Width width) {
                        return values.nextLong() & width.mask();
                    }

                    @Override
                    public void write(long offset, Width width, long value) {}
                });
        SoftEngine engine = new SoftEngine();
        String model = engine.cpuModels().getLast();
        VirtualCpu made =
                engine.createCpu(new CpuSetup(0, 2, model, memory, ports, mmio, apic, clock));
        apic.connect(made.signals());
        return made;
    }

    @MethodSource("seeds")
    @FuzzTest
    void theProcessorTakesAnything(byte[] input) {
        if (input.length <= HEADER_BYTES) {
            return;
        }
        GuestMode mode = MODES.get((input[0] & 0xFF) % MODES.size());
        Paging paging = PAGINGS.get((input[1] & 0x7F) % PAGINGS.size());
        boolean user = (input[1] & 0x80) != 0;
        Random random = new Random(seed(input));
        powerUp(mode, random);
        int changes = Math.min(input[10] & 0xFF, MOST_CHANGES);
        byte[] code = rest(input, HEADER_BYTES + 3 * changes);
        memory.write(GuestTables.CODE, code);
        for (int start : instructions(mode.code, code)) {
            CpuRegisters registers = mode.registers(paging, user);
            scramble(registers, random);
            registers.rip += start;
            tables.writePointers(); // a state with others that are loaded is none
            cpu.load(registers);
            change(input, changes);
            signal(random);
            if (!run()) {
                return; // it would take as long from the next
            }
        }
    }

    @Test
    void theProcessorTakesRandomCodeInEveryMode() {
        SeededInputs.made(1_000, RandomCode::input, this::theProcessorTakesAnything);
    }

    private void change(byte[] input, int changes) {
        int end = Math.min(HEADER_BYTES + 3 * changes, input.length - 2);
        for (int at = HEADER_BYTES; at < end; at += 3) {
            int place = (input[at] & 0xFF) | (input[at + 1] & 0xFF) << 8;
            memory.putByte(GuestTables.PAGES[place >> 12] + (place & 0xFFF), input[at + 2]);
        }
    }

    /** Without them the fuzzer would begin with inputs too short to hold code. */
    static List<byte[]> seeds() {
        return SeededInputs.first(40, RandomCode::input);
    }

    private static long seed(byte[] input) {
        long seed = 0;
        for (int i = 2; i < 10; i++) {
            seed = seed << 8 | input[i] & 0xFF;
        }
        return seed;
    }

    private static byte[] rest(byte[] input, int from) {
        int end = Math.min(input.length, from + MOST_CODE_BYTES);
        return from >= end ? new byte[0] : Arrays.copyOfRange(input, from, end);
    }

    /** Where instructions begin. */
    private static List<Integer> instructions(CodeMode mode, byte[] code) {
        List<Integer> starts = new ArrayList<>();
        for (int at = 0; at < code.length && starts.size() < MOST_RUNS; ) {
            starts.add(at);
            at +=
                    Decoder.decode(mode, code, at, code.length - at) instanceof Instruction i
                            ? i.length()
                            : 1;
        }
        return starts;
    }

    private void powerUp(GuestMode mode, Random random) {
        memory.clear();
        apic.reset();
        cpu.reset();
        tables.write(GuestMode.LONG_64, random);
        memory.write(GuestTables.CODE, PREAMBLE);
        CpuRegisters registers = GuestMode.LONG_64.registers(Paging.NONE, false);
        registers.cr4 |= Cr4.OSFXSR | Cr4.OSXSAVE;
        cpu.load(registers);
        run();
        tables.write(mode, random);
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

    private static void scramble(CpuRegisters registers, Random random) {
        for (int i = 0; i < registers.gpr.length; i++) {
            if (i != 4 || random.nextInt(16) == 0) {
                registers.gpr[i] = value(random);
            }
        }
        registers.rflags |=
                random.nextLong()
                        & (Rflags.STATUS | Rflags.DF | Rflags.IF | Rflags.IOPL | Rflags.AC);
        if (random.nextInt(8) == 0) {
            registers.rflags |= random.nextLong() & (Rflags.TF | Rflags.RF | Rflags.NT | Rflags.ID);
        }
        registers.cr0 |= random.nextLong() & (Cr0.MP | Cr0.WP | Cr0.AM);
        if (random.nextInt(8) == 0) {
            registers.cr0 |= random.nextLong() & (Cr0.EM | Cr0.TS | Cr0.CD);
        }
        registers.cr4 |=
                Cr4.OSFXSR
                        | random.nextLong()
                                & (Cr4.OSXSAVE | Cr4.OSXMMEXCPT | Cr4.PGE | Cr4.DE | Cr4.FSGSBASE);
        if (random.nextInt(4) == 0) {
            registers.cr4 |=
                    random.nextLong()
                            & (Cr4.VME | Cr4.PVI | Cr4.TSD | Cr4.PCE | Cr4.UMIP | Cr4.MCE);
        }
        registers.efer |= random.nextLong() & (Efer.SCE | Efer.NXE);
        if (random.nextInt(8) == 0) {
            for (int i = 0; i < 4; i++) {
                registers.debug[i] = value(random);
            }
            registers.debug[7] = random.nextLong() & 0xFFFF_2FFFL;
        }
    }

    /** Mostly what leads somewhere as an address. */
    private static long value(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(16);
            case 1 -> random.nextInt(0x400);
            case 2 -> random.nextLong();
            case 3 -> random.nextInt();
            case 4 -> 0xC000_0080L + random.nextInt(8); // numbers of MSRs
            case 5 -> 0x1_0000 + random.nextInt(0x2_0000);
            case 6 -> (1L << random.nextInt(64)) - random.nextInt(3);
            case 7 -> DEVICE + random.nextInt(0x1000);
            case 8 -> GuestTables.DATA + (random.nextInt(8) << 12) - random.nextInt(16);
            default -> GuestTables.DATA + random.nextInt(GuestTables.DATA_BYTES);
        };
    }

    private void signal(Random random) {
        switch (random.nextInt(16)) {
            case 0 -> cpu.signals().nmi();
            case 1 -> {
                apic.writeMmio(0xF0, 0x1FF); // SVR: enabled
                apic.writeMmio(0x300, 0x4_4000 | 0x20 + random.nextInt(0xE0)); // ICR: to itself
            }
            default -> {}
        }
    }

    /** Whether it ended by itself. */
    private boolean run() {
        beats = 0;
        VmExit exit;
        boolean kicked;
        do { // a kick may be a late one, for the run before
            WATCHDOG.begin(cpu);
            try {
                exit = cpu.run();
            } finally {
                kicked = WATCHDOG.end() || beats > BEATS;
            }
        } while (exit instanceof VmExit.Kicked && !kicked);
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        ArchitecturalState.check(registers);
        return !kicked;
    }
}
