package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoded;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Undecodable;
import org.junit.jupiter.api.Test;

/** Any bytes, in every mode: an instruction of 1 to 15 bytes that has a text, or none. */
class DecoderFuzz {
    @FuzzTest
    void bytesAreAnInstructionOrNoneAndMoreBytesDoNotChangeThat(byte[] bytes) {
        for (CodeMode mode : CodeMode.values()) {
            check(mode, bytes);
        }
    }

    @Test
    void randomBytesAreAnInstructionOrNone() {
        SeededInputs.random(
                100_000,
                2 * Decoder.MAX_BYTES,
                this::bytesAreAnInstructionOrNoneAndMoreBytesDoNotChangeThat);
    }

    private static void check(CodeMode mode, byte[] bytes) {
        Decoded before = Undecodable.TRUNCATED;
        for (int available = 0; available <= bytes.length; available++) {
            Decoded decoded = Decoder.decode(mode, bytes, 0, available);
            if (before != Undecodable.TRUNCATED) {
                assertThat(decoded).isEqualTo(before);
            } else if (decoded instanceof Instruction instruction) {
                assertThat(instruction.length()).isEqualTo(available).isBetween(1, 15);
                assertThat(Disassembler.format(instruction, Long.MAX_VALUE)).isNotBlank();
            } else if (decoded == Undecodable.TOO_LONG) {
                assertThat(available).isEqualTo(Decoder.MAX_BYTES);
            }
            if (available >= Decoder.MAX_BYTES) {
                assertThat(decoded).isNotEqualTo(Undecodable.TRUNCATED);
            }
            before = decoded;
        }
    }
}
