package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.ADDPS;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INT;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.LGDT;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVAPS;
import static dev.lungo.isa.Mnemonic.OR;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.RDMSR;
import static dev.lungo.isa.Mnemonic.UD2;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CR0;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.CR4;
import static dev.lungo.isa.Operands.DS;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.ES;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.R8;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.SS;
import static dev.lungo.isa.Operands.XMM0;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.VmExit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The modes of a processor, on every engine and tier. */
class ModesTest {
    private static final int UD = 6;
    private static final int GP = 13;
    private static final int PF = 14;
    private static final int GATE = 0x80;

    @ParameterizedTest
    @EnumSource
    void realModeAddsSegmentsTimesSixteen(Way way) {
        try (Bench bench = new Bench(way).realMode()) {
            bench.memory.putShort(0x2_3456, (short) 0x789A);
            bench.code(a ->
                    a.op(MOV, AX, imm(0x2000))
                            .op(MOV, DS, AX)
                            .op(MOV, AX, abs(2, 0x3456, 2))
                            .op(HLT));

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RAX)).isEqualTo(0x789A);
            assertThat(bench.registers().segments[3].base()).isEqualTo(0x2_0000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fromRealModeToProtectedModeToLongMode(Way way) {
        try (Bench bench = new Bench(way).longMode(0).realMode()) { // for the page tables
            long long64 = 0x00AF_9B00_0000_FFFFL;
            bench.memory.putLong(Bench.GDT + 0x30, 0x00CF_9B00_0000_FFFFL);
            bench.memory.putLong(Bench.GDT + 0x38, long64);
            bench.memory.putShort(Bench.DATA, (short) 0xFFF);
            bench.memory.putInt(Bench.DATA + 2, (int) Bench.GDT);
            bench.code(a -> {
                a.op(MOV, AX, imm(Bench.DATA >> 4)).op(MOV, DS, AX).op(LGDT, abs(6, 0, 2));
                a.op(MOV, EAX, CR0).op(OR, EAX, imm(1)).op(MOV, CR0, EAX);
                a.jumpFar(0x30, "protected").mode(CodeMode.CODE32).label("protected");
                a.op(MOV, EAX, imm(Bench.DATA0)).op(MOV, DS, AX).op(MOV, SS, AX);
                a.op(MOV, EAX, imm(0x20)).op(MOV, CR4, EAX);
                a.op(MOV, EAX, imm(Bench.PAGE_TABLES)).op(MOV, CR3, EAX);
                a.op(MOV, ECX, imm(Msr.IA32_EFER)).op(RDMSR).op(OR, EAX, imm(Efer.LME)).op(WRMSR);
                a.op(MOV, EAX, CR0).op(OR, EAX, imm(1L << 31)).op(MOV, CR0, EAX);
                a.jumpFar(0x38, "long").mode(CodeMode.CODE64).label("long");
                a.op(MOV, R8, imm(0x1234_5678_9ABC_DEF0L)).op(HLT);
            });

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            CpuRegisters registers = bench.registers();
            assertThat(registers.gpr[8]).isEqualTo(0x1234_5678_9ABC_DEF0L);
            assertThat(registers.efer & Efer.LMA).isNotZero();
            assertThat(registers.segments[Bench.CS].selector()).isEqualTo(0x38);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3ComesToTheSupervisorByAnException(Way way) {
        try (Bench bench = new Bench(way).longMode(3)) {
            bench.code(a -> {
                a.op(MOV, RCX, imm(1000)).op(MOV, RAX, imm(0)).label("again");
                a.op(ADD, RAX, RCX).op(DEC, RCX).jump(JNZ, "again").op(UD2);
            });
            bench.handle(UD, a -> a.op(HLT));

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RAX)).isEqualTo(500_500);
            assertThat(bench.memory.getLong(Bench.INNER_STACK - 32)).isEqualTo(Bench.CODE3);
            assertThat(bench.memory.getLong(Bench.INNER_STACK - 16)).isEqualTo(Bench.STACK);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3Of32BitsComesToTheSupervisorByAnException(Way way) {
        try (Bench bench = new Bench(way).protectedMode(3)) {
            bench.code(a -> a.op(MOV, EAX, imm(5)).op(UD2));
            bench.handle(UD, a -> a.op(ADD, EAX, imm(1)).op(HLT));

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RAX)).isEqualTo(6);
            assertThat(bench.memory.getInt(Bench.INNER_STACK - 16)).isEqualTo(Bench.CODE3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3CallsTheSupervisorThroughAGate(Way way) {
        Quirks.assumeGatesAreCalled(way);
        try (Bench bench = new Bench(way).longMode(3)) {
            bench.code(a -> a.op(INT, imm(GATE)));
            bench.handle(GATE, a -> a.op(HLT));

            bench.run();

            assertThat(bench.registers().rip).isEqualTo(Bench.handler(GATE) + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSupervisorReturnsToRing3(Way way) {
        try (Bench bench = new Bench(way).longMode(3)) {
            bench.code(a -> {
                a.op(UD2).op(UD2).op(HLT);
            });
            bench.handle(
                    UD,
                    a -> {
                        a.op(ADD, RAX, imm(1)).op(ADD, mem(8, RSP), imm(2)).db(0x48).op(IRET);
                    });
            bench.handle(GP, a -> a.op(HLT));

            bench.run();

            assertThat(bench.register(Bench.RAX)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3UsesVectorRegisters(Way way) {
        try (Bench bench = new Bench(way).longMode(3)) {
            for (int i = 0; i < 4; i++) {
                bench.memory.putInt(Bench.DATA + 4L * i, Float.floatToIntBits(i + 0.5f));
            }
            bench.code(a -> {
                a.op(MOV, RSI, imm(Bench.DATA)).op(MOVAPS, XMM0, mem(16, RSI));
                a.op(ADDPS, XMM0, XMM0).op(MOVAPS, mem(16, RSI, 16), XMM0);
                a.op(UD2);
            });
            bench.handle(UD, a -> a.op(HLT));

            bench.run();

            assertThat(Float.intBitsToFloat(bench.memory.getInt(Bench.DATA + 28))).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3MayNotTouchTheSupervisorsPages(Way way) {
        try (Bench bench = new Bench(way).longMode(3)) {
            bench.code(a -> a.op(MOV, RSI, imm(0x30_0010)).op(MOV, mem(8, RSI), RAX).op(HLT));
            bench.handle(PF, a -> a.op(POP, RAX).op(HLT));

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RAX)).isEqualTo(7); // present, write, user
            assertThat(bench.registers().cr2).isEqualTo(0x30_0010);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3MayNotUsePortsButThoseThatTheTaskHas(Way way) {
        try (Bench bench = new Bench(way).longMode(3)) {
            bench.memory.putByte(Bench.TSS + 0x68 + 0x40 / 8, (byte) 0xFE); // port 40h
            int[] written = {-1};
            bench.ports.map(0x40, 2, Devices.port((_, value) -> written[0] = value));
            bench.code(a -> {
                a.op(MOV, AL, imm(0x5A)).op(OUT, imm(0x40), AL).op(OUT, imm(0x41), AL);
            });
            bench.handle(GP, a -> a.op(POP, RAX).op(HLT));

            bench.run();

            assertThat(written[0]).isEqualTo(0x5A);
            assertThat(bench.register(Bench.RAX)).isZero();
            assertThat(bench.memory.getLong(Bench.INNER_STACK - 40)).isEqualTo(Bench.CODE + 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownMsrIsAGeneralProtectionException(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(MOV, ECX, imm(0x1234_5678)).op(RDMSR).op(HLT));
            bench.handle(GP, a -> a.op(HLT));

            bench.run();

            assertThat(bench.registers().rip).isEqualTo(Bench.handler(GP) + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStackOfARing0In32BitsIsPushedTo(Way way) {
        try (Bench bench = new Bench(way).protectedMode(0)) {
            bench.code(a -> {
                a.op(MOV, EAX, imm(0x1234)).op(PUSH, EAX).op(MOV, EAX, imm(Bench.DATA0));
                a.op(MOV, ES, AX).op(MOV, SS, AX).op(MOV, ESP, imm(0x7000)).op(PUSH, EAX).op(HLT);
            });

            bench.run();

            assertThat(bench.memory.getInt(Bench.STACK - 4)).isEqualTo(0x1234);
            assertThat(bench.memory.getInt(0x7000 - 4)).isEqualTo(Bench.DATA0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThirdFaultInARowShutsTheProcessorDown(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.db(0x0F, 0x0B)); // UD2, and there are no gates

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Shutdown.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void codeThatChangesCodeIsObeyed(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RCX, imm(100)).op(MOV, RAX, imm(0)).label("again");
                a.op(MOV, RSI, imm(a.address("constant")));
                a.op(MOV, mem(1, RSI), dev.lungo.isa.Operands.CL);
                a.db(0x48, 0x05).label("constant").dd(0); // ADD RAX, imm32
                a.op(DEC, RCX).jump(JNZ, "again").op(HLT);
            });

            bench.run();

            assertThat(bench.register(Bench.RAX)).isEqualTo(5050);
        }
    }
}
