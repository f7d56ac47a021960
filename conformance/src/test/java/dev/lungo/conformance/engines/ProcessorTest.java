package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CS;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.DeliveryMode;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import dev.lungo.machine.VmExit.ServiceCall;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done to a processor from outside, on every engine and tier. */
class ProcessorTest {
    // Low halves of the ICR: to the processor with ID 1 by the high half.
    private static final int ICR_LOW = 0x300;
    private static final int ICR_HIGH = 0x310;
    private static final int INIT = 0x4500;
    private static final int STARTUP = 0x4600;
    private static final long APIC = 0xFEE0_0000L;

    @ParameterizedTest
    @EnumSource
    void resetLeavesWhatTheManualSays(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(MOV, RBX, imm(1)).op(HLT));
            bench.run();

            bench.cpu().reset();

            CpuRegisters registers = bench.registers();
            assertThat(registers.rip).isEqualTo(0xFFF0);
            assertThat(registers.rflags).isEqualTo(2);
            assertThat(registers.cr0).isEqualTo(Cr0.CD | Cr0.NW | Cr0.ET);
            assertThat(registers.cr3).isZero();
            assertThat(registers.cr4).isZero();
            assertThat(registers.efer).isZero();
            assertThat(registers.segments[Bench.CS].selector()).isEqualTo(0xF000);
            assertThat(registers.segments[Bench.CS].base()).isEqualTo(0xFFFF_0000L);
            assertThat(registers.segments[3]).isEqualTo(new SegmentState(0, 0, 0xFFFF, 0x93));
            assertThat(registers.gpr[Bench.RBX]).isZero();
            assertThat(registers.gpr[Bench.RDX]).isNotZero(); // family, model, stepping
            assertThat(registers.idtLimit).isEqualTo(0xFFFF);
            assertThat(registers.debug[6]).isEqualTo(0xFFFF_0FF0L);
            assertThat(registers.debug[7]).isEqualTo(0x400);
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterResetItRunsAsBefore(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(INC, EBX).op(HLT));
            bench.run();
            bench.cpu().reset();
            bench.longMode(0);

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RBX)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceIsCalledBetweenTwoInstructionsAndMayChangeRegisters(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(MOV, EAX, imm(0x4B41)).op(OUT, imm(ServiceCall.PORT), AL).op(HLT));

            VmExit exit = bench.cpu().run();
            CpuRegisters called = bench.registers();
            called.gpr[Bench.RBX] = 7;
            bench.cpu().load(called);
            VmExit after = bench.cpu().run();

            assertThat(exit).isInstanceOf(ServiceCall.class);
            assertThat(called.gpr[0]).isEqualTo(0x4B41);
            assertThat(after).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RBX)).isEqualTo(7);
            assertThat(bench.registers().rip).isEqualTo(called.rip + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void widerWritesToThePortOfServicesCallNone(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(OUT, imm(ServiceCall.PORT), AX).op(HLT));

            assertThat(bench.cpu().run()).isInstanceOf(VmExit.Halt.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void allRegistersGoInAndComeOut(Way way) {
        try (Bench bench = new Bench(way).longMode(3)) {
            CpuRegisters in = bench.registers();
            for (int i = 0; i < 16; i++) {
                in.gpr[i] = 0x0123_4567_89AB_CDEFL * (i + 1);
            }
            in.rip = 0x1_2345_6789L;
            in.rflags = 0x8D7; // with all status flags
            in.segments[4] = new SegmentState(Bench.DATA3, 0x7FFF_1234_5678L, -1, 0xC0F3);
            in.segments[5] = new SegmentState(Bench.DATA3, -0x1000L, -1, 0xC0F3);
            in.cr2 = 0xFFFF_8000_1234_5678L;
            in.cr8 = 5;
            in.debug[0] = 0x1234;
            in.debug[3] = 0xFFFF_8000_0000_0000L;

            bench.cpu().load(in);
            CpuRegisters out = bench.registers();

            assertThat(out).usingRecursiveComparison().isEqualTo(in);
        }
    }

    @ParameterizedTest
    @EnumSource
    void realModeRegistersGoInAndComeOut(Way way) {
        try (Bench bench = new Bench(way).realMode()) {
            CpuRegisters in = bench.registers();
            in.segments[0] = new SegmentState(0xB800, 0xB8000, 0xFFFF, 0x93);
            in.rflags = 0x202;

            bench.cpu().load(in);
            CpuRegisters out = bench.registers();

            assertThat(out).usingRecursiveComparison().isEqualTo(in);
        }
    }

    @ParameterizedTest
    @EnumSource
    void firmwareWritesMsrs(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            VirtualCpu cpu = bench.cpu();

            cpu.writeMsr(Msr.IA32_LSTAR, 0x1234);
            cpu.writeMsr(Msr.IA32_MTRR_DEF_TYPE, 0xC06);

            bench.code(a -> {
                a.op(MOV, dev.lungo.isa.Operands.ECX, imm(Msr.IA32_LSTAR));
                a.op(dev.lungo.isa.Mnemonic.RDMSR).op(HLT);
            });
            bench.run();
            assertThat(bench.register(Bench.RAX)).isEqualTo(0x1234);
            assertThatThrownBy(() -> cpu.writeMsr(Msr.IA32_EFER, -1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> cpu.writeMsr(0x1234_5678, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whileTheA20GateIsClosedTheSecondMegabyteIsTheFirst(Way way) {
        try (Bench bench = new Bench(way).realMode()) {
            bench.memory.putShort(0x500, (short) 0x1111);
            bench.memory.putShort(0x10_0500, (short) 0x2222);
            bench.code(a -> {
                a.op(MOV, AX, imm(0xFFFF)).op(MOV, dev.lungo.isa.Operands.DS, AX);
                a.op(MOV, AX, abs(2, 0x510, 2)).op(HLT);
            });

            bench.cpu().setA20(false);
            bench.run();
            long closed = bench.register(Bench.RAX);
            bench.cpu().setA20(true);
            bench.realMode();
            bench.run();
            long open = bench.register(Bench.RAX);

            assertThat(closed).isEqualTo(0x1111);
            assertThat(open).isEqualTo(0x2222);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKickThatCameBeforeEndsTheNextRunAtOnce(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(INC, EBX).op(HLT));
            bench.cpu().kick();

            VmExit first = bench.run();
            long before = bench.register(Bench.RBX);
            VmExit second = bench.run();

            assertThat(first).isInstanceOf(VmExit.Kicked.class);
            assertThat(before).isZero();
            assertThat(second).isInstanceOf(VmExit.Halt.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceThatKicksStopsTheProcessorBehindTheInstruction(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.ports.map(0x80, 1, Devices.port((_, _) -> bench.cpu().kick()));
            bench.code(a -> {
                a.op(OUT, imm(0x80), dev.lungo.isa.Operands.AL).op(INC, EBX).op(HLT);
            });

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Kicked.class);
            assertThat(bench.registers().rip).isEqualTo(Bench.CODE + 2);
            assertThat(bench.register(Bench.RBX)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondProcessorWaitsForItsStartUpMessage(Way way) {
        try (Bench bench = new Bench(way, 2)) {
            bench.cpus.forEach(VirtualCpu::reset);
            bench.longMode(0);
            bench.code(
                    CodeMode.CODE16,
                    0x3_4000,
                    a -> {
                        a.op(MOV, AX, CS).op(MOV, EBX, imm(0x1234_5678)).op(HLT);
                    });
            bench.code(a -> {
                a.op(MOV, RSI, imm(APIC)).op(MOV, mem(4, RSI, ICR_HIGH), imm(1 << 24));
                a.op(MOV, mem(4, RSI, ICR_LOW), imm(INIT));
                a.op(MOV, mem(4, RSI, ICR_LOW), imm(STARTUP | 0x34)).op(HLT);
            });
            VirtualCpu second = bench.cpus.get(1);

            VmExit waiting = Bench.run(second);
            VmExit first = bench.run();
            VmExit started = Bench.run(second);

            assertThat(waiting).isInstanceOf(VmExit.Halt.class);
            assertThat(first).isInstanceOf(VmExit.Halt.class);
            assertThat(started).isInstanceOf(VmExit.Halt.class);
            CpuRegisters registers = Bench.registers(second);
            assertThat(registers.gpr[Bench.RAX]).isEqualTo(0x3400);
            assertThat(registers.gpr[Bench.RBX]).isEqualTo(0x1234_5678);
            assertThat(registers.rip).isEqualTo(9);
        }
    }

    @ParameterizedTest
    @EnumSource
    void initStopsAProcessorAndKeepsItsMsrs(Way way) {
        try (Bench bench = new Bench(way, 2)) {
            bench.cpus.forEach(VirtualCpu::reset);
            bench.longMode(0);
            VirtualCpu second = bench.cpus.get(1);
            second.load(bench.registers());
            second.writeMsr(Msr.IA32_LSTAR, 0x4321);
            bench.code(a -> a.op(MOV, EAX, imm(7)).op(HLT));
            VmExit before = Bench.run(second);

            bench.message(1, DeliveryMode.INIT, 0);
            VmExit after = Bench.run(second);
            bench.message(1, DeliveryMode.NMI, 0);
            VmExit still = Bench.run(second);

            assertThat(before).isInstanceOf(VmExit.Halt.class);
            assertThat(after).isInstanceOf(VmExit.Halt.class);
            assertThat(still).isInstanceOf(VmExit.Halt.class);
            CpuRegisters registers = Bench.registers(second);
            assertThat(registers.rip).isEqualTo(0xFFF0);
            assertThat(registers.efer & Efer.LMA).isZero();
            assertThat(registers.cr0 & Cr0.PE).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoProcessorsRunInThreadsOfTheirOwn(Way way) throws InterruptedException {
        way.assumeOneThread();
        try (Bench bench = new Bench(way, 2)) {
            bench.cpus.forEach(VirtualCpu::reset);
            bench.longMode(3);
            VirtualCpu second = bench.cpus.get(1);
            CpuRegisters registers = bench.registers();
            registers.rip = Bench.CODE + 0x100;
            second.load(registers);
            bench.code(a -> {
                a.label("again").op(MOV, EAX, abs(4, Bench.DATA, 4));
                a.op(dev.lungo.isa.Mnemonic.CMP, EAX, imm(1));
                a.jump(dev.lungo.isa.Mnemonic.JNZ, "again")
                        .op(MOV, abs(4, Bench.DATA + 4, 4), imm(2));
                a.label("end").jump(JMP, "end");
            });
            bench.code(
                    Bench.CODE + 0x100,
                    a -> {
                        a.op(MOV, abs(4, Bench.DATA, 4), imm(1)).label("again");
                        a.op(MOV, EAX, abs(4, Bench.DATA + 4, 4));
                        a.op(dev.lungo.isa.Mnemonic.CMP, EAX, imm(2));
                        a.jump(dev.lungo.isa.Mnemonic.JNZ, "again");
                        a.op(dev.lungo.isa.Mnemonic.UD2);
                    });
            bench.handle(6, a -> a.op(HLT));

            Thread first = Thread.ofPlatform().start(bench.cpu()::run);
            VmExit exit = Bench.run(second);
            bench.cpu().kick();
            first.join();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.memory.getInt(Bench.DATA + 4)).isEqualTo(2);
        }
    }
}
