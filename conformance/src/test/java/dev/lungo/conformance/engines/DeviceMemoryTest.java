package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CLD;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.STOS;
import static dev.lungo.isa.Mnemonic.XCHG;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RDI;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.ResetControl;
import dev.lungo.devices.pci.ConfigSpace;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Width;
import dev.lungo.machine.BusWatcher;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.VirtualCpu;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory of a PCI function, as a guest sees it on every engine and tier. */
class DeviceMemoryTest {
    private static final long ECAM = 0xB000_0000L;
    private static final long BAR_0 = ECAM + (1 << 15) + 0x10;
    private static final long COMMAND = ECAM + (1 << 15) + 4;
    private static final long OTHER_BAR_0 = ECAM + (2 << 15) + 0x10;

    private static final long WINDOW = 0xC000_0000L;
    private static final int BYTES = 1 << 20;
    private static final long HERE = WINDOW + BYTES;
    private static final long THERE = WINDOW + 3 * BYTES;

    /** A guest, a function with memory, and one with registers of which each reads 5A5A5A5Ah. */
    private static final class Machine implements AutoCloseable {
        final Bench bench;
        final DeviceMemory memory;

        /** How often the bus was asked for what is in the window. */
        final AtomicInteger accesses = new AtomicInteger();

        Machine(Way way, int cpus) {
            way.assumeOneBoard();
            bench = new Bench(way, cpus);
            bench.cpus.forEach(VirtualCpu::reset);
            bench.longMode(0);
            memory = bench.memory.deviceMemory(BYTES);
            PciHost pci = new PciHost(new ResetControl(() -> {}), _ -> _ -> {});
            bench.mmio.map(ECAM, BYTES, pci.ecam());
            bench.mmio.map(WINDOW, 16 * BYTES, pci.memoryWindow(WINDOW, 16 * BYTES));
            ConfigSpace other = new ConfigSpace(0x1234, 1, 0, 0);
            other.memoryBar(0, 4096, false, false, registers());
            ConfigSpace config = new ConfigSpace(0x1234, 2, 0, 0);
            config.memoryBar(0, false, memory);
            pci.attach(1, 0, config);
            pci.attach(2, 0, other);
            bench.mmio.write(BAR_0, Width.DWORD, HERE);
            bench.mmio.write(COMMAND, Width.WORD, 2);
            bench.mmio.watch(
                    new BusWatcher() {
                        @Override
                        public void read(long address, Width width, long value) {
                            count(address);
                        }

                        @Override
                        public void write(long address, Width width, long value) {
                            count(address);
                        }
                    });
        }

        private void count(long address) {
            if (address >= WINDOW && address < WINDOW + 16 * BYTES) {
                accesses.incrementAndGet();
            }
        }

        private static MmioDevice registers() {
            return new MmioDevice() {
                @Override
                public long read(long offset, Width width) {
                    return 0x5A5A_5A5AL;
                }

                @Override
                public void write(long offset, Width width, long value) {}
            };
        }

        int at(long offset) {
            return (int) memory.get(offset, Width.DWORD);
        }

