package dev.lungo.cpu.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.cpu.core.Feature;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvailabilityTest {
    private static Instruction decode(String code) {
        byte[] bytes = HexFormat.of().parseHex(code);
        return (Instruction) Decoder.decode(CodeMode.CODE64, bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({
        "0F38F003,   MOVBE",
        "C4E278F2C1, ANDN",
        "C4E278F5C1, BZHI",
        "C4E37BF0C101, RORX",
        "F30FBDC1,   LZCNT",
        "F30FBCC1,   TZCNT",
    })
    void v3HasThem(String code, Mnemonic mnemonic) {
        Optional<Instruction> known = Availability.of(decode(code), CpuModel.X86_64_V3);

        assertThat(known).map(Instruction::mnemonic).contains(mnemonic);
    }

    @ParameterizedTest
    @CsvSource({"0F38F003", "C4E278F2C1", "C4E278F5C1", "C4E37BF0C101"})
    void v2HasThemNot(String code) {
        Optional<Instruction> known = Availability.of(decode(code), CpuModel.X86_64_V2);

        assertThat(known).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"F30FBDC1, BSR", "F30FBCC1, BSF", "F30FB8C1, POPCNT"})
    void v2IgnoresThePrefixThatMakesCountsOfScans(String code, Mnemonic mnemonic) {
        Optional<Instruction> known = Availability.of(decode(code), CpuModel.X86_64_V2);

        assertThat(known).map(Instruction::mnemonic).contains(mnemonic);
    }

    @ParameterizedTest
    @CsvSource({
        "SSE3,       F20FD0C1", // addsubps xmm0,xmm1
        "SSE3,       DB08", // fisttp dword [rax]
        "SSSE3,      660F3800C1", // pshufb xmm0,xmm1
        "SSSE3,      0F3800C1", // pshufb mm0,mm1
        "SSE4_1,     660F3817C1", // ptest xmm0,xmm1
        "SSE4_1,     660F3A150001", // pextrw [rax],xmm0,1
        "SSE4_2,     660F3837C1", // pcmpgtq xmm0,xmm1
        "SSE4_2,     F20F38F1C1", // crc32 eax,ecx
        "POPCNT,     F30FB8C1",
        "AES,        660F38DCC1", // aesenc xmm0,xmm1
        "AES,        C4E271DCC2", // vaesenc xmm0,xmm1,xmm2
        "PCLMULQDQ,  660F3A44C100",
        "PCLMULQDQ,  C4E37144C200", // vpclmulqdq xmm0,xmm1,xmm2,0
        "SHA,        0F38C8C1", // sha1nexte xmm0,xmm1
        "ADX,        660F38F6C1", // adcx eax,ecx
        "MOVBE,      0F38F003",
        "BMI1,       C4E278F2C1", // andn
        "BMI2,       C4E278F5C1", // bzhi
        "CX16,       480FC70B", // cmpxchg16b [rbx]
        "RDRAND,     0FC7F0",
        "RDSEED,     0FC7F8",
        "RDPID,      F30FC7F8",
        "RDTSCP,     0F01F9",
        "INVPCID,    660F388203",
        "SMAP,       0F01CB", // stac
        "CLFLUSHOPT, 660FAE3B",
        "CLWB,       660FAE33",
        "SERIALIZE,  0F01E8",
        "XSAVEOPT,   0FAE33",
        "XSAVEC,     0FC723",
        "XSAVES,     0FC72B",
        "F16C,       C4E27913C1", // vcvtph2ps xmm0,xmm1
        "AVX2,       C5F5FCC2", // vpaddb ymm0,ymm1,ymm2
        "AVX2,       C4E27918C1", // vbroadcastss xmm0,xmm1
        "AVX2,       C4E27958C1", // vpbroadcastd xmm0,xmm1
        "FMA,        C4E27198C2", // vfmadd132ps xmm0,xmm1,xmm2
    })
    void aModelWithoutTheFeatureHasItNot(Feature feature, String code) {
        Set<Feature> others = EnumSet.allOf(Feature.class);
        others.remove(feature);

        assertThat(Availability.of(decode(code), CpuModel.X86_64_V3)).isPresent();
        assertThat(Availability.of(decode(code), new CpuModel("less", others))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "C5F1FCC2", // vpaddb xmm0,xmm1,xmm2
        "C4E27D1803", // vbroadcastss ymm0,[rbx]
        "C5F458C2", // vaddps ymm0,ymm1,ymm2
        "C4E27D17C1", // vptest ymm0,ymm1
        "660FC5C101", // pextrw eax,xmm1,1
    })
    void whatIsOlderIsThereAllTheSame(String code) {
        Set<Feature> few = EnumSet.complementOf(EnumSet.of(Feature.AVX2, Feature.SSE4_1));

        assertThat(Availability.of(decode(code), new CpuModel("few", few))).isPresent();
    }
}
