package dev.lungo.isa;

import static dev.lungo.isa.CodeMode.CODE16;
import static dev.lungo.isa.CodeMode.CODE32;
import static dev.lungo.isa.CodeMode.CODE64;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DisassemblerTest {
    private static String text(CodeMode mode, String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        var instruction = (Instruction) Decoder.decode(mode, code, 0, code.length);
        return Disassembler.format(instruction, 0x1000);
    }

    @Test
    void memoryIsWrittenWithItsSizeAndParts() {
        assertThat(text(CODE64, "48 8b 44 8b 10")).isEqualTo("mov rax,QWORD PTR [rbx+rcx*4+0x10]");
        assertThat(text(CODE64, "8b 45 f0")).isEqualTo("mov eax,DWORD PTR [rbp-0x10]");
        assertThat(text(CODE64, "8b 05 00 01 00 00")).isEqualTo("mov eax,DWORD PTR [rip+0x100]");
        assertThat(text(CODE16, "8a 42 05")).isEqualTo("mov al,BYTE PTR [bp+si+0x5]");
    }

    @Test
    void onlySegmentsThatAreNotTheUsualOnesAreWritten() {
        assertThat(text(CODE64, "65 48 8b 04 25 28 00 00 00"))
                .isEqualTo("mov rax,QWORD PTR gs:0x28");
        assertThat(text(CODE32, "3e 8b 45 00")).isEqualTo("mov eax,DWORD PTR ds:[ebp]");
        assertThat(text(CODE32, "36 8b 45 00")).isEqualTo("mov eax,DWORD PTR [ebp]");
    }

    @Test
    void branchTargetsAreAddressesCutToTheOperandSize() {
        assertThat(text(CODE64, "eb fe")).isEqualTo("jmp 0x1000");
        assertThat(text(CODE64, "e8 00 f0 ff ff")).isEqualTo("call 0x5");
        assertThat(text(CODE16, "e9 00 f0")).isEqualTo("jmp 0x3");
        assertThat(text(CODE16, "ea 34 12 00 f0")).isEqualTo("jmp 0xf000:0x1234");
    }

    @Test
    void prefixesAndConditionsHaveTheNamesThatPeopleUse() {
        assertThat(text(CODE64, "f0 48 0f b1 13")).isEqualTo("lock cmpxchg QWORD PTR [rbx],rdx");
        assertThat(text(CODE64, "f3 48 a5"))
                .isEqualTo("rep movs QWORD PTR es:[rdi],QWORD PTR ds:[rsi]");
        assertThat(text(CODE64, "f2 ae")).isEqualTo("repnz scas al,BYTE PTR es:[rdi]");
        assertThat(text(CODE64, "0f 87 00 00 00 00")).isEqualTo("ja 0x1006");
        assertThat(text(CODE64, "0f 94 c0")).isEqualTo("sete al");
    }

    @Test
    void immediatesAreCutToTheWidthInWhichTheyAreUsed() {
        assertThat(text(CODE64, "83 c0 ff")).isEqualTo("add eax,0xffffffff");
        assertThat(text(CODE64, "48 b8 08 07 06 05 04 03 02 01"))
                .isEqualTo("movabs rax,0x102030405060708");
    }
}