        @Override
        public void close() {
            bench.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGuestFillsItWithoutTheBus(Way way) {
        try (Machine machine = new Machine(way, 1)) {
            machine.bench.code(a -> {
                a.op(MOV, RDI, imm(HERE)).op(MOV, ECX, imm(BYTES / 4)).op(CLD);
                a.op(MOV, EAX, imm(0x1234_5678)).db(0xF3).string(STOS, 4);
                a.op(MOV, RSI, imm(HERE)).op(MOV, EBX, mem(4, RSI, 0xFFC));
                a.op(MOV, mem(4, RSI, 0xFFE), EAX).op(XCHG, mem(4, RSI, 0x100), EAX).op(HLT);
            });

            machine.bench.run();

            assertThat(machine.bench.register(Bench.RBX)).isEqualTo(0x1234_5678);
            assertThat(machine.at(0)).isEqualTo(0x1234_5678);
            assertThat(machine.at(BYTES - 4)).isEqualTo(0x1234_5678);
            assertThat(machine.at(0xFFE)).isEqualTo(0x1234_5678);
            assertThat(machine.at(0xFFC)).isEqualTo(0x5678_5678);
            assertThat(machine.accesses).hasValue(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void itGoesWhereTheGuestPlacesItAtOnce(Way way) {
        try (Machine machine = new Machine(way, 1)) {
            machine.bench.code(a -> {
                a.op(MOV, RSI, imm(HERE)).op(MOV, RDI, imm(THERE)).op(MOV, RBX, imm(BAR_0));
                a.op(MOV, mem(4, RSI), imm(1)).op(MOV, EAX, imm(THERE));
                a.op(MOV, mem(4, RBX), EAX).op(MOV, mem(4, RSI), imm(2));
                a.op(MOV, ECX, mem(4, RSI)).op(MOV, EDX, mem(4, RDI));
                a.op(MOV, mem(4, RDI, 4), imm(3)).op(HLT);
            });

            machine.bench.run();

            assertThat(machine.bench.register(Bench.RCX)).isEqualTo(0xFFFF_FFFFL);
            assertThat(machine.bench.register(Bench.RDX)).isEqualTo(1);
            assertThat(machine.at(0)).isEqualTo(1);
            assertThat(machine.at(4)).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsNowhereWhileMemoryIsNotDecoded(Way way) {
        try (Machine machine = new Machine(way, 1)) {
            machine.bench.code(a -> {
                a.op(MOV, RSI, imm(HERE)).op(MOV, RBX, imm(COMMAND)).op(MOV, mem(4, RSI), imm(7));
                a.op(MOV, mem(2, RBX), imm(0)).op(MOV, ECX, mem(4, RSI));
                a.op(MOV, mem(4, RSI), imm(8)).op(MOV, mem(2, RBX), imm(2));
                a.op(MOV, EDX, mem(4, RSI)).op(HLT);
            });

            machine.bench.run();

            assertThat(machine.bench.register(Bench.RCX)).isEqualTo(0xFFFF_FFFFL);
            assertThat(machine.bench.register(Bench.RDX)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotInAWindowIsNotReached(Way way) {
        try (Machine machine = new Machine(way, 1)) {
            machine.bench.memory.putInt(0x10_0000, 0x77);
            machine.bench.code(a -> {
                a.op(MOV, RSI, imm(0x10_0000)).op(MOV, RBX, imm(BAR_0));
                a.op(MOV, mem(4, RBX), imm(0x10_0000)).op(MOV, ECX, mem(4, RSI)); // over RAM
                a.op(MOV, mem(4, RBX), imm(-1)).op(MOV, EDX, mem(4, RBX)).op(HLT); // sizing
            });

            machine.bench.run();

            assertThat(machine.bench.register(Bench.RCX)).isEqualTo(0x77);
            assertThat(machine.bench.register(Bench.RDX)).isEqualTo((-BYTES | 8) & 0xFFFF_FFFFL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereAnotherFunctionIsPlacedBothAreReachedByTheBus(Way way) {
        try (Machine machine = new Machine(way, 1)) {
            machine.bench.mmio.write(OTHER_BAR_0, Width.DWORD, THERE);
            machine.bench.mmio.write(OTHER_BAR_0 - 12, Width.WORD, 2);
            machine.bench.code(a -> {
                a.op(MOV, RSI, imm(THERE)).op(MOV, RBX, imm(BAR_0)).op(MOV, EAX, imm(THERE));
                a.op(MOV, ECX, mem(4, RSI)).op(MOV, mem(4, RBX), EAX);
                a.op(MOV, mem(4, RSI), imm(9)).op(MOV, mem(4, RSI, 0x2000), imm(10));
                a.op(MOV, EDX, mem(4, RSI)).op(HLT); // the first function answers
            });

            machine.bench.run();

            assertThat(machine.bench.register(Bench.RCX)).isEqualTo(0x5A5A_5A5A);
            assertThat(machine.bench.register(Bench.RDX)).isEqualTo(9);
            assertThat(machine.at(0x2000)).isEqualTo(10);
            assertThat(machine.accesses).hasValue(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void codeInItIsTheCodeThatIsThereNow(Way way) {
        try (Machine machine = new Machine(way, 1)) {
            byte[] inc =
                    Assembler.assemble(CodeMode.CODE64, HERE, a -> a.op(INC, EBX).op(RET).db(0, 0));
            machine.memory.write(0, inc, 0, 4);
            machine.bench.code(a -> {
                a.op(MOV, RSI, imm(HERE)).op(MOV, EBX, imm(0)).op(MOV, ECX, imm(100));
                a.label("again").op(CALL, RSI).op(dev.lungo.isa.Mnemonic.DEC, ECX);
                a.jump(JNZ, "again");
                a.op(MOV, mem(1, RSI, 1), imm(0xCB)).op(CALL, RSI).op(HLT); // DEC EBX
            });

            machine.bench.run();

            assertThat(machine.bench.register(Bench.RBX)).isEqualTo(99);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherProcessorSeesItGo(Way way) throws InterruptedException {
        way.assumeOneThread();
        try (Machine machine = new Machine(way, 2)) {
            Bench bench = machine.bench;
            VirtualCpu second = bench.cpus.get(1);
            CpuRegisters registers = bench.registers();
            registers.rip = Bench.CODE + 0x100;
            registers.gpr[Bench.RSP] = Bench.STACK - 0x800;
            second.load(registers);
            bench.code(a -> { // counts until the memory is gone
                a.op(MOV, RSI, imm(HERE)).op(MOV, RDI, imm(Bench.DATA)).label("again");
                a.op(INC, mem(4, RDI)).op(MOV, EAX, mem(4, RSI)).op(CMP, EAX, imm(-1));
                a.jump(JNZ, "again").op(HLT);
            });
            bench.code(
                    Bench.CODE + 0x100,
                    a -> {
                        a.op(MOV, RDI, imm(Bench.DATA)).op(MOV, RBX, imm(BAR_0)).label("again");
                        a.op(MOV, EAX, mem(4, RDI)).op(CMP, EAX, imm(10_000));
                        a.jump(dev.lungo.isa.Mnemonic.JB, "again").op(MOV, RAX, imm(THERE));
                        a.op(MOV, mem(4, RBX), EAX).op(HLT);
                    });

            Thread mover = Thread.ofPlatform().start(() -> Bench.run(second));
            bench.run();
            mover.join();

            assertThat(bench.register(Bench.RAX)).isEqualTo(0xFFFF_FFFFL);
            assertThat(bench.memory.getInt(Bench.DATA)).isGreaterThanOrEqualTo(10_000);
        }
    }
}
