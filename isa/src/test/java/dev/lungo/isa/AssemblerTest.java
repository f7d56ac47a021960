package dev.lungo.isa;

import static dev.lungo.isa.CodeMode.CODE16;
import static dev.lungo.isa.CodeMode.CODE32;
import static dev.lungo.isa.CodeMode.CODE64;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.LGDT;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.MOVS;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.OR;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.VADDPS;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.BX;
import static dev.lungo.isa.Operands.CR0;
import static dev.lungo.isa.Operands.DS;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.R13;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.SI;
import static dev.lungo.isa.Operands.YMM1;
import static dev.lungo.isa.Operands.YMM10;
import static dev.lungo.isa.Operands.YMM2;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.in;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    private static String hex(CodeMode mode, Consumer<Assembler> program) {
        return HexFormat.ofDelimiter(" ").formatHex(Assembler.assemble(mode, 0x1000, program));
    }

    @Test
    void theShortestEncodingIsTaken() {
        assertThat(hex(CODE64, a -> a.op(ADD, RAX, imm(1)))).isEqualTo("48 83 c0 01");
        assertThat(hex(CODE64, a -> a.op(ADD, EAX, imm(0x1234)))).isEqualTo("05 34 12 00 00");
        assertThat(hex(CODE64, a -> a.op(MOV, RAX, imm(-1)))).isEqualTo("48 c7 c0 ff ff ff ff");
        assertThat(hex(CODE64, a -> a.op(MOV, RAX, imm(0x1_0000_0000L))))
                .isEqualTo("48 b8 00 00 00 00 01 00 00 00");
    }

    @Test
    void memoryIsAddressedInEverySize() {
        assertThat(hex(CODE16, a -> a.op(MOV, AX, mem(2, BX, SI, 1, 5)))).isEqualTo("8b 40 05");
        assertThat(hex(CODE32, a -> a.op(MOV, EAX, abs(4, 0x7000, 4)))).isEqualTo("a1 00 70 00 00");
        assertThat(hex(CODE64, a -> a.op(MOV, RAX, mem(8, RSP)))).isEqualTo("48 8b 04 24");
        assertThat(hex(CODE64, a -> a.op(MOV, RAX, mem(8, R13)))).isEqualTo("49 8b 45 00");
        assertThat(hex(CODE64, a -> a.op(MOV, EAX, mem(4, RAX, RCX, 4, 0x100))))
                .isEqualTo("8b 84 88 00 01 00 00");
        assertThat(hex(CODE64, a -> a.op(MOV, EAX, in(Segment.GS, mem(4, RAX)))))
                .isEqualTo("65 8b 00");
    }

    @Test
    void aJumpJustBeyondAByteIsANearOne() {
        assertThat(hex(CODE64, a -> a.jump(JMP, "there").at(0x1083).label("there")))
                .startsWith("e9 7e 00 00 00 00");
    }

    @Test
    void aNearJumpDoesNotCutTheInstructionPointer() {
        assertThat(hex(CODE32, a -> a.jump(CALL, "there").at(0x1100).label("there")))
                .startsWith("e8 fb 00 00 00 00");
    }

    @Test
    void jumpsAreAsShortAsTheirDistanceAllows() {
        assertThat(hex(CODE64, a -> a.label("here").op(NOP).jump(JNZ, "here")))
                .isEqualTo("90 75 fd");
        assertThat(hex(CODE64, a -> a.jump(JMP, "there").op(HLT).label("there")))
                .isEqualTo("eb 01 f4");
        assertThat(hex(CODE64, a -> a.jump(JMP, "there").at(0x1100).label("there")))
                .startsWith("e9 fb 00 00 00 00");
    }

    @Test
    void aSwitchToProtectedModeIsWrittenAsItStands() {
        String code =
                hex(
                        CODE16,
                        a ->
                                a.op(LGDT, abs(0, a.address("gdtr"), 2))
                                        .op(MOV, EAX, CR0)
                                        .op(OR, EAX, imm(1))
                                        .op(MOV, CR0, EAX)
                                        .jumpFar(8, "protected")
                                        .label("gdtr")
                                        .dw(0x17)
                                        .dd(0x2000)
                                        .mode(CODE32)
                                        .label("protected")
                                        .op(MOV, ECX, imm(16))
                                        .op(MOV, DS, AX));

        assertThat(code)
                .isEqualTo(
                        "0f 01 16 14 10 0f 20 c0 66 83 c8 01 0f 22 c0 ea 1a 10 08 00"
                                + " 17 00 00 20 00 00 b9 10 00 00 00 8e d8");
    }

    @Test
    void stringInstructionsPortsAndPrefixesAreThere() {
        assertThat(hex(CODE32, a -> a.db(0xF3).string(MOVS, 4))).isEqualTo("f3 a5");
        assertThat(hex(CODE32, a -> a.op(OUT, imm(0xF4), AL))).isEqualTo("e6 f4");
        assertThat(hex(CODE64, a -> a.db(0x48).op(IRET))).isEqualTo("48 cf");
    }

    @Test
    void vexInstructionsUseTheShortPrefixWhereItSuffices() {
        assertThat(hex(CODE64, a -> a.op(VADDPS, YMM1, YMM2, YMM1))).isEqualTo("c5 ec 58 c9");
        assertThat(hex(CODE64, a -> a.op(VADDPS, YMM1, YMM2, YMM10))).isEqualTo("c4 c1 6c 58 ca");
    }

    @Test
    void whatHasNoEncodingIsRefused() {
        assertThatThrownBy(() -> hex(CODE32, a -> a.op(MOV, RAX, imm(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CODE32 has no MOV");
        assertThatThrownBy(() -> hex(CODE32, a -> a.jump(JMP, "nowhere")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere");
    }
}
