package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.CLD;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.IN;
import static dev.lungo.isa.Mnemonic.INS;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVS;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.OUTS;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.STD;
import static dev.lungo.isa.Mnemonic.UD2;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.DX;
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

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Accesses to devices behind ports and memory, on every engine and tier. */
class AccessesTest {
    private static final int PORT = 0x300;
    private static final long DEVICE = 0x8000_0000L;
    private static final int UD = 6;

    private final Devices.Recorder device = new Devices.Recorder();

    private Bench bench(Way way) {
        Bench bench = new Bench(way);
        bench.ports.map(PORT, 8, device);
        bench.mmio.map(DEVICE, 0x1000, device);
        return bench;
    }

    @ParameterizedTest
    @EnumSource
    void portsOfEveryWidth(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RAX, imm(-1)).op(MOV, EDX, imm(PORT)).op(IN, AL, DX).op(MOV, RBX, RAX);
                a.op(IN, AX, DX).op(MOV, RDI, RAX).op(IN, EAX, DX).op(MOV, RSI, RAX);
                a.op(MOV, EAX, imm(0x1234_5678)).op(OUT, DX, AL).op(OUT, DX, AX).op(OUT, DX, EAX);
                a.op(HLT);
            });

            bench.run();

            assertThat(bench.register(Bench.RBX)).isEqualTo(0xFFFF_FFFF_FFFF_FF88L);
            assertThat(bench.register(Bench.RDI)).isEqualTo(0xFFFF_FFFF_FFFF_8889L);
            assertThat(bench.register(Bench.RSI)).isEqualTo(0x8788_898AL);
            assertThat(device.accesses)
                    .containsExactly(
                            "read BYTE 0: 88",
                            "read WORD 0: 8889",
                            "read DWORD 0: 8788898a",
                            "write BYTE 0: 78",
                            "write WORD 0: 5678",
                            "write DWORD 0: 12345678");
        }
    }

    @ParameterizedTest
    @EnumSource
    void stringsGoOutOfPorts(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            for (int i = 0; i < 8; i++) {
                bench.memory.putByte(Bench.DATA + i, (byte) (0x10 + i));
            }
            bench.code(a -> {
                a.op(MOV, EDX, imm(PORT))
                        .op(MOV, RSI, imm(Bench.DATA))
                        .op(MOV, ECX, imm(3))
                        .op(CLD);
                a.db(0xF3).string(OUTS, 1).op(MOV, ECX, imm(2));
                a.db(0xF3).string(OUTS, 2).string(OUTS, 4).op(HLT);
            });

            bench.run();

            assertThat(device.accesses)
                    .containsExactly(
                            "write BYTE 0: 10",
                            "write BYTE 0: 11",
                            "write BYTE 0: 12",
                            "write WORD 0: 1413",
                            "write WORD 0: 1615",
                            "write DWORD 0: 17"); // and three zeros
            assertThat(bench.register(Bench.RCX)).isZero();
            assertThat(bench.register(Bench.RSI)).isEqualTo(Bench.DATA + 11);
        }
    }

    @ParameterizedTest
    @EnumSource
    void stringsComeFromPortsInEitherDirection(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, EDX, imm(PORT))
                        .op(MOV, RDI, imm(Bench.DATA))
                        .op(MOV, ECX, imm(3))
                        .op(CLD);
                a.db(0xF3).string(INS, 2).op(MOV, ECX, imm(2)).op(STD).db(0xF3).string(INS, 1);
                a.op(HLT);
            });

            bench.run();

            assertThat(bench.memory.getLong(Bench.DATA)).isEqualTo(0x8B_8C8A_8889_8788L);
            assertThat(bench.memory.getByte(Bench.DATA + 5)).isEqualTo((byte) 0x8C);
            assertThat(bench.register(Bench.RDI)).isEqualTo(Bench.DATA + 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLongStringGoesOutWhole(Way way) {
        int words = 5000;
        try (Bench bench = bench(way).longMode(0)) {
            for (int i = 0; i < words; i++) {
                bench.memory.putShort(Bench.DATA + 0x10_0001 + 2L * i, (short) i);
            }
            bench.code(a -> {
                a.op(MOV, EDX, imm(PORT)).op(MOV, RSI, imm(Bench.DATA + 0x10_0001));
                a.op(MOV, ECX, imm(words)).op(CLD).db(0xF3).string(OUTS, 2).op(HLT);
            });

            bench.run();

            assertThat(device.accesses).hasSize(words);
            assertThat(device.accesses.getLast())
                    .isEqualTo("write WORD 0: %x".formatted(words - 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void devicesInMemoryOfEveryWidth(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RSI, imm(DEVICE)).op(MOV, AL, mem(1, RSI, 1)).op(MOV, AX, mem(2, RSI, 2));
                a.op(MOV, EAX, mem(4, RSI, 4)).op(MOV, RAX, mem(8, RSI, 8)).op(MOV, RBX, RAX);
                a.op(MOV, RAX, imm(0x1122_3344_5566_7788L)).op(MOV, mem(1, RSI, 17), AL);
                a.op(MOV, mem(2, RSI, 18), AX).op(MOV, mem(4, RSI, 20), EAX);
                a.op(MOV, mem(8, RSI, 24), RAX).op(HLT);
            });

            bench.run();

            assertThat(bench.register(Bench.RBX)).isEqualTo(0x8485_8687_8889_8A8BL);
            assertThat(device.accesses)
                    .containsExactly(
                            "read BYTE 1: 88",
                            "read WORD 2: 8889",
                            "read DWORD 4: 8788898a",
                            "read QWORD 8: 8485868788898a8b",
                            "write BYTE 11: 88",
                            "write WORD 12: 7788",
                            "write DWORD 14: 55667788",
                            "write QWORD 18: 1122334455667788");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInstructionReadsAndWritesADevice(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RSI, imm(DEVICE)).op(MOV, EAX, imm(1)).op(ADD, mem(4, RSI), EAX);
                a.op(PUSH, mem(8, RSI, 8)).op(HLT);
            });

            bench.run();

            assertThat(device.accesses)
                    .containsExactly(
                            "read DWORD 0: 85868788",
                            "write DWORD 0: 85868789",
                            "read QWORD 8: 8283848586878889");
            assertThat(bench.memory.getLong(Bench.STACK - 8)).isEqualTo(0x8283_8485_8687_8889L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStringMovesBetweenDeviceAndMemory(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RSI, imm(DEVICE)).op(MOV, RDI, imm(Bench.DATA)).op(MOV, ECX, imm(2));
                a.op(CLD).db(0xF3).string(MOVS, 4).op(MOV, RSI, imm(Bench.DATA));
                a.op(MOV, RDI, imm(DEVICE + 0x10)).op(MOV, ECX, imm(2)).db(0xF3).string(MOVS, 4);
                a.op(HLT);
            });

            bench.run();

            assertThat(device.accesses)
                    .containsExactly(
                            "read DWORD 0: 85868788",
                            "read DWORD 4: 86878889",
                            "write DWORD 10: 85868788",
                            "write DWORD 14: 86878889");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyAnswersReadsAllOnes(Way way) {
        try (Bench bench = bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RSI, imm(0x9000_0000L)).op(MOV, EBX, mem(4, RSI));
                a.op(MOV, EDX, imm(0x400)).op(IN, EAX, DX).op(HLT);
            });

            bench.run();

            assertThat(bench.register(Bench.RBX)).isEqualTo(0xFFFF_FFFFL);
            assertThat(bench.register(Bench.RAX)).isEqualTo(0xFFFF_FFFFL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3ReachesADeviceThatIsMappedForIt(Way way) {
        try (Bench bench = bench(way).longMode(3)) {
            bench.memory.putLong(Bench.PAGE_TABLES + 0x2000 + 8, DEVICE | 0x87); // 2 MiB up
            bench.code(a -> {
                a.op(MOV, RSI, imm(0x20_0000))
                        .op(MOV, EAX, mem(4, RSI))
                        .op(MOV, mem(4, RSI, 8), EAX);
                a.op(UD2);
            });
            bench.handle(UD, a -> a.op(HLT));

            bench.run();

            assertThat(device.accesses)
                    .containsExactly("read DWORD 0: 85868788", "write DWORD 8: 85868788");
        }
    }
}
