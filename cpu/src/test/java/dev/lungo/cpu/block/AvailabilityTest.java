package dev.lungo.cpu.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import java.util.HexFormat;
import java.util.Optional;
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
}
