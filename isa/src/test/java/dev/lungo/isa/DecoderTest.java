package dev.lungo.isa;

import static dev.lungo.isa.CodeMode.CODE16;
import static dev.lungo.isa.CodeMode.CODE32;
import static dev.lungo.isa.CodeMode.CODE64;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderTest {
    private static Decoded decode(CodeMode mode, String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        return Decoder.decode(mode, code, 0, code.length);
    }

    private static Instruction instruction(CodeMode mode, String hex) {
        return (Instruction) decode(mode, hex);
    }

    @Test
    void everyMnemonicHasARow() {
        Set<Mnemonic> missing = EnumSet.allOf(Mnemonic.class);

        for (Row[] map :
                new Row[][] {
                    OneByteMap.ROWS,
                    OpcodeGroups.ONE_BYTE,
                    X87Map.ROWS,
                    TwoByteMap.ROWS,
                    OpcodeGroups.TWO_BYTE,
                    Map0F38.ROWS,
                    Map0F3A.ROWS,
                    VexMap0F.ROWS,
                    VexMap0F38.ROWS,
                    VexMap0F3A.ROWS
                }) {
            for (Row row : map) {
                missing.remove(row.mnemonic);
            }
        }

        assertThat(missing).isEmpty();
    }

    @Test
    void bytesThatEndTooSoonAreTruncatedAtEveryLength() {
        byte[] code = HexFormat.of().parseHex("6766f0818424785634127856"); // lock add word, imm16

        for (int available = 0; available < code.length; available++) {
            assertThat(Decoder.decode(CODE64, code, 0, available))
                    .as("%d bytes", available)
                    .isEqualTo(Undecodable.TRUNCATED);
        }
        assertThat(Decoder.decode(CODE64, code, 0, code.length)).isInstanceOf(Instruction.class);
    }

    @Test
    void fifteenBytesAreAnInstructionAndSixteenAreTooLong() {
        assertThat(instruction(CODE64, "66".repeat(14) + "90 90").length()).isEqualTo(15);
        assertThat(decode(CODE64, "66".repeat(15) + "90")).isEqualTo(Undecodable.TOO_LONG);
        assertThat(decode(CODE64, "2e".repeat(10) + "48b8 0000 0000 0000 0000"))
                .isEqualTo(Undecodable.TOO_LONG);
    }

    @Test
    void onlyARexDirectlyBeforeTheOpcodeCounts() {
        assertThat(instruction(CODE64, "48 66 01 c0").operandBytes()).isEqualTo(2);
        assertThat(instruction(CODE64, "66 48 01 c0").operandBytes()).isEqualTo(8);
        assertThat(instruction(CODE64, "48 40 01 c0").operandBytes()).isEqualTo(4);
    }

    @Test
    void theLastRepeatPrefixWinsAndSelectsBefore66() {
        assertThat(instruction(CODE64, "f2 f3 0f 10 c1").mnemonic()).isEqualTo(Mnemonic.MOVSS);
        assertThat(instruction(CODE64, "f3 f2 0f 10 c1").mnemonic()).isEqualTo(Mnemonic.MOVSD);
        assertThat(instruction(CODE64, "f3 66 0f 10 c1").mnemonic()).isEqualTo(Mnemonic.MOVSS);
    }

    @Test
    void aPrefixThatSelectsIsNotReportedAsRepeating() {
        assertThat(instruction(CODE64, "f3 0f 10 c1").has(Instruction.REP)).isFalse();
        assertThat(instruction(CODE64, "f3 a4").has(Instruction.REP)).isTrue();
        assertThat(instruction(CODE64, "f2 a6").has(Instruction.REPNE)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "f0 01 c0, LOCK with a register destination",
        "f0 03 00, LOCK with a register destination and memory source",
        "f0 38 00, LOCK CMP",
        "f0 90, LOCK NOP",
        "f0 0f 20 c0, LOCK MOV CR0 is AMD's",
        "0f 20 c8, CR1",
        "44 0f 20 c8, CR9",
        "44 0f 21 c0, DR8",
        "8e c8, MOV to CS",
        "8c f0, segment register 6",
        "8d c0, LEA of a register",
        "0f c7 c8, CMPXCHG8B of a register",
        "ff f8, undefined /7 of group 5",
        "c6 c8 00, undefined /1 of group 11",
        "8f c8, XOP",
        "62 01 02, EVEX or BOUND",
        "06, PUSH ES in 64-bit mode",
        "82 c0 00, alias of 80h in 64-bit mode",
        "9a 00000000 0000, far call in 64-bit mode",
        "d5 0a, AAD in 64-bit mode",
        "66 c5 f8 58 c0, VEX after 66h",
        "48 c5 f8 58 c0, VEX after REX",
        "f0 c5 f8 58 00, VEX after LOCK",
        "c5 f0 10 c0, vvvv of VMOVUPS"
    })
    void undefinedFormsOf64BitModeAreInvalid(String hex, String why) {
        assertThat(decode(CODE64, hex)).as(why).isEqualTo(Undecodable.INVALID);
    }

    @Test
    void c4AndC5AreVexOutside64BitModeOnlyIfTheyCannotBeLesAndLds() {
        assertThat(instruction(CODE32, "c5 00").mnemonic()).isEqualTo(Mnemonic.LDS);
        assertThat(instruction(CODE32, "c5 f8 58 c1").mnemonic()).isEqualTo(Mnemonic.VADDPS);
        assertThat(instruction(CODE16, "c4 07").mnemonic()).isEqualTo(Mnemonic.LES);
    }

    @Test
    void gathersMustNotNameARegisterTwice() {
        String distinct = "c4 e2 71 92 04 10"; // vgatherdps xmm0,[rax+xmm2],xmm1

        assertThat(instruction(CODE64, distinct).mnemonic()).isEqualTo(Mnemonic.VGATHERDPS);
        assertThat(decode(CODE64, "c4 e2 71 92 04 08")).isEqualTo(Undecodable.INVALID);
        assertThat(decode(CODE64, "c4 e2 69 92 04 10")).isEqualTo(Undecodable.INVALID);
        assertThat(decode(CODE64, "c4 e2 79 92 04 10")).isEqualTo(Undecodable.INVALID);
    }

    @Test
    void nearBranchesIgnore66In64BitMode() {
        Instruction call = instruction(CODE64, "66 e8 11223344");

        assertThat(call.operandBytes()).isEqualTo(8);
        assertThat(call.length()).isEqualTo(6);
        assertThat(call.operand(0)).isEqualTo(new Operand.Relative(0x44332211, 4));
    }

    @Test
    void immediatesAreExtendedAsTheInstructionUsesThem() {
        assertThat(instruction(CODE64, "48 83 c0 ff").operand(1))
                .isEqualTo(new Operand.Immediate(-1, 8));
        assertThat(instruction(CODE64, "48 c7 c0 feffffff").operand(1))
                .isEqualTo(new Operand.Immediate(-2, 8));
        assertThat(instruction(CODE64, "b8 feffffff").operand(1))
                .isEqualTo(new Operand.Immediate(0xFFFF_FFFEL, 4));
        assertThat(instruction(CODE64, "6a ff").operand(0)).isEqualTo(new Operand.Immediate(-1, 8));
        assertThat(instruction(CODE64, "cd ff").operand(0))
                .isEqualTo(new Operand.Immediate(0xFF, 1));
    }

    @Test
    void stringInstructionsCarryTheirMemoryAndOnlyTheSourceIsOverridden() {
        Instruction movs = instruction(CODE64, "64 67 a5");

        Operand.Memory destination = (Operand.Memory) movs.operand(0);
        Operand.Memory source = (Operand.Memory) movs.operand(1);
        assertThat(destination.segment()).isEqualTo(Segment.ES);
        assertThat(source.segment()).isEqualTo(Segment.FS);
        assertThat(source.addressBytes()).isEqualTo(4);
        assertThat(source.bytes()).isEqualTo(4);
    }

    @Test
    void nullSegmentPrefixesDoNotCancelFs() {
        Instruction load = instruction(CODE64, "64 2e 8b 00");

        assertThat(((Operand.Memory) load.operand(1)).segment()).isEqualTo(Segment.FS);
    }

    @Test
    void modOfMovToControlRegistersIsIgnored() {
        assertThat(instruction(CODE32, "0f 22 00").operands())
                .containsExactly(
                        new Operand.Register(RegisterKind.CONTROL, 0),
                        new Operand.Register(RegisterKind.GPR32, 0));
        assertThat(instruction(CODE32, "0f 22 45").length()).isEqualTo(3);
    }

    @Test
    void memoryKnowsItsDefaultSegmentByTheBase() {
        assertThat(memory(CODE64, "8b 04 24").segment()).isEqualTo(Segment.SS);
        assertThat(memory(CODE64, "41 8b 04 24").segment()).isEqualTo(Segment.DS); // R12
        assertThat(memory(CODE64, "8b 05 00000000").base()).isEqualTo(Operand.Memory.RIP);
        assertThat(memory(CODE16, "8b 02").segment()).isEqualTo(Segment.SS); // BP + SI
    }

    private static Operand.Memory memory(CodeMode mode, String hex) {
        return (Operand.Memory) instruction(mode, hex).operand(1);
    }

    @Test
    void withRexByteRegisters4To7AreTheLowOnes() {
        assertThat(instruction(CODE64, "88 e0").operand(1))
                .isEqualTo(new Operand.Register(RegisterKind.GPR8_HIGH, 0));
        assertThat(instruction(CODE64, "40 88 e0").operand(1))
                .isEqualTo(new Operand.Register(RegisterKind.GPR8, 4));
    }

    @Test
    void nopIsAnExchangeWithRexB() {
        assertThat(instruction(CODE64, "90").mnemonic()).isEqualTo(Mnemonic.NOP);
        assertThat(instruction(CODE64, "f3 90").mnemonic()).isEqualTo(Mnemonic.PAUSE);
        assertThat(instruction(CODE64, "41 90").mnemonic()).isEqualTo(Mnemonic.XCHG);
    }

    @Test
    void endbrIsItsOwnAndItsNeighboursAreNop() {
        assertThat(instruction(CODE64, "f3 0f 1e fa").mnemonic()).isEqualTo(Mnemonic.ENDBR64);
        assertThat(instruction(CODE64, "f3 0f 1e c8").mnemonic()).isEqualTo(Mnemonic.RDSSP);
        assertThat(instruction(CODE64, "f3 0f 1e fc").mnemonic()).isEqualTo(Mnemonic.NOP);
        assertThat(instruction(CODE64, "0f 1e fa").mnemonic()).isEqualTo(Mnemonic.NOP);
    }
}
